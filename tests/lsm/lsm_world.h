#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "kind/kind.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "memtable/memtable.h"

namespace logwood::testing {

// What surrounds a kind in the engine: a store with its files, and the jobs' new ones. Files are never removed.
class LsmWorld : public KindFiles {
 public:
  Result<std::shared_ptr<const BlockFile>> Open(FileNumber number) override {
    const auto found = files_.find(number);
    if (found == files_.end()) return Status::Corruption("file " + std::to_string(number.value()) + " is unknown");
    return BlockFile::Open(*store_, found->second);
  }
  BlockCache& cache() override { return cache_; }

  Store& store() { return *store_; }
  [[nodiscard]] size_t file_count() const { return files_.size(); }

  // The output of one job: a file made when asked for, opened by others once it is finished.
  class Output : public JobOutput {
   public:
    explicit Output(LsmWorld& world) : world_(world) {}
    Result<BlockFileWriter*> File() override {
      if (writer_ == nullptr) {
        const FileNumber number(world_.next_file_++);
        const FileHeader header{FileType::kTree, number, FileId(number.value() * 77), DatabaseId(1)};
        writer_ = BlockFileWriter::Create(*world_.store_, header, 0).value();
      }
      return writer_.get();
    }
    void Finish() {
      if (writer_ == nullptr) return;
      writer_->SyncAndFinish().Check();
      const FileHeader& header = writer_->header();
      world_.files_[header.number] = {header.number, header.type, header.id, header.database, writer_->size()};
    }
    [[nodiscard]] bool used() const { return writer_ != nullptr; }

   private:
    LsmWorld& world_;
    std::unique_ptr<BlockFileWriter> writer_;
  };

 private:
  std::unique_ptr<Store> store_ = NewMemoryStore();
  BlockCache cache_{Runtime::Default(), 1 << 20};
  uint64_t next_file_ = 1;
  std::map<FileNumber, BlockFile::Expected> files_;
};

// Entries on their way into trees: without a value, a tombstone.
using Writes = std::map<std::string, std::optional<std::string>>;

// Ranges to be deleted: {start, limit}; without a limit where that is empty.
using Ranges = std::vector<std::pair<std::string, std::string>>;

// A sealed memtable of them.
class SealedEntries {
 public:
  // First ranges that are deleted, then the entries.
  explicit SealedEntries(const Writes& writes, const Ranges& ranges = {}) {
    uint64_t sequence = 0;
    for (const auto& [begin, end] : ranges) {
      memtable_.Add(Sequence(++sequence),
                    {.type = EntryType::kRangeTombstone, .key = begin, .value = end, .address = {}});
    }
    for (const auto& [key, value] : writes) {
      Entry entry;
      entry.type = value ? EntryType::kPut : EntryType::kTombstone;
      entry.key = Bytes(key);
      if (value) entry.value = Bytes(*value);
      memtable_.Add(Sequence(++sequence), entry);
    }
  }
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor() const { return memtable_.NewCursor(Sequence::Max()); }
  [[nodiscard]] std::vector<RangeTombstone> range_tombstones() const {
    return Unite(memtable_.RangeTombstonesAt(Sequence::Max()));
  }

 private:
  Arena arena_;
  Memtable memtable_{arena_};
};

}  // namespace logwood::testing
