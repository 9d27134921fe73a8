#include <algorithm>
#include <atomic>
#include <cstdint>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "base/thread_pool.h"
#include "memtable/memtable.h"

// One writer publishes sequence after sequence; readers check that at each published sequence they see exactly what was
// added until then. Made for ThreadSanitizer, and right without it.

namespace logwood::testing {
namespace {

constexpr int kReaderCount = 3;

// Sequence s puts s to one key out of kKeyCount, so what a reader at any sequence must see can be computed.
class PublishedMemtable {
 public:
  static constexpr uint64_t kKeyCount = 500;
  static constexpr uint64_t kSequenceCount = 40 * kKeyCount;
  static constexpr uint64_t kStride = 211;  // Coprime to kKeyCount: all keys in each round, neighbours far apart.

  static std::string KeyOf(uint64_t slot) { return std::to_string(10'000 + slot); }
  static uint64_t SlotOf(uint64_t sequence) { return sequence * kStride % kKeyCount; }

  void Write() {
    for (uint64_t s = 1; s <= kSequenceCount; ++s) {
      const std::string key = KeyOf(SlotOf(s));
      const std::string value = std::to_string(s);
      memtable_.Add(Sequence(s), {.type = EntryType::kPut, .key = key, .value = value, .address = {}});
      published_.store(s, std::memory_order_release);  // Partner of the acquire in ReadUntilAllIsPublished().
    }
  }

  // Returns how many published states were checked.
  uint64_t ReadUntilAllIsPublished() {
    uint64_t at = 0;
    uint64_t checks = 0;
    for (; at < kSequenceCount && !::testing::Test::HasFailure(); ++checks) {
      at = published_.load(std::memory_order_acquire);
      CheckLastGet(at);
      CheckScan(at);
    }
    return checks;
  }

 private:
  void CheckLastGet(uint64_t at) {
    if (at == 0) return;
    const std::optional<Memtable::Hit> hit = memtable_.Get(KeyOf(SlotOf(at)), Sequence(at));
    ASSERT_TRUE(hit) << at;
    ASSERT_EQ(hit->sequence, Sequence(at));
    ASSERT_EQ(hit->value, Bytes(std::to_string(at)));
  }

  // Forwards on even sequences, backwards on odd ones.
  void CheckScan(uint64_t at) {
    const auto cursor = memtable_.NewCursor(Sequence(at));
    const bool forward = at % 2 == 0;
    uint64_t count = 0;
    std::string previous;
    for (forward ? cursor->First() : cursor->Last(); cursor->valid(); forward ? cursor->Next() : cursor->Prev()) {
      const std::string key = cursor->entry().key.ToString();
      const uint64_t sequence = std::stoull(cursor->entry().value.ToString());
      ASSERT_LE(sequence, at);
      ASSERT_GT(sequence + kKeyCount, at) << "an older version of " << key;
      ASSERT_EQ(key, KeyOf(SlotOf(sequence)));
      ASSERT_TRUE(count == 0 || (previous < key) == forward) << previous << ' ' << key;
      previous = key;
      ++count;
    }
    ASSERT_EQ(count, std::min(at, kKeyCount));
  }

  Arena arena_;
  Memtable memtable_{arena_};
  std::atomic<uint64_t> published_ = 0;
};

TEST(MemtableConcurrency, ReadersSeeEveryPublishedPrefixWhole) {
  PublishedMemtable shared;
  std::atomic<uint64_t> checks = 0;
  {
    ThreadPool pool(1 + kReaderCount);
    for (int i = 0; i < kReaderCount; ++i) {
      pool.Run([&shared, &checks] { checks += shared.ReadUntilAllIsPublished(); });
    }
    pool.Run([&shared] { shared.Write(); });
  }
  EXPECT_GE(checks, uint64_t{kReaderCount});
}

TEST(MemtableConcurrency, ReadersFollowOrderedAppends) {
  constexpr uint64_t kCount = 20'000;
  const auto key_of = [](uint64_t i) { return std::to_string(1'000'000 + i); };
  Arena arena;
  Memtable memtable(arena);
  std::atomic<uint64_t> published = 0;
  const auto follow = [&] {
    for (uint64_t at = 0; at < kCount && !::testing::Test::HasFailure();) {
      at = published.load(std::memory_order_acquire);  // Partner of the release below.
      const auto cursor = memtable.NewCursor(Sequence(at));
      cursor->Last();
      ASSERT_EQ(cursor->valid(), at > 0);
      if (at == 0) continue;
      ASSERT_EQ(cursor->entry().key, Bytes(key_of(at)));
    }
  };
  ThreadPool pool(1 + kReaderCount);
  for (int i = 0; i < kReaderCount; ++i) pool.Run(follow);
  pool.Run([&] {
    for (uint64_t i = 1; i <= kCount; ++i) {
      const std::string key = key_of(i);
      memtable.Add(Sequence(i), {.type = EntryType::kPut, .key = key, .value = key, .address = {}});
      published.store(i, std::memory_order_release);  // Partner of the acquire above.
    }
  });
}

// Keys in an order in which leaves and inner nodes split all the time, and shared prefixes turn wrong. What a reader
// must see follows from the sequence: sequence s adds key s.
class GrowingMemtable {
 public:
  explicit GrowingMemtable(uint64_t count) {
    SeededRandom random(9);
    for (uint64_t i = 0; i <= count; ++i) {
      const uint64_t row = random.Below(3);
      keys_.push_back(std::string(10 * row, 'p') + std::to_string(random.Next()) + "/" + std::to_string(i));
    }
  }

  void Write() {
    for (uint64_t s = 1; s < keys_.size(); ++s) {
      memtable_.Add(Sequence(s), {.type = EntryType::kPut, .key = keys_[s], .value = keys_[s], .address = {}});
      published_.store(s, std::memory_order_release);  // Partner of the acquire in Read().
    }
  }

  // Gets of what is published last and long ago; walks over a stretch, of which the first cursor is kept to the end.
  void Read(uint64_t seed) {
    SeededRandom random(seed);
    const auto oldest = memtable_.NewCursor(Sequence(1));
    for (uint64_t at = 0; at + 1 < keys_.size() && !::testing::Test::HasFailure();) {
      at = published_.load(std::memory_order_acquire);
      if (at == 0) continue;
      CheckGets(at, random);
      CheckStretch(at, random);
      if (!oldest->valid()) oldest->First();
      ASSERT_TRUE(oldest->valid());
      ASSERT_EQ(oldest->entry().key, Bytes(keys_[1]));
      random.OneIn(2) ? oldest->Next() : oldest->Prev();
      ASSERT_FALSE(oldest->valid()) << oldest->entry().key;
    }
  }

 private:
  void CheckGets(uint64_t at, SeededRandom& random) {
    for (const uint64_t s : {at, 1 + random.Below(at), 1 + random.Below(at)}) {
      const std::optional<Memtable::Hit> hit = memtable_.Get(keys_[s], Sequence(at));
      ASSERT_TRUE(hit) << s << " at " << at;
      ASSERT_EQ(hit->sequence, Sequence(s));
      ASSERT_FALSE(memtable_.Get(keys_[s], Sequence(s - 1)));
    }
  }

  // A hundred keys there and back again, which must be the same ones.
  void CheckStretch(uint64_t at, SeededRandom& random) {
    const auto cursor = memtable_.NewCursor(Sequence(at));
    std::vector<std::string> seen;
    const std::string& from = keys_[1 + random.Below(at)];
    for (cursor->Seek(from, SeekTo::kAtOrAfter); cursor->valid() && seen.size() < 100; cursor->Next()) {
      ASSERT_TRUE(seen.empty() ? cursor->entry().key == Bytes(from) : Bytes(seen.back()) < cursor->entry().key);
      seen.push_back(cursor->entry().key.ToString());
    }
    if (!cursor->valid()) cursor->Last();
    if (cursor->entry().key != Bytes(seen.back())) cursor->Prev();
    for (; !seen.empty(); seen.pop_back(), cursor->Prev()) {
      ASSERT_TRUE(cursor->valid());
      ASSERT_EQ(cursor->entry().key, Bytes(seen.back()));
    }
  }

  Arena arena_;
  Memtable memtable_{arena_};
  std::vector<std::string> keys_;
  std::atomic<uint64_t> published_ = 0;
};

TEST(MemtableConcurrency, ReadersFindAllThatIsPublishedWhileNodesSplit) {
  GrowingMemtable shared(15'000);
  ThreadPool pool(1 + kReaderCount);
  for (uint64_t i = 0; i < kReaderCount; ++i) {
    pool.Run([&shared, i] { shared.Read(i); });
  }
  pool.Run([&shared] { shared.Write(); });
}

// New keys go where the last ones went, so that readers of these are on their way to a leaf while it splits; and all
// heads in the root tie, so that they take long to choose a child there.
TEST(MemtableConcurrency, ReadersFindWhatWentIntoALeafThatSplits) {
  constexpr uint64_t kCount = 2'000;
  std::vector<std::string> keys;
  SeededRandom random(4);
  for (uint64_t i = 0; i < kCount; ++i) {
    const bool is_first = i < 200;
    keys.push_back(std::string(12, is_first ? 'a' : 'p') + std::to_string(100 + i / 400) +
                   std::to_string(random.Next()));
  }
  for (int round = 0; round < 20; ++round) {
    Arena arena;
    Memtable memtable(arena);
    std::atomic<uint64_t> published = 0;
    const auto read = [&] {
      for (uint64_t at = 0; at < kCount && !::testing::Test::HasFailure();) {
        at = published.load(std::memory_order_acquire);  // Partner of the release below.
        for (uint64_t s = at; s > 0 && s + 40 > at; --s) ASSERT_TRUE(memtable.Get(keys[s - 1], Sequence(at))) << s;
      }
    };
    ThreadPool pool(1 + kReaderCount);
    for (int i = 0; i < kReaderCount; ++i) pool.Run(read);
    pool.Run([&] {
      for (uint64_t s = 1; s <= kCount; ++s) {
        memtable.Add(Sequence(s), {.type = EntryType::kPut, .key = keys[s - 1], .value = "v", .address = {}});
        published.store(s, std::memory_order_release);  // Partner of the acquire above.
      }
    });
  }
}

}  // namespace
}  // namespace logwood::testing
