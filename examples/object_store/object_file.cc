#include "object_file.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace example {

using logwood::Bytes;
using logwood::Result;
using logwood::Status;
using logwood::StatusCode;

std::string ChunkPrefix(std::string_view name) { return "files/" + std::string(name) + "/"; }

std::string ChunkKey(std::string_view name, uint64_t number) {
  const std::string digits = std::to_string(number);
  return ChunkPrefix(name) + std::string(8 - std::min<size_t>(8, digits.size()), '0') + digits;
}

// Nobody can learn of an error here. What stays behind is not listed, for the name is gone, and the next writer
// deletes it.
ObjectFile::~ObjectFile() {
  if (!removed_) return;
  for (size_t i = 0; i < chunks_.size(); ++i) client_.Delete(ChunkKey(name_, i + 1)).IgnoreError();
}

Status ObjectFile::Create() {
  const Status status = client_.Put(ChunkKey(name_, 0), Body(ChunkKind::kName, std::to_string(options_.creation)));
  const std::lock_guard lock(mutex_);
  writing_ = status.ok();
  return status;
}

Status ObjectFile::Load() {
  {
    const std::lock_guard lock(mutex_);
    if (writing_) return Status::Ok();  // Nobody else adds to it.
  }
  const Result<std::vector<ObjectInfo>> objects = client_.List(ChunkPrefix(name_));
  if (!objects.ok()) return objects.status();
  if (objects->empty() || objects->front().key != ChunkKey(name_, 0)) {
    return Status::NotFound(name_ + ": there is no file of this name");
  }
  const std::lock_guard lock(mutex_);
  for (size_t number = chunks_.size() + 1; number < objects->size(); ++number) {
    const ObjectInfo& object = (*objects)[number];
    if (object.key != ChunkKey(name_, number) || object.size_bytes < kMarkSize) {
      return Status::Corruption(object.key + ": " + std::to_string(object.size_bytes) + " bytes, expected at least " +
                                std::to_string(kMarkSize) + " and the name " + ChunkKey(name_, number) +
                                ": restore the object from a backup");
    }
    const uint64_t begin = PutSize();
    chunks_.push_back({begin, begin + object.size_bytes - kMarkSize});
  }
  return Status::Ok();
}

Status ObjectFile::End() {
  Finish();
  if (!Sync().ok()) {
    // Whoever asks this file again is told why; the bytes are as lost as if the process had died.
    const std::lock_guard lock(mutex_);
    tail_.clear();
  }
  const std::lock_guard putting(putting_);
  {
    const std::lock_guard lock(mutex_);
    writing_ = false;
  }
  return PutSeal();
}

// Whoever is still writing may win the number after the last: then the next one is tried.
Status ObjectFile::PutSeal() {
  for (;;) {
    if (Status status = Load(); !status.ok()) return status;
    const Result<bool> has_end = HasEnd();
    if (!has_end.ok()) return has_end.status();
    if (*has_end) return Status::Ok();
    const Status status = PutChunk({}, ChunkKind::kSeal);
    if (status.code() != StatusCode::kAlreadyExists) return status;
  }
}

Result<bool> ObjectFile::HasEnd() {
  size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    count = chunks_.size();
  }
  if (count == 0) return false;
  std::array<std::byte, kMarkSize> mark{};
  const Result<size_t> size = client_.Get(ChunkKey(name_, count), 0, mark);
  if (!size.ok()) return size.status();
  const auto kind = static_cast<ChunkKind>(mark.back());
  return kind == ChunkKind::kLast || kind == ChunkKind::kSeal;
}

void ObjectFile::MarkRemoved() {
  const std::lock_guard lock(mutex_);
  removed_ = true;
}

Status ObjectFile::Append(Bytes data) {
  {
    const std::lock_guard lock(mutex_);
    if (finished_) return Status::InvalidArgument(name_ + ": append after Finish(), or after another writer came");
    if (!failed_.ok()) return failed_;
    tail_.append(data.string_view());
  }
  return PutTail(When::kWhenFull);
}

Status ObjectFile::Sync() { return PutTail(When::kAlways); }

// One put however much there is: a chunk is as large as what was appended at once, or a little more than asked for.
Status ObjectFile::PutTail(When when) {
  const std::lock_guard putting(putting_);
  std::string tail;
  ChunkKind kind = ChunkKind::kData;
  {
    const std::lock_guard lock(mutex_);
    if (!failed_.ok()) return failed_;
    if (removed_ || tail_.empty()) return Status::Ok();
    if (when == When::kWhenFull && tail_.size() < options_.chunk_size_bytes) return Status::Ok();
    tail = tail_;
    if (finished_) kind = ChunkKind::kLast;
  }
  Status status = PutChunk(tail, kind);
  if (status.code() == StatusCode::kAlreadyExists) {
    status = Status::Io(status.ToString() + ": another writer has taken over; close this database and open it again");
  }
  if (status.ok()) status = options_.check_writer();
  const std::lock_guard lock(mutex_);
  if (!status.ok()) failed_ = status;
  return status;
}

// Requires putting_. What is put stands in memory until it is known to be an object.
Status ObjectFile::PutChunk(const std::string& tail, ChunkKind kind) {
  uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = chunks_.size() + 1;
  }
  if (number > kChunkNumberMax) return Status::NoSpace(name_ + ": it has as many chunks as there are numbers");
  if (Status status = client_.Put(ChunkKey(name_, number), Body(kind, tail)); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  const uint64_t begin = PutSize();
  chunks_.push_back({begin, begin + tail.size()});
  tail_.erase(0, tail.size());
  return Status::Ok();
}

void ObjectFile::Finish() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
}

Result<size_t> ObjectFile::Read(uint64_t offset, std::span<std::byte> into) const {
  size_t done = 0;
  while (done < into.size()) {
    const uint64_t at = offset + done;
    if (at < offset) break;  // Beyond the last offset there is.
    size_t number = 0;
    Chunk chunk;
    {
      const std::lock_guard lock(mutex_);
      const auto found = std::ranges::upper_bound(chunks_, at, {}, &Chunk::end);
      if (found == chunks_.end()) {
        const uint64_t begin = PutSize();
        if (at - begin >= tail_.size()) break;
        const size_t count = std::min(into.size() - done, tail_.size() - static_cast<size_t>(at - begin));
        std::memcpy(into.data() + done, tail_.data() + (at - begin), count);
        return done + count;
      }
      number = static_cast<size_t>(found - chunks_.begin()) + 1;
      chunk = *found;
    }
    const size_t wanted = std::min(into.size() - done, static_cast<size_t>(chunk.end - at));
    const Result<size_t> count =
        client_.Get(ChunkKey(name_, number), kMarkSize + at - chunk.begin, into.subspan(done, wanted));
    if (!count.ok()) return Status::Io(count.status().ToString());
    if (*count != wanted) return Status::Corruption(ChunkKey(name_, number) + ": shorter than it was listed");
    done += *count;
  }
  return done;
}

uint64_t ObjectFile::size() const {
  const std::lock_guard lock(mutex_);
  return PutSize() + tail_.size();
}

uint64_t ObjectFile::PutSize() const { return chunks_.empty() ? 0 : chunks_.back().end; }

std::string ObjectFile::Body(ChunkKind kind, std::string_view bytes) const {
  std::string body(kMarkSize, static_cast<char>(kind));
  for (size_t i = 0; i < 8; ++i) body[i] = static_cast<char>(options_.writer_id >> (8 * i) & 0xff);
  return body.append(bytes);
}

}  // namespace example
