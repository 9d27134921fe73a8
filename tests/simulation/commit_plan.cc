#include "tests/simulation/commit_plan.h"

#include "base/hash.h"
#include "base/random.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kKeysOfAWriter = 12;

SeededRandom RandomOf(uint64_t seed, size_t writer, uint64_t number) {
  SeededRandom random(seed * kWriterCount + writer);
  return SeededRandom(random.Next() ^ (number * 0x9e3779b97f4a7c15u));
}

// Those of a writer stand together, so that a range of them is of nobody else.
std::string Key(size_t writer, uint64_t index) {
  return "keys of " + std::to_string(writer) + ": " + std::to_string(10 + index);
}

PlannedWrite DrawWrite(SeededRandom& random, size_t writer) {
  PlannedWrite write;
  write.collection = random.Below(kCollectionCount);
  const uint64_t key = random.Below(kKeysOfAWriter);
  write.key = Key(writer, key);
  write.is_delete = random.OneIn(4);
  if (write.is_delete && random.OneIn(3)) write.limit = Key(writer, key + 1 + random.Below(kKeysOfAWriter - key));
  if (!write.is_delete) {
    write.value = std::string(random.Below(random.OneIn(10) ? 2'000 : 60), static_cast<char>('a' + random.Below(26)));
  }
  return write;
}

}  // namespace

std::string ToString(const Cut& cut) {
  std::string text;
  for (const uint64_t count : cut) text += (text.empty() ? "{" : ", ") + std::to_string(count);
  return text + "}";
}

bool IsWithin(const Cut& a, const Cut& b) {
  for (size_t writer = 0; writer < kWriterCount; ++writer) {
    if (a[writer] > b[writer]) return false;
  }
  return true;
}

std::string CollectionName(size_t collection) { return collection == 0 ? "left" : "right"; }

std::string NumberKey(size_t writer) { return "commits of " + std::to_string(writer); }

CommitPlan PlanOf(uint64_t seed, size_t writer, uint64_t number) {
  SeededRandom random = RandomOf(seed, writer, number);
  CommitPlan plan;
  plan.sync = random.OneIn(2) ? Sync::kYes : Sync::kNo;
  for (size_t collection = 0; collection < kCollectionCount; ++collection) {
    plan.writes.push_back({.collection = collection, .key = NumberKey(writer), .value = std::to_string(number)});
  }
  for (uint64_t count = random.Below(4); count > 0; --count) plan.writes.push_back(DrawWrite(random, writer));
  return plan;
}

Contents ContentsAt(uint64_t seed, const Cut& cut) {
  Contents contents;
  for (size_t writer = 0; writer < kWriterCount; ++writer) {
    for (uint64_t number = 1; number <= cut[writer]; ++number) {
      for (const PlannedWrite& write : PlanOf(seed, writer, number).writes) {
        auto& entries = contents[write.collection];
        if (!write.limit.empty()) {
          entries.erase(entries.lower_bound(write.key), entries.lower_bound(write.limit));
        } else if (write.is_delete) {
          entries.erase(write.key);
        } else {
          entries.insert_or_assign(write.key, write.value);
        }
      }
    }
  }
  return contents;
}

}  // namespace logwood::testing
