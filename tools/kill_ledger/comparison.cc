#include "tools/kill_ledger/comparison.h"

#include <algorithm>
#include <fmt/format.h>

#include "tools/kill_ledger/workload.h"

namespace logwood::kill_ledger {
namespace {

constexpr size_t kDifferencesMax = 10;

void Add(Comparison::Found& found, std::string difference) {
  if (found.differences.size() < kDifferencesMax) found.differences.push_back(std::move(difference));
}

}  // namespace

Result<Comparison::Found> Comparison::Compare(const Database& database, uint64_t acknowledged) {
  Found found;
  Result<Collection> batches = database.OpenCollection(kBatches);
  Result<Collection> entries = database.OpenCollection(kEntries);
  // A writer that was killed early may not have come to create them.
  const bool none_yet = last_ == 0 && acknowledged == 0;
  if (none_yet &&
      (batches.status().code() == StatusCode::kNotFound || entries.status().code() == StatusCode::kNotFound)) {
    return found;
  }
  if (!batches.ok()) return batches.status();
  if (!entries.ok()) return entries.status();
  last_ = std::max(last_, acknowledged);
  if (Status status = CompareBatches(*batches, found); !status.ok()) return status;
  ApplyUpTo(last_);
  if (Status status = CompareEntries(*entries, found); !status.ok()) return status;
  return found;
}

Status Comparison::CompareBatches(const Collection& batches, Found& found) {
  const uint64_t must_be_there = last_;
  uint64_t next = 1;
  const auto miss_up_to = [&](uint64_t end) {
    for (; next < end && next <= must_be_there; ++next) Add(found, fmt::format("batch {} is missing", next));
  };
  Cursor cursor = batches.Scan();
  for (; cursor.valid(); cursor.Next()) {
    const std::optional<uint64_t> number = BatchOfKey(cursor.key().ToString());
    if (!number) {
      Add(found, fmt::format("there is a key \"{}\" that no batch wrote", cursor.key().ToString()));
      continue;
    }
    miss_up_to(*number);
    next = *number + 1;
    if (*number > must_be_there + 1) Add(found, fmt::format("batch {} was never submitted", *number));
    CountBatch(*number, found);
  }
  miss_up_to(must_be_there + 1);
  return cursor.status();
}

void Comparison::CountBatch(uint64_t number, Found& found) {
  if (number == last_ + 1) {
    last_ = number;
    under_way_.insert(number);
  }
  ++(under_way_.contains(number) ? found.under_way : found.acknowledged);
}

void Comparison::ApplyUpTo(uint64_t last) {
  for (; applied_ < last; ++applied_) {
    for (const Write& write : WritesOf(applied_ + 1)) {
      if (write.value) {
        expected_[write.key] = *write.value;
      } else {
        expected_.erase(write.key);
      }
    }
  }
}

Status Comparison::CompareEntries(const Collection& entries, Found& found) {
  auto expected = expected_.begin();
  Cursor cursor = entries.Scan();
  for (; cursor.valid(); cursor.Next(), ++found.entries) {
    const std::string key = cursor.key().ToString();
    for (; expected != expected_.end() && expected->first < key; ++expected) {
      Add(found, fmt::format("entry \"{}\" is missing", expected->first));
    }
    if (expected == expected_.end() || expected->first != key) {
      Add(found, fmt::format("entry \"{}\" should not be there", key));
      continue;
    }
    if (cursor.value() != Bytes(expected->second)) Add(found, fmt::format("entry \"{}\" has another value", key));
    ++expected;
  }
  for (; expected != expected_.end(); ++expected) Add(found, fmt::format("entry \"{}\" is missing", expected->first));
  return cursor.status();
}

}  // namespace logwood::kill_ledger
