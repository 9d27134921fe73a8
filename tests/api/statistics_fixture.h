#pragma once

#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <string_view>

#include "logwood/logwood.h"
#include "tests/crash/queue_runtime.h"

namespace logwood {

inline constexpr CommitOptions kWithoutSync{.sync = Sync::kNo};

// What the store itself says of its files whose names end so.
inline FileStatistics FilesEndingWith(Store& store, std::string_view ending) {
  FileStatistics sum;
  for (const std::string& name : store.List().value()) {
    if (!name.ends_with(ending)) continue;
    ++sum.files;
    sum.bytes += store.Open(name).value()->size();
  }
  return sum;
}

// A database in memory of which no job runs but while somebody waits for it.
class StatisticsTest : public ::testing::Test {
 protected:
  Database Open(const Options& options = {}) { return Database::Open(*store_, options, runtime_).value(); }

  const std::unique_ptr<Store> store_ = NewMemoryStore();
  testing::QueueRuntime runtime_{1};
};

}  // namespace logwood
