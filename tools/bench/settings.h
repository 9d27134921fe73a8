#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logwood/options.h"
#include "logwood/status.h"
#include "tools/bench/key_maker.h"

namespace logwood::bench {

// What to run, on what. Names are those of db_bench where it has them.
struct Settings {
  std::vector<std::string> benchmarks{"fillrandom", "readrandom", "readseq", "seekrandom"};
  uint64_t num = 1'000'000;         // Entries of a fill, all threads together; 1 to 2^40. Indexes are below it.
  uint64_t seconds = 0;             // Of a write of random keys, whatever `num` says; 0: until `num`. At most 10^6.
  uint64_t reads = 0;               // Reads or seeks, all threads together; 0: as many as `num`.
  uint64_t key_size_bytes = 16;     // 1 to 4096; decimals need room for num-1, random keys 8 bytes.
  uint64_t value_size_bytes = 100;  // 0 to kValueSizeMax.
  uint64_t threads = 1;             // 1 to 256.
  uint64_t batch = 1;               // Entries a commit; 1 to 10^6.
  uint64_t seek_nexts = 10;         // Entries that a seek goes on to read; 0 to 10^6.
  uint64_t series = 1000;           // Of tsingest; 1 to 2^32.
  uint64_t seed = 1;
  uint64_t memory_budget_bytes = Options().memory_budget_bytes;
  uint64_t memtable_size_bytes = Options().memtable_size_bytes;
  KeyForm keys = KeyForm::kDecimal;
  LogMode log = LogMode::kOn;
  bool sync = false;             // Every commit, not only those of fillsync.
  bool verify = false;           // Readers compare every byte of a value, not only its size.
  bool use_existing_db = false;  // Else there must be none.

  // OK, or the first thing that cannot be, with what can: kInvalidArgument.
  [[nodiscard]] Status Check() const;
  // Entries that operations bring beside the `num`, at most, under indexes from `num` on.
  [[nodiscard]] uint64_t new_entries_max() const noexcept;
  // Entries that a commit can hold at these sizes, 10^6 at most.
  [[nodiscard]] uint64_t batch_max() const noexcept;
  // Reads asked for.
  [[nodiscard]] uint64_t read_count() const noexcept { return reads == 0 ? num : reads; }
};

}  // namespace logwood::bench
