#include "testing/simulated_file.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/assert.h"
#include "base/hash.h"
#include "base/random.h"

namespace logwood::testing {

SimulatedFile::SimulatedFile(std::string name, const SimulatedStoreOptions& options, uint64_t size_expected)
    : name_(std::move(name)), options_(options), bytes_(std::make_shared<std::vector<std::byte>>()) {
  if (options_.prepared == PreparedSpace::kExpected) SetSize(size_expected);
}

std::vector<std::byte>& SimulatedFile::MutableBytes() {
  if (bytes_are_shared_) bytes_ = std::make_shared<std::vector<std::byte>>(*bytes_);
  bytes_are_shared_ = false;
  return *bytes_;
}

void SimulatedFile::SetSize(uint64_t size_bytes) {
  const uint64_t size_before = size();
  if (size_bytes == size_before) return;
  std::vector<std::byte>& bytes = MutableBytes();
  bytes.resize(size_bytes);
  if (size_bytes > size_before) FillStale(size_before, std::span(bytes).subspan(size_before));
  sizes_.push_back(size_bytes);
}

void SimulatedFile::FillStale(uint64_t offset, std::span<std::byte> into) const {
  if (options_.stale == StaleBytes::kZeros) {
    std::fill(into.begin(), into.end(), std::byte{0});
    return;
  }
  const uint64_t seed = Hash64(name_, options_.stale_seed);
  for (size_t i = 0; i < into.size(); ++i) {
    const uint64_t word = SeededRandom(seed + (offset + i) / 8).Next();
    into[i] = static_cast<std::byte>(word >> ((offset + i) % 8 * 8));
  }
}

void SimulatedFile::Append(Bytes data) {
  if (data.empty()) return;
  const uint64_t end = appended_size_ + data.size();
  std::vector<std::byte>& bytes = MutableBytes();
  const size_t in_prepared = static_cast<size_t>(std::min<uint64_t>(data.size(), bytes.size() - appended_size_));
  if (in_prepared > 0) std::memcpy(bytes.data() + appended_size_, data.data(), in_prepared);
  if (in_prepared < data.size()) {
    AddSizesUpTo(end);
    bytes.insert(bytes.end(), data.begin() + in_prepared, data.end());
  }
  appended_size_ = end;
  append_ends_.push_back(end);
}

// The length that a crash finds may stand in the middle of an append, where one sector ends.
void SimulatedFile::AddSizesUpTo(uint64_t end) {
  const uint64_t sector_size = options_.sector_size_bytes;
  for (uint64_t size = (sizes_.back() / sector_size + 1) * sector_size; size < end; size += sector_size) {
    sizes_.push_back(size);
  }
  sizes_.push_back(end);
}

void SimulatedFile::BecomeDurable() {
  synced_size_ = appended_size_;
  append_ends_.clear();
  sizes_.assign(1, size());
  name_is_durable_ = true;
}

void SimulatedFile::Sync() { BecomeDurable(); }

void SimulatedFile::Finish() { SetSize(appended_size_); }

size_t SimulatedFile::Read(uint64_t offset, std::span<std::byte> into) const {
  if (offset >= size() || into.empty()) return 0;
  const size_t count = static_cast<size_t>(std::min<uint64_t>(into.size(), size() - offset));
  std::memcpy(into.data(), bytes_->data() + offset, count);
  return count;
}

void SimulatedFile::Overwrite(uint64_t offset, Bytes data) {
  LOGWOOD_ASSERT(offset <= size() && data.size() <= size() - offset);
  if (!data.empty()) std::memcpy(MutableBytes().data() + offset, data.data(), data.size());
}

void SimulatedFile::Truncate(uint64_t size_bytes) {
  LOGWOOD_ASSERT(size_bytes <= size());
  MutableBytes().resize(size_bytes);
  appended_size_ = std::min(appended_size_, size_bytes);
  BecomeDurable();
}

uint64_t SimulatedFile::FirstPendingSector() const {
  return synced_size_ / options_.sector_size_bytes * options_.sector_size_bytes;
}

// Up to where the sector that begins at `begin` may be filled on the device, beyond what is durable: to the end of each
// append that touched it, for the device may have written it after any of them.
std::vector<uint64_t> SimulatedFile::SectorVersions(uint64_t begin) const {
  const uint64_t limit = begin + options_.sector_size_bytes;
  std::vector<uint64_t> versions;
  auto end = std::upper_bound(append_ends_.begin(), append_ends_.end(), begin);
  for (; end != append_ends_.end() && *end <= limit; ++end) versions.push_back(*end);
  if (end != append_ends_.end() && (versions.empty() || versions.back() < limit)) versions.push_back(limit);
  return versions;
}

void SimulatedFile::AddPendingItems(std::vector<PendingItem>& items) const {
  if (!name_is_durable_) items.push_back({.kind = PendingItem::Kind::kCreation, .file = name_});
  if (sizes_.size() > 1) {
    items.push_back({PendingItem::Kind::kLength, name_, size(), sizes_.size() - 1});
  }
  if (synced_size_ == appended_size_) return;
  for (uint64_t begin = FirstPendingSector(); begin < appended_size_; begin += options_.sector_size_bytes) {
    items.push_back({PendingItem::Kind::kSector, name_, begin, SectorVersions(begin).size()});
  }
}

std::shared_ptr<SimulatedFile> SimulatedFile::Clone() {
  bytes_are_shared_ = true;
  return std::shared_ptr<SimulatedFile>(new SimulatedFile(*this));
}

std::shared_ptr<SimulatedFile> SimulatedFile::AfterCrash(std::span<const size_t> kept) {
  if (!name_is_durable_) {
    if (kept.front() == 0) return nullptr;
    kept = kept.subspan(1);
  }
  uint64_t size_bytes = sizes_.front();
  if (sizes_.size() > 1) {
    size_bytes = sizes_[kept.front()];
    kept = kept.subspan(1);
  }
  std::shared_ptr<SimulatedFile> after = Clone();
  if (!kept.empty() || size_bytes != size()) {  // Else the bytes are all durable, and can be shared.
    after->bytes_ = std::make_shared<std::vector<std::byte>>(BytesAfterCrash(kept, size_bytes));
  }
  after->appended_size_ = size_bytes;
  after->BecomeDurable();
  return after;
}

std::vector<std::byte> SimulatedFile::BytesAfterCrash(std::span<const size_t> sectors_kept, uint64_t size_bytes) const {
  std::vector<std::byte> bytes(size_bytes);
  const auto copy = [&bytes, this](uint64_t begin, uint64_t end) {
    end = std::min<uint64_t>(end, bytes.size());
    if (begin < end) std::memcpy(bytes.data() + begin, bytes_->data() + begin, end - begin);
  };
  copy(0, synced_size_);
  if (synced_size_ < size_bytes) FillStale(synced_size_, std::span(bytes).subspan(synced_size_));
  uint64_t begin = FirstPendingSector();
  for (const size_t version : sectors_kept) {
    if (version > 0) copy(begin, SectorVersions(begin)[version - 1]);
    begin += options_.sector_size_bytes;
  }
  return bytes;
}

}  // namespace logwood::testing
