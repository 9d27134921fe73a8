#pragma once

#include <memory>
#include <string>

#include "engine/recovery.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/store.h"
#include "tools/command_line/dump_page.h"

namespace logwood::command_line {

// The files of a database, locked against writers for as long as it lives: for dumps of more than one file. Nothing is
// written.
class DatabaseDump {
 public:
  // Errors: kNotFound, kInvalidArgument (no directory), kBusy, kCorruption, kUnsupported, kIo.
  [[nodiscard]] static Result<std::unique_ptr<DatabaseDump>> Open(const std::string& path);

  // All writes that no tree holds yet, in order, under the names of their log files. Errors: kCorruption, kIo.
  Status DumpLog(DumpPage& page) const;
  // All entries of all trees, tombstones included: collection by collection, the newest tree first.
  // Errors: kCorruption, kUnsupported, kIo.
  Status DumpTrees(DumpPage& page) const;

 private:
  explicit DatabaseDump(std::unique_ptr<Store> store) : store_(std::move(store)) {}

  [[nodiscard]] std::string NameOf(CollectionId id) const;
  Status DumpTreesOf(const ManifestCollection& collection, DumpPage& page) const;

  std::unique_ptr<Store> store_;
  std::unique_ptr<StoreLock> lock_;
  KindRegistry kinds_;
  FoundDatabase found_;
};

}  // namespace logwood::command_line
