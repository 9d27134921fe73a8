#pragma once

#include <gtest/gtest.h>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "logwood/logwood.h"

namespace logwood::testing {

inline constexpr CommitOptions kNoSync{.sync = Sync::kNo};
inline constexpr TransactionOptions kSnapshotIsolation{.isolation = Isolation::kSnapshot};

inline std::string ValueOf(Result<std::optional<PinnedValue>> found) {
  const std::optional<PinnedValue> value = std::move(found).value();
  return value ? value->bytes().ToString() : "none";
}

inline std::map<std::string, std::string> AllOf(Cursor cursor) {
  std::map<std::string, std::string> all;
  for (; cursor.valid(); cursor.Next()) all[cursor.key().ToString()] = cursor.value().ToString();
  cursor.status().Check();
  return all;
}

class TransactionTest : public ::testing::Test {
 protected:
  Transaction Begin(const TransactionOptions& options = {}) { return db_.Begin(options).value(); }
  static Status Commit(Transaction& transaction) { return transaction.Commit(kNoSync).status(); }

  Database db_ = Database::OpenInMemory().value();
  Collection a_ = db_.CreateCollection("a").value();
  Collection b_ = db_.CreateCollection("b").value();
};

}  // namespace logwood::testing
