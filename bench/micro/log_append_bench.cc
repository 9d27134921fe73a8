#include <array>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <unistd.h>
#include <vector>

#include "codec/batch_encoder.h"
#include "log/log_writer.h"
#include "logwood/store.h"

// What a commit costs on its way into the log, without sync: entries of 16 and 100 bytes, 1 or 100 a commit. Times are
// of one entry.
//
//   Encode   the batch and its checksums alone
//   Memory   and records appended to a store in memory
//   Mapped   to a file, through its mapped window
//   Written  to a file of unknown size: a write call for each commit
//
// The files lie in $TMPDIR, or /tmp: on ext4 or tmpfs, else `Mapped` is written too.

namespace logwood::bench {
namespace {

constexpr uint64_t kFileSize = uint64_t{64} << 20;

void FillBatch(BatchEncoder& batch, int64_t entries, uint64_t& number) {
  static const std::string value(100, 'v');
  batch.Clear();
  for (int64_t i = 0; i < entries; ++i) {
    std::string key = std::to_string(++number);
    key.insert(0, 16 - key.size(), '0');
    batch.Add(EntryType::kPut, CollectionId(1), key, value);
  }
  batch.Seal();
}

void Encode(benchmark::State& state) {
  BatchEncoder batch;
  uint64_t number = 0;
  for (auto _ : state) {
    FillBatch(batch, state.range(0), number);
    benchmark::DoNotOptimize(batch.fragments().back().checksum);
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

std::vector<LogRecord> RecordsOf(BatchEncoder& batch, Sequence& next) {
  std::vector<LogRecord> records;
  for (const BatchFragment& fragment : batch.fragments()) {
    records.push_back({.end = &fragment == &batch.fragments().back(),
                       .sequence = next,
                       .count = static_cast<uint16_t>(fragment.count),
                       .body = batch.body(fragment),
                       .checksum = fragment.checksum});
    next = next.Plus(fragment.count);
  }
  return records;
}

// Begins a file anew when one is full, as the engine does; the time that takes is in the figures.
void AppendTo(benchmark::State& state, Store& store, uint64_t size_expected) {
  BatchEncoder batch;
  uint64_t number = 0;
  Sequence next = Sequence::Of(1, 1);
  std::unique_ptr<LogWriter> writer;
  FileNumber file(0);
  for (auto _ : state) {
    if (writer == nullptr || writer->size() >= kFileSize) {
      writer.reset();
      if (file.value() > 0) store.Remove(FileName(file, FileType::kLog)).Check();
      file = FileNumber(file.value() + 1);
      LogFileHeader header;
      header.file = {.type = FileType::kLog, .number = file, .id = FileId(file.value()), .database = DatabaseId(0xdb)};
      header.epoch = 1;
      writer = LogWriter::Create(store, header, size_expected).value();
    }
    FillBatch(batch, state.range(0), number);
    std::vector<LogRecord> records = RecordsOf(batch, next);
    writer->Append(records, Sequence()).Check();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}

void Memory(benchmark::State& state) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  AppendTo(state, *store, kFileSize);
}

void AppendToFile(benchmark::State& state, uint64_t size_expected) {
  const std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("logwood_log_append_bench_" + std::to_string(::getpid()));
  {
    const std::unique_ptr<Store> store = OpenFileStore(path, MissingDirectory::kCreate).value();
    AppendTo(state, *store, size_expected);
  }
  std::filesystem::remove_all(path);
}

void Mapped(benchmark::State& state) { AppendToFile(state, kFileSize); }
void Written(benchmark::State& state) { AppendToFile(state, 0); }

BENCHMARK(Encode)->Arg(1)->Arg(100);
BENCHMARK(Memory)->Arg(1)->Arg(100);
BENCHMARK(Mapped)->Arg(1)->Arg(100);
BENCHMARK(Written)->Arg(1)->Arg(100);

}  // namespace
}  // namespace logwood::bench

BENCHMARK_MAIN();
