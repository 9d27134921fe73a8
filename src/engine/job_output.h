#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/counter.h"
#include "base/latency_recorder.h"
#include "base/memory_budget.h"
#include "block/block_file.h"
#include "engine/file_table.h"
#include "engine/root.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"

namespace logwood {

// What jobs of one sort did; raised by one job of the sort at a time.
struct JobCounters {
  Counter jobs;
  Counter bytes_in;
  Counter bytes_out;
  LatencyRecorder latency;

  void Count(uint64_t in, uint64_t out, std::chrono::nanoseconds took) noexcept;
};

[[nodiscard]] uint64_t SumOfLengths(const std::vector<FileAdded>& files);

// The one new file that a job writes for a kind, made when first asked for. Where nobody has taken it over in the end,
// it is removed. Confined to its job.
class NewFileOutput final : public JobOutput {
 public:
  struct Context {
    Runtime& runtime;
    Store& store;
    Root& root;
    FileTable& files;
    MemoryBudget& budget;
    DatabaseId database;
    JobCounters& flushes;
    JobCounters& merges;
    JobCounters& ingests;  // Raised by who leads the commit queue.
  };

  // All that `context` names must outlive the output.
  explicit NewFileOutput(const Context& context) : context_(context) {}
  ~NewFileOutput() override;

  [[nodiscard]] Result<BlockFileWriter*> File() override;
  [[nodiscard]] MemoryBudget* budget() const override { return &context_.budget; }
  // Makes the file durable and adds it to `files`, if there is one (I3).
  Status Finish(std::vector<FileAdded>& files);
  // Leaves the file to whoever installs it.
  void Release() { file_.reset(); }
  // Ends the file, which is not made durable, and leaves it to the caller. Requires: there is one.
  [[nodiscard]] Result<FileAdded> FinishScratch();

 private:
  [[nodiscard]] FileAdded Described() const;

  Context context_;
  std::unique_ptr<BlockFileWriter> file_;
};

}  // namespace logwood
