#include "engine/file_table.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood {

FileTable::FileTable(Runtime& runtime, Store& store, BlockCache& cache)
    : store_(store), cache_(cache), mutex_(runtime, LockRank::kFileTable) {}

void FileTable::Add(FileNumber number, const ManifestFile& file) {
  const MutexLock lock(mutex_);
  known_[number].file = file;
}

Result<std::shared_ptr<const BlockFile>> FileTable::Open(FileNumber number) {
  ManifestFile file;
  {
    const MutexLock lock(mutex_);
    const auto known = known_.find(number);
    if (known == known_.end()) {
      return Status::Corruption("file " + std::to_string(number.value()) +
                                ": referred to by a collection, but not in the manifest");
    }
    if (known->second.open != nullptr) return known->second.open;
    file = known->second.file;
  }
  const BlockFile::Expected expected{
      .number = number, .type = file.type, .id = file.id, .database = database_, .length = file.length};
  LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<const BlockFile> opened, BlockFile::Open(store_, expected));
  const MutexLock lock(mutex_);
  std::shared_ptr<const BlockFile>& kept = known_[number].open;
  if (kept == nullptr) kept = std::move(opened);
  return kept;
}

Result<std::shared_ptr<const BlockFile>> FileTable::OpenDamaged(FileNumber number) {
  Result<std::shared_ptr<const BlockFile>> whole = Open(number);
  if (whole.status().code() != StatusCode::kCorruption) return whole;
  ManifestFile known;
  {
    const MutexLock lock(mutex_);
    const auto found = known_.find(number);
    if (found == known_.end()) return whole;
    known = found->second.file;
  }
  Result<std::unique_ptr<ReadableFile>> file = store_.Open(FileName(number, known.type));
  if (file.status().code() == StatusCode::kNotFound) return whole;
  if (!file.ok()) return file.status();
  const uint64_t length = std::min((*file)->size(), known.length);
  return BlockFile::Of(*std::move(file),
                       {.number = number, .type = known.type, .id = known.id, .database = database_, .length = length});
}

Result<std::shared_ptr<const BlockFile>> FileTable::OpenScratch(const FileAdded& file) {
  const BlockFile::Expected expected{
      .number = file.number, .type = file.type, .id = file.id, .database = database_, .length = file.length};
  Result<std::shared_ptr<const BlockFile>> opened = BlockFile::Open(store_, expected);
  const MutexLock lock(mutex_);
  retired_.push_back({.number = file.number, .type = file.type, .open = opened.ok() ? *opened : nullptr});
  retired_count_.store(retired_.size(), std::memory_order_relaxed);
  return opened;
}

void FileTable::Retire(FileNumber number) {
  const MutexLock lock(mutex_);
  const auto known = known_.find(number);
  LOGWOOD_ASSERT(known != known_.end());
  const ManifestFile& file = known->second.file;
  retired_.push_back(
      {.number = number, .type = file.type, .bytes = file.length, .open = std::move(known->second.open)});
  known_.erase(known);
  retired_count_.store(retired_.size(), std::memory_order_relaxed);
}

void FileTable::Discard(FileNumber number, FileType type) {
  const MutexLock lock(mutex_);
  std::shared_ptr<const BlockFile> open;
  if (const auto known = known_.find(number); known != known_.end()) {
    open = std::move(known->second.open);
    known_.erase(known);
  }
  retired_.push_back({.number = number, .type = type, .bytes = 0, .open = std::move(open)});
  retired_count_.store(retired_.size(), std::memory_order_relaxed);
}

void FileTable::RemoveRetired() {
  for (const Retired& file : TakeRemovable()) {
    // Why: what stays behind does no harm, and the next open removes it as a leftover.
    store_.Remove(FileName(file.number, file.type)).IgnoreError();
  }
}

FileStatistics FileTable::held() const {
  const MutexLock lock(mutex_);
  FileStatistics sum;
  for (const Retired& file : retired_) {
    if (!file.is_held()) continue;
    ++sum.files;
    sum.bytes += file.bytes;
  }
  return sum;
}

std::vector<FileTable::Retired> FileTable::TakeRemovable() {
  const MutexLock lock(mutex_);
  std::vector<Retired> removable;
  std::vector<Retired> held;
  for (Retired& file : retired_) {
    (file.is_held() ? held : removable).push_back(std::move(file));
  }
  retired_ = std::move(held);
  retired_count_.store(retired_.size(), std::memory_order_relaxed);
  return removable;
}

}  // namespace logwood
