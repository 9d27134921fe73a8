#include <algorithm>
#include <array>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <malloc.h>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/random.h"
#include "bench/micro/map_tables.h"
#include "bench/micro/skip_list.h"
#include "memtable/memtable.h"

// Memtables of 550,000 entries with values of 100 bytes, side by side: the library's, and those it is to beat. Times
// are of one operation; on a machine that does other work too, only the ratios within one run count.
//
// The keys: `random` 16 random bytes; `decimal` numbers as 16 zero-padded digits, shuffled; `prefix` 8 bytes that all
// share and 12 random ones; `ordered` the decimal ones in order.

namespace logwood::bench {
namespace {

constexpr size_t kEntryCount = 550'000;
constexpr size_t kValueSize = 100;

enum KeyForm : size_t { kRandom = 0, kDecimal = 1, kPrefix = 2, kOrdered = 3 };
constexpr std::array<const char*, 4> kKeyFormNames = {"random", "decimal", "prefix", "ordered"};

std::string RandomBytes(size_t size, SeededRandom& random) {
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Below(256));
  return bytes;
}

std::string Decimal(uint64_t number) {
  std::string digits = std::to_string(number);
  return std::string(16 - digits.size(), '0') + digits;
}

std::vector<std::string> MakeKeys(KeyForm form, uint64_t seed) {
  SeededRandom random(seed);
  std::vector<std::string> keys;
  keys.reserve(kEntryCount);
  for (size_t i = 0; i < kEntryCount; ++i) {
    switch (form) {
      case kRandom: keys.push_back(RandomBytes(16, random)); break;
      case kPrefix: keys.push_back("customer" + RandomBytes(12, random)); break;
      default: keys.push_back(Decimal(i)); break;
    }
  }
  if (form == kDecimal) {
    for (size_t i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[random.Below(i)]);
  }
  return keys;
}

const std::vector<std::string>& Keys(KeyForm form) {
  static std::array<std::vector<std::string>, 4> all;
  std::vector<std::string>& keys = all[form];
  if (keys.empty()) keys = MakeKeys(form, 1);
  return keys;
}

// The same keys in another order.
const std::vector<std::string>& Shuffled(KeyForm form) {
  static std::array<std::vector<std::string>, 4> all;
  std::vector<std::string>& keys = all[form];
  if (keys.empty()) {
    keys = Keys(form);
    SeededRandom random(2);
    for (size_t i = keys.size(); i > 1; --i) std::swap(keys[i - 1], keys[random.Below(i)]);
  }
  return keys;
}

// Keeps the memory of the arenas of one benchmark for the next, for all structures alike.
const std::shared_ptr<ArenaPool>& Pool() {
  static const auto pool = std::make_shared<ArenaPool>(size_t{512} << 20);
  return pool;
}

template <class Table>
struct Filled {
  explicit Filled(std::shared_ptr<ArenaPool> pool) : arena(std::move(pool)) {}

  Arena arena;
  Table table{arena};
  uint64_t sequence = 0;

  void Add(const std::vector<std::string>& keys) {
    static const std::string value(kValueSize, 'v');
    for (const std::string& key : keys) {
      table.Add(Sequence(++sequence), {.type = EntryType::kPut, .key = key, .value = value, .address = {}});
    }
  }
};

// Processor time, since others may be at work on the machine.
double ThreadSeconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Times what `run` does for all entries, and tells it for one.
template <class Run>
void TimePerEntry(benchmark::State& state, const Run& run) {
  const double begin = ThreadSeconds();
  run();
  state.SetIterationTime((ThreadSeconds() - begin) / static_cast<double>(kEntryCount));
}

size_t HeapBytes() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

// All memory that a table of these keys takes, the values included.
template <class Table>
double BytesPerEntry(const std::vector<std::string>& keys) {
  const size_t before = HeapBytes();
  Filled<Table> filled(nullptr);
  filled.Add(keys);
  return static_cast<double>(HeapBytes() - before) / static_cast<double>(keys.size());
}

template <class Table>
void Insert(benchmark::State& state, KeyForm form) {
  const auto& keys = Keys(form);
  for (auto _ : state) {
    Filled<Table> filled(Pool());
    TimePerEntry(state, [&] { filled.Add(keys); });
  }
  state.counters["bytes"] = BytesPerEntry<Table>(keys);
}

// Every key once more, in another order.
template <class Table>
void Overwrite(benchmark::State& state, KeyForm form) {
  Keys(form), Shuffled(form);
  for (auto _ : state) {
    Filled<Table> filled(Pool());
    filled.Add(Shuffled(form));
    TimePerEntry(state, [&] { filled.Add(Keys(form)); });
  }
}

template <class Table>
void GetHit(benchmark::State& state, KeyForm form) {
  Filled<Table> filled(Pool());
  filled.Add(Keys(form));
  const auto& keys = Shuffled(form);
  for (auto _ : state) {
    TimePerEntry(state, [&] {
      for (const std::string& key : keys) benchmark::DoNotOptimize(filled.table.Get(key, Sequence::Max())->value[0]);
    });
  }
}

template <class Table>
void GetMiss(benchmark::State& state, KeyForm form) {
  Filled<Table> filled(Pool());
  filled.Add(Keys(form));
  std::vector<std::string> keys = Shuffled(form);
  for (std::string& key : keys) key.back() = static_cast<char>(key.back() ^ '\x40');
  for (auto _ : state) {
    TimePerEntry(state, [&] {
      for (const std::string& key : keys) benchmark::DoNotOptimize(filled.table.Get(key, Sequence::Max()).has_value());
    });
  }
}

unsigned Touch(Bytes key, Bytes value) {
  return std::to_integer<unsigned>(key[0]) + std::to_integer<unsigned>(value[0]);
}

template <class Table>
unsigned Sum(const Table& table) {
  unsigned sum = 0;
  if constexpr (requires { table.NewCursor(Sequence::Max()); }) {
    const auto cursor = table.NewCursor(Sequence::Max());
    for (cursor->First(); cursor->valid(); cursor->Next()) sum += Touch(cursor->entry().key, cursor->entry().value);
  } else {
    for (const auto& [key, record] : table.map()) sum += Touch(key, record->value());
  }
  return sum;
}

template <class Table>
void Scan(benchmark::State& state, KeyForm form) {
  Filled<Table> filled(Pool());
  filled.Add(Keys(form));
  for (auto _ : state) {
    TimePerEntry(state, [&] { benchmark::DoNotOptimize(Sum(filled.table)); });
  }
}

// A cursor that is used again and again: seeks to a key and reads ten.
template <class Table>
void SeekAndTenNext(benchmark::State& state, KeyForm form) {
  Filled<Table> filled(Pool());
  filled.Add(Keys(form));
  const auto& keys = Shuffled(form);
  const auto cursor = filled.table.NewCursor(Sequence::Max());
  for (auto _ : state) {
    TimePerEntry(state, [&] {
      for (const std::string& key : keys) {
        cursor->Seek(key, SeekTo::kAtOrAfter);
        for (int i = 0; i < 10 && cursor->valid(); ++i) {
          benchmark::DoNotOptimize(Touch(cursor->entry().key, cursor->entry().value));
          cursor->Next();
        }
      }
    });
  }
}

template <class Table>
void Register(const std::string& table) {
  const auto add = [&table](const std::string& operation, auto function, std::initializer_list<KeyForm> forms) {
    for (const KeyForm form : forms) {
      const std::string name = operation + "/" + kKeyFormNames[form] + "/" + table;
      benchmark::RegisterBenchmark(name.c_str(), function, form)->UseManualTime()->Iterations(2);
    }
  };
  add("insert", Insert<Table>, {kRandom, kDecimal, kPrefix, kOrdered});
  add("overwrite", Overwrite<Table>, {kRandom, kDecimal});
  add("get_hit", GetHit<Table>, {kRandom, kDecimal, kPrefix});
  add("get_miss", GetMiss<Table>, {kRandom, kDecimal});
  add("scan", Scan<Table>, {kRandom, kOrdered});
  if constexpr (requires(const Table& list) { list.NewCursor(Sequence::Max()); }) {
    add("seek_10_next", SeekAndTenNext<Table>, {kRandom});
  }
}

}  // namespace
}  // namespace logwood::bench

int main(int argc, char** argv) {
  using namespace logwood;
  bench::Register<Memtable>("memtable");
  bench::Register<bench::SkipList>("skip_list");
  bench::Register<bench::AbslMapTable>("absl_btree_map");
  bench::Register<bench::StandardMapTable>("std_map");
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
