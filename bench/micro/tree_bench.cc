#include <array>
#include <benchmark/benchmark.h>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "block/block_cache.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "tree/tree.h"
#include "tree/tree_builder.h"

// A tree of a million entries of 16 + 100 bytes in a store in memory: gets and cursors where the cache has all of it,
// and where it has a tenth. The argument is the size of a block.

namespace logwood::bench {
namespace {

constexpr uint64_t kEntries = 1'000'000;
constexpr size_t kWholeBytes = size_t{256} << 20;
constexpr size_t kTenthBytes = size_t{12} << 20;

std::string KeyOf(uint64_t index) {
  std::array<char, 17> digits{};
  std::snprintf(digits.data(), digits.size(), "%016llu", static_cast<unsigned long long>(index));
  return digits.data();
}

class StoredTree {
 public:
  StoredTree(size_t block_size_bytes, size_t cache_bytes) : cache_(Runtime::Default(), cache_bytes) {
    const FileHeader header{FileType::kTree, FileNumber(1), FileId(1), DatabaseId(1)};
    const auto file = BlockFileWriter::Create(*store_, header, 0).value();
    TreeBuilder builder(*file, {.block_size_bytes = block_size_bytes});
    const std::string value(100, 'v');
    for (uint64_t i = 0; i < kEntries; ++i) {
      const std::string key = KeyOf(2 * i);
      builder.Add(key, EntryType::kPut, value).Check();
    }
    const TreeDescriptor descriptor = builder.Finish().value();
    file->SyncAndFinish().Check();
    const BlockFile::Expected expected{header.number, header.type, header.id, header.database, file->size()};
    tree_ = Tree::Open(BlockFile::Open(*store_, expected).value(), descriptor, cache_).value();
    const auto cursor = tree_->NewCursor();
    for (cursor->First(); cursor->valid(); cursor->Next()) benchmark::DoNotOptimize(cursor->entry());
  }

  [[nodiscard]] const Tree& operator*() const { return *tree_; }

 private:
  std::unique_ptr<Store> store_ = NewMemoryStore();
  BlockCache cache_;
  std::shared_ptr<const Tree> tree_;
};

void Get(benchmark::State& state, size_t cache_bytes, uint64_t distance) {
  const StoredTree tree(static_cast<size_t>(state.range(0)), cache_bytes);
  SeededRandom random(1);
  std::vector<std::string> keys;
  for (int i = 0; i < 100'000; ++i) keys.push_back(KeyOf(2 * random.Below(kEntries) + distance));
  size_t at = 0;
  for (auto _ : state) {
    const std::string& key = keys[at++ % keys.size()];
    benchmark::DoNotOptimize((*tree).Get(key, Hash64(key)).value());
  }
}
void GetCached(benchmark::State& state) { Get(state, kWholeBytes, 0); }
void GetMostlyRead(benchmark::State& state) { Get(state, kTenthBytes, 0); }
void GetAbsent(benchmark::State& state) { Get(state, kWholeBytes, 1); }

void Next(benchmark::State& state, size_t cache_bytes) {
  const StoredTree tree(static_cast<size_t>(state.range(0)), cache_bytes);
  const auto cursor = (*tree).NewCursor();
  for (auto _ : state) {
    cursor->valid() ? cursor->Next() : cursor->First();
    benchmark::DoNotOptimize(cursor->entry());
  }
}
void NextCached(benchmark::State& state) { Next(state, kWholeBytes); }
void NextMostlyRead(benchmark::State& state) { Next(state, kTenthBytes); }

BENCHMARK(GetCached)->Arg(4096)->Arg(8192);
BENCHMARK(GetMostlyRead)->Arg(4096)->Arg(8192);
BENCHMARK(GetAbsent)->Arg(4096)->Arg(8192);
BENCHMARK(NextCached)->Arg(4096)->Arg(8192);
BENCHMARK(NextMostlyRead)->Arg(4096)->Arg(8192);

}  // namespace
}  // namespace logwood::bench

BENCHMARK_MAIN();
