// Reading what is in memory allocates nothing. This program counts what it allocates.
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <gtest/gtest.h>
#include <memory>
#include <new>
#include <string>
#include <vector>

#include "logwood/logwood.h"

namespace {
thread_local uint64_t allocations = 0;  // Of this thread.
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory, size_t) noexcept { std::free(memory); }

namespace logwood {
namespace {

constexpr int kKeyCount = 20'000;

class Allocations : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < kKeyCount; ++i) {
      keys_.push_back("key with some length " + std::to_string(100'000 + i * 7919 % kKeyCount));
    }
    for (const std::string& key : keys_) entries_.Put(key, std::string(50, 'v'), {.sync = Sync::kNo}).Check();
  }

  // What `read` allocates when it does all for the second time.
  template <class Read>
  uint64_t CountOfSecondTime(const Read& read) {
    read();
    const uint64_t before = allocations;
    read();
    return allocations - before;
  }
  void GetAll() {
    for (const std::string& key : keys_) {
      if (!entries_.Get(key).value()) ADD_FAILURE() << key;
    }
  }
  void SeekAll(Cursor& cursor) {
    for (const std::string& key : keys_) {
      cursor.Seek(key);
      for (int i = 0; i < 20 && cursor.valid(); ++i) cursor.Next();
    }
  }

  Database db_ = Database::OpenInMemory({.memtable_size_bytes = 64 << 10}).value();
  Collection entries_ = db_.CreateCollection("entries", {.block_size_bytes = 1024}).value();
  std::vector<std::string> keys_;
};

TEST_F(Allocations, NoneByAGetOfWhatTreesHold) {
  db_.Compact(entries_).Check();
  EXPECT_EQ(CountOfSecondTime([this] { GetAll(); }), 0u);
}

TEST_F(Allocations, NoneByAGetOfWhatMemtablesHold) {
  Database db = Database::OpenInMemory().value();
  Collection entries = db.CreateCollection("entries").value();
  for (const std::string& key : keys_) entries.Put(key, "value", {.sync = Sync::kNo}).Check();
  EXPECT_EQ(CountOfSecondTime([&] {
              for (const std::string& key : keys_) entries.Get(key).status().Check();
            }),
            0u);
}

TEST_F(Allocations, NoneByASeekOfACursorThatWasThereBefore) {
  db_.Compact(entries_).Check();
  Cursor cursor = entries_.Scan();
  EXPECT_EQ(CountOfSecondTime([&] { SeekAll(cursor); }), 0u);
}

}  // namespace
}  // namespace logwood
