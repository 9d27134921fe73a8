#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "block/block_file.h"
#include "engine/root.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"

namespace logwood {

// The one new file that a job writes for a kind, made when first asked for. Confined to its job.
class NewFileOutput final : public JobOutput {
 public:
  struct Context {
    Runtime& runtime;
    Store& store;
    Root& root;
    DatabaseId database;
  };

  // All that `context` names must outlive the output.
  explicit NewFileOutput(const Context& context) : context_(context) {}

  [[nodiscard]] Result<BlockFileWriter*> File() override;
  // Makes the file durable and adds it to `files`, if there is one (I3).
  Status Finish(std::vector<FileAdded>& files);
  // Of the file; nullopt if none was asked for.
  [[nodiscard]] std::optional<FileNumber> number() const;

 private:
  Context context_;
  std::unique_ptr<BlockFileWriter> file_;
};

}  // namespace logwood
