#include "tools/bench/operations.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <span>
#include <vector>

#include "tools/bench/transactions.h"

namespace logwood::bench {
namespace {

enum class Direction : uint8_t { kForward, kBackward };

// A decimal key as it is, a random one in hexadecimal.
Status WrongEntry(Bytes key, const std::string& what) {
  const auto is_printable = [](std::byte byte) { return byte >= std::byte{' '} && byte <= std::byte{'~'}; };
  std::string text;
  for (const std::byte byte : key) {
    text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  }
  if (std::ranges::all_of(key, is_printable)) text = key.ToString();
  return Status::Corruption("key " + text + ": " + what);
}

// --- Writing ---

Status PutBatch(Worker& worker, uint64_t count) {
  worker.batch.Clear();
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t index = worker.indexes.Next();
    worker.batch.Put(worker.workplace.collection, worker.keys.Key(index), worker.workplace.values.ValueOf(index));
  }
  return worker.workplace.database.Commit(worker.batch, {.sync = worker.task.sync});
}

Status DeleteBatch(Worker& worker, uint64_t count) {
  worker.batch.Clear();
  for (uint64_t i = 0; i < count; ++i) {
    worker.batch.Delete(worker.workplace.collection, worker.keys.Key(worker.indexes.Next()));
  }
  return worker.workplace.database.Commit(worker.batch, {.sync = worker.task.sync});
}

// The quota is of entries; the last batch may be smaller.
template <class WriteOne, class WriteBatch>
Status WriteQuota(Worker& worker, uint64_t entry_size, const WriteOne& write_one, const WriteBatch& write_batch) {
  const Worker::Task& task = worker.task;
  const auto step = [&]() -> Status {
    const uint64_t count = std::min(task.batch, task.quota - worker.entries);
    LOGWOOD_RETURN_IF_ERROR(task.batch == 1 ? write_one() : write_batch(worker, count));
    worker.entries += count;
    worker.user_bytes += count * entry_size;
    return Status::Ok();
  };
  return worker.Repeat((task.quota + task.batch - 1) / task.batch, step);
}

Status PutQuota(Worker& worker) {
  const auto put_one = [&worker] {
    const uint64_t index = worker.indexes.Next();
    return worker.workplace.collection.Put(worker.keys.Key(index), worker.workplace.values.ValueOf(index),
                                           {.sync = worker.task.sync});
  };
  return WriteQuota(worker, worker.keys.size_bytes() + worker.value_size_bytes, put_one, PutBatch);
}

Status DeleteQuota(Worker& worker) {
  const auto delete_one = [&worker] {
    return worker.workplace.collection.Delete(worker.keys.Key(worker.indexes.Next()), {.sync = worker.task.sync});
  };
  return WriteQuota(worker, worker.workplace.settings.key_size_bytes, delete_one, DeleteBatch);
}

// One range tombstone takes `count` keys whose indexes follow one another.
Status DeleteRangeOf(Worker& worker, uint64_t count) {
  const uint64_t first = worker.indexes.Next();
  uint64_t last = first;
  for (uint64_t i = 1; i < count; ++i) last = worker.indexes.Next();
  const std::string begin = worker.keys.Key(first).ToString();
  const std::string end = worker.keys.Key(last).ToString() + '\0';  // The first key behind the last.
  return worker.workplace.collection.DeleteRange(begin, end, {.sync = worker.task.sync});
}

Status DeleteRangeQuota(Worker& worker) {
  const Settings& settings = worker.workplace.settings;
  if (settings.keys != KeyForm::kDecimal) {
    return Status::InvalidArgument("deleterange: only with --keys decimal do the keys of a range follow one another");
  }
  return WriteQuota(worker, settings.key_size_bytes, [&] { return DeleteRangeOf(worker, 1); }, DeleteRangeOf);
}

// Index i is the point number i / series of series i % series: they come in turn, one point each.
class SeriesKey {
 public:
  SeriesKey(uint64_t index, uint64_t series) noexcept {
    Write(index % series, 0);
    Write(index / series, sizeof(uint64_t));
  }
  [[nodiscard]] Bytes bytes() const noexcept { return bytes_; }

 private:
  void Write(uint64_t number, size_t at) noexcept {
    for (size_t i = 0; i < sizeof(number); ++i) bytes_[at + i] = static_cast<std::byte>(number >> (56 - 8 * i));
  }

  std::array<std::byte, 2 * sizeof(uint64_t)> bytes_{};
};

Status PutSeries(Worker& worker) {
  Workplace& place = worker.workplace;
  const uint64_t series = place.settings.series;
  const auto put_one = [&] {
    const uint64_t index = worker.indexes.Next();
    return place.collection.Put(SeriesKey(index, series).bytes(), place.values.ValueOf(index),
                                {.sync = worker.task.sync});
  };
  const auto put_batch = [&](Worker&, uint64_t count) {
    worker.batch.Clear();
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t index = worker.indexes.Next();
      worker.batch.Put(place.collection, SeriesKey(index, series).bytes(), place.values.ValueOf(index));
    }
    return place.database.Commit(worker.batch, {.sync = worker.task.sync});
  };
  return WriteQuota(worker, sizeof(SeriesKey) + worker.value_size_bytes, put_one, put_batch);
}

// Overwrites present keys for as long as the readers read.
Status PutWhileOthersRead(Worker& worker) {
  const Settings& settings = worker.workplace.settings;
  const auto step = [&]() -> Status {
    const uint64_t index = worker.indexes.Next();
    worker.entries += 1;
    worker.user_bytes += settings.key_size_bytes + settings.value_size_bytes;
    return worker.workplace.collection.Put(worker.keys.Key(index), worker.workplace.values.ValueOf(index),
                                           {.sync = worker.task.sync});
  };
  return worker.Repeat(UINT64_MAX, step, [&worker] { return worker.workplace.measured_running.load() == 0; });
}

// --- Reading ---

// `index` is that of its key where the caller knows it.
Status CheckEntry(Worker& worker, Bytes key, Bytes value, std::optional<uint64_t> index) {
  if (value.size() != worker.value_size_bytes) {
    return WrongEntry(key, "its value has " + std::to_string(value.size()) + " bytes, expected " +
                               std::to_string(worker.value_size_bytes) +
                               ": give the --value_size with which the database was filled");
  }
  if (!worker.verifies) return Status::Ok();
  if (!index) index = worker.keys.IndexOf(key);
  if (!index) return WrongEntry(key, "not a key of this benchmark with these --keys and --key_size");
  if (value == worker.workplace.values.ValueOf(*index)) return Status::Ok();
  return WrongEntry(key, "another value than was written: is the --seed that of the fill?");
}

// Counts an entry that was read, and reads the value's last byte as whoever asked for it would: an engine that leaves
// the fetching to its user does not look faster. Inline, for in a pass over all a call would be a good part of it.
inline Status TakeEntry(Worker& worker, Bytes key, Bytes value, std::optional<uint64_t> index) {
  if (value.size() != worker.value_size_bytes || worker.verifies) [[unlikely]] {
    LOGWOOD_RETURN_IF_ERROR(CheckEntry(worker, key, value, index));
  }
  if (!value.empty()) worker.touched += static_cast<uint64_t>(value[value.size() - 1]);
  ++worker.entries;
  worker.user_bytes += key.size() + value.size();
  return Status::Ok();
}

inline Status GetPresent(Worker& worker, uint64_t index) {
  const Bytes key = worker.keys.Key(index);
  LOGWOOD_ASSIGN_OR_RETURN(const auto value, worker.workplace.collection.Get(key));
  if (!value) return WrongEntry(key, "absent, though it was written");
  return TakeEntry(worker, key, value->bytes(), index);
}

Status ReadPresent(Worker& worker) {
  return worker.Repeat(worker.task.quota, [&worker] { return GetPresent(worker, worker.indexes.Next()); });
}

Status ReadAbsent(Worker& worker) {
  const auto step = [&worker]() -> Status {
    const Bytes key = worker.keys.AbsentKey(worker.indexes.Next());
    LOGWOOD_ASSIGN_OR_RETURN(const auto value, worker.workplace.collection.Get(key));
    if (value) return WrongEntry(key, "present, though it was never written");
    ++worker.entries;
    worker.user_bytes += key.size();
    return Status::Ok();
  };
  return worker.Repeat(worker.task.quota, step);
}

// What a pass over all entries has to have found.
Status CheckPass(const Worker& worker, const Cursor& cursor) {
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  const uint64_t expected = worker.workplace.present.count() + worker.workplace.other_entries;
  if (worker.must_stop() || worker.entries == std::min(worker.task.quota, expected)) return Status::Ok();
  return Status::Corruption("found " + std::to_string(worker.entries) + " entries, expected " +
                            std::to_string(std::min(worker.task.quota, expected)));
}

template <Direction direction>
Status ReadAll(Worker& worker) {
  Cursor cursor = worker.workplace.collection.Scan();
  if (direction == Direction::kBackward) cursor.Last();
  const auto step = [&]() -> Status {
    LOGWOOD_RETURN_IF_ERROR(TakeEntry(worker, cursor.key(), cursor.value(), std::nullopt));
    if (direction == Direction::kForward) {
      cursor.Next();
    } else {
      cursor.Prev();
    }
    return Status::Ok();
  };
  LOGWOOD_RETURN_IF_ERROR(worker.Repeat(worker.task.quota, step, [&cursor] { return !cursor.valid(); }));
  return CheckPass(worker, cursor);
}

Status ReadAllInBatches(Worker& worker) {
  Cursor cursor = worker.workplace.collection.Scan();
  std::span<const Cursor::KeyAndValue> batch = cursor.NextBatch();
  const auto step = [&]() -> Status {
    const uint64_t left = worker.task.quota - worker.entries;
    for (const auto [key, value] : batch.first(std::min<size_t>(batch.size(), left))) {
      LOGWOOD_RETURN_IF_ERROR(TakeEntry(worker, key, value, std::nullopt));
    }
    batch = cursor.NextBatch();
    return Status::Ok();
  };
  const auto is_at_end = [&] { return batch.empty() || worker.entries == worker.task.quota; };
  LOGWOOD_RETURN_IF_ERROR(worker.Repeat(worker.task.quota, step, is_at_end));
  return CheckPass(worker, cursor);
}

// Reads the entry of `index`, on which `cursor` has to stand, and up to `count` behind it.
Status ReadFrom(Worker& worker, Cursor& cursor, uint64_t index, uint64_t count) {
  const Bytes key = worker.keys.Key(index);
  if (!cursor.valid() || cursor.key() != key) {
    LOGWOOD_RETURN_IF_ERROR(cursor.status());
    return WrongEntry(key, "a seek to it found another, or none, though it was written");
  }
  LOGWOOD_RETURN_IF_ERROR(TakeEntry(worker, key, cursor.value(), index));
  for (uint64_t i = 0; i < count; ++i) {
    cursor.Next();
    if (!cursor.valid()) return cursor.status();
    LOGWOOD_RETURN_IF_ERROR(TakeEntry(worker, cursor.key(), cursor.value(), std::nullopt));
  }
  return Status::Ok();
}

Status SeekAnew(Worker& worker, uint64_t count) {
  const auto step = [&worker, count]() -> Status {
    const uint64_t index = worker.indexes.Next();
    Cursor cursor = worker.workplace.collection.ScanFrom(worker.keys.Key(index));
    return ReadFrom(worker, cursor, index, count);
  };
  return worker.Repeat(worker.task.quota, step);
}

Status SeekRandom(Worker& worker) { return SeekAnew(worker, worker.workplace.settings.seek_nexts); }

Status ScanHundred(Worker& worker) { return SeekAnew(worker, 100); }

Status SeekKept(Worker& worker) {
  const uint64_t count = worker.workplace.settings.seek_nexts;
  Cursor cursor = worker.workplace.collection.Scan();
  const auto step = [&worker, &cursor, count]() -> Status {
    const uint64_t index = worker.indexes.Next();
    cursor.Seek(worker.keys.Key(index));
    return ReadFrom(worker, cursor, index, count);
  };
  return worker.Repeat(worker.task.quota, step);
}

// --- Both ---

Status PutIndex(Worker& worker, uint64_t index) {
  const uint64_t size = worker.keys.size_bytes() + worker.value_size_bytes;
  ++worker.entries;
  worker.user_bytes += size;
  worker.user_bytes_written += size;
  return worker.workplace.collection.Put(worker.keys.Key(index), worker.workplace.values.ValueOf(index),
                                         {.sync = worker.task.sync});
}

Status UpdatePresent(Worker& worker) {
  const auto step = [&worker]() -> Status {
    const uint64_t index = worker.indexes.Next();
    LOGWOOD_RETURN_IF_ERROR(GetPresent(worker, index));
    return PutIndex(worker, index);
  };
  return worker.Repeat(worker.task.quota, step);
}

// Of a hundred calls so many get, and the others put.
template <uint64_t gets>
Status GetOrPut(Worker& worker) {
  SeededRandom random(Mix(worker.task.indexes.seed));
  const auto step = [&worker, &random]() -> Status {
    const uint64_t index = worker.indexes.Next();
    return random.Below(100) < gets ? GetPresent(worker, index) : PutIndex(worker, index);
  };
  return worker.Repeat(worker.task.quota, step);
}

// Of a hundred calls 95 scan 1 to 100 entries, and the others put one under an index that had none.
Status ScanOrInsert(Worker& worker) {
  SeededRandom random(Mix(worker.task.indexes.seed));
  const auto step = [&worker, &random]() -> Status {
    if (random.Below(100) >= 95) return PutIndex(worker, worker.task.first_new_index + worker.new_entries++);
    const uint64_t index = worker.indexes.Next();
    Cursor cursor = worker.workplace.collection.ScanFrom(worker.keys.Key(index));
    return ReadFrom(worker, cursor, index, random.Below(100));
  };
  return worker.Repeat(worker.task.quota, step);
}

// --- Neither ---

template <class Step>
Status DoOnce(Worker& worker, const Step& step) {
  return worker.Repeat(1, step);
}

Status Flush(Worker& worker) {
  return DoOnce(worker, [&worker] { return worker.workplace.database.Flush(); });
}

Status Compact(Worker& worker) {
  return DoOnce(worker, [&worker] { return worker.workplace.database.Compact(worker.workplace.collection); });
}

Status DoNothing(Worker&) { return Status::Ok(); }

// Measured calls are a small part where a call takes less than some microseconds: reading the clock twice takes about
// 60 ns. Of writes every one is measured, for what matters there is the longest.
constexpr uint64_t kOneInReads = 16;
constexpr uint64_t kOneInSteps = 256;

using enum IndexOrder;
using enum Effect;

constexpr std::array kOwnOperations = {
    Operation{"fillseq", "put --num entries, each once, in the order of their indexes", PutQuota, kAscending,
              Quota::kEntries, kInsert},
    Operation{"fillrandom", "put --num entries drawn with replacement, as db_bench does: about 63 % of --num remain",
              PutQuota, kRandom, Quota::kEntries, kInsert},
    Operation{"filluniquerandom", "put --num entries, each once, in random order", PutQuota, kPermutation,
              Quota::kEntries, kInsert},
    Operation{"fillbatch", "fillrandom in batches of --batch, or else of 100", PutQuota, kRandom, Quota::kEntries,
              kInsert, 1, nullptr, 100},
    Operation{"fillsync", "fillrandom of --num/1000 entries, each commit synced", PutQuota, kRandom, Quota::kSyncs,
              kInsert, 1, nullptr, 1, true},
    Operation{.name = "fill100K",
              .help = "put --num/1000 entries of 100,000 bytes in random order, into a collection of their own",
              .run = PutQuota,
              .order = kPermutation,
              .quota = Quota::kSyncs,
              .effect = kInsert,
              .collection = "large",
              .value_size_bytes = 100'000},
    Operation{.name = "tsingest",
              .help = "put --num points of --series time series that come in turn, keys of series and number, 100 a "
                      "commit, into a collection of their own",
              .run = PutSeries,
              .order = kAscending,
              .quota = Quota::kEntries,
              .effect = kInsert,
              .batch = 100,
              .collection = "series"},
    Operation{"overwrite", "put --num entries drawn from those that are there", PutQuota, kPresent, Quota::kEntries,
              kInsert},
    Operation{"deleterandom", "delete --num keys drawn with replacement, there or not", DeleteQuota, kRandom,
              Quota::kEntries, kErase},
    Operation{"readrandom", "get keys drawn from those that are there", ReadPresent, kPresent, Quota::kReads, kNone,
              kOneInReads},
    Operation{"readhot", "get keys drawn from the first hundredth of all", ReadPresent, kHot, Quota::kReads, kNone,
              kOneInReads},
    Operation{"readmissing", "get keys that are absent, from between those that are there", ReadAbsent, kRandom,
              Quota::kReads, kNone, kOneInReads},
    Operation{"readseq", "one pass over all entries by each thread, or over --reads of them",
              ReadAll<Direction::kForward>, kAscending, Quota::kEveryThread, kNone, kOneInSteps},
    Operation{"readseqbatch", "readseq, many entries at once", ReadAllInBatches, kAscending, Quota::kEveryThread, kNone,
              kOneInReads},
    Operation{"readreverse", "the same from the last entry to the first", ReadAll<Direction::kBackward>, kAscending,
              Quota::kEveryThread, kNone, kOneInSteps},
    Operation{"seekrandom", "a new cursor at a key that is there, then --seek_nexts entries on", SeekRandom, kPresent,
              Quota::kReads, kNone, kOneInReads},
    Operation{"seekkept", "the same with one cursor for all seeks of a thread", SeekKept, kPresent, Quota::kReads,
              kNone, kOneInReads},
    Operation{"seekordered", "seekkept, each seek up to 99 indexes behind the one before", SeekKept, kOnward,
              Quota::kReads, kNone, kOneInReads},
    Operation{"scan100", "a new cursor at a key that is there, then 100 entries on", ScanHundred, kPresent,
              Quota::kReads, kNone, kOneInReads},
    Operation{"updaterandom", "get a key that is there, then put it: --reads of both", UpdatePresent, kPresent,
              Quota::kReads},
    Operation{"ycsba", "YCSB A: half gets, half puts of keys that are there, drawn by a zipfian distribution",
              GetOrPut<50>, kZipfian, Quota::kReads},
    Operation{"ycsbb", "YCSB B: the same with 95 % gets", GetOrPut<95>, kZipfian, Quota::kReads},
    Operation{.name = "ycsbe",
              .help = "YCSB E: 95 % scans of 1 to 100 entries from such keys, 5 % puts of new ones",
              .run = ScanOrInsert,
              .order = kZipfian,
              .quota = Quota::kReads,
              .brings_new = true},
    Operation{"readwhilewriting",
              "readrandom, while one more thread overwrites without a pause; its puts are told apart", ReadPresent,
              kPresent, Quota::kReads, kNone, kOneInReads, PutWhileOthersRead},
    Operation{"deleteseq", "delete --num keys in the order of their indexes", DeleteQuota, kAscending, Quota::kEntries,
              kErase},
    Operation{"deleterange", "delete --num keys by ranges of --batch, or else of 100, in the order of their indexes",
              DeleteRangeQuota, kAscending, Quota::kEntries, kErase, 1, nullptr, 100},
    Operation{"flush", "bring all entries in memory into trees", Flush},
    Operation{"compact", "flush, then merge down to one tree", Compact},
    Operation{"settle", "wait until merging in the background is at rest, which compact brings about", Compact},
    Operation{"stats", "nothing: tells how large the database and the process are", DoNothing},
};

}  // namespace

std::span<const Operation> Operations() {
  static const std::vector<Operation> operations = [] {
    std::vector<Operation> all(kOwnOperations.begin(), kOwnOperations.end());
    const std::span<const Operation> transactions = TransactionOperations();
    all.insert(all.end(), transactions.begin(), transactions.end());
    return all;
  }();
  return operations;
}

const Operation* FindOperation(std::string_view name) {
  const std::span<const Operation> operations = Operations();
  const auto found = std::ranges::find(operations, name, &Operation::name);
  return found == operations.end() ? nullptr : &*found;
}

std::string OperationNames() {
  std::string names;
  for (const Operation& operation : Operations()) {
    if (!names.empty()) names += " ";
    names += operation.name;
  }
  return names;
}

}  // namespace logwood::bench
