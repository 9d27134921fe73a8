#include "engine/salvage_store.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"

namespace logwood {
namespace {

// What a device that cannot read a place loses with it.
constexpr uint64_t kUnreadableSize = 4096;

}  // namespace

class SalvageStore::File final : public ReadableFile {
 public:
  File(SalvageStore& store, std::string name, std::unique_ptr<ReadableFile> file)
      : store_(store), name_(std::move(name)), file_(std::move(file)) {}

  [[nodiscard]] Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
    Result<size_t> read = file_->Read(offset, into);
    if (read.status().code() != StatusCode::kIo) return read;
    const uint64_t end = std::min<uint64_t>(offset + into.size(), std::max(offset, file_->size()));
    for (uint64_t at = offset; at < end;) {
      const uint64_t next = std::min(end, (at / kUnreadableSize + 1) * kUnreadableSize);
      ReadPiece(at, into.subspan(at - offset, next - at));
      at = next;
    }
    return static_cast<size_t>(end - offset);
  }
  [[nodiscard]] uint64_t size() const override { return file_->size(); }
  Status Sync() override { return Status::ReadOnly(name_ + ": a salvage writes nothing"); }

 private:
  void ReadPiece(uint64_t offset, std::span<std::byte> into) const {
    const Result<size_t> read = file_->Read(offset, into);
    if (read.ok() && *read == into.size()) return;
    std::ranges::fill(into, std::byte{0});
    store_.Note(name_, offset, into.size(), read.status());
  }

  SalvageStore& store_;
  const std::string name_;
  const std::unique_ptr<ReadableFile> file_;
};

SalvageStore::SalvageStore(Runtime& runtime, Store& store, std::unique_ptr<Store> owned)
    : store_(store), owned_(std::move(owned)), mutex_(runtime) {}

Result<std::unique_ptr<AppendFile>> SalvageStore::Create(std::string_view name, CreateOptions /*options*/) {
  return Status::ReadOnly(std::string(name) + ": a salvage writes nothing");
}

Result<std::unique_ptr<ReadableFile>> SalvageStore::Open(std::string_view name) {
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, store_.Open(name));
  return std::make_unique<File>(*this, std::string(name), std::move(file));
}

Status SalvageStore::Remove(std::string_view name) {
  return Status::ReadOnly(std::string(name) + ": a salvage removes nothing");
}

std::vector<SalvageDamage> SalvageStore::unreadable() const {
  const MutexLock lock(mutex_);
  return unreadable_;
}

void SalvageStore::Note(const std::string& name, uint64_t offset, uint64_t bytes, const Status& why) {
  const MutexLock lock(mutex_);
  const auto is_same = [&](const SalvageDamage& known) { return known.file == name && known.offset == offset; };
  if (std::ranges::any_of(unreadable_, is_same)) return;
  // Of a tree it is known what is missing; a log may look as if nothing had been written there.
  unreadable_.push_back({.file = name,
                         .offset = offset,
                         .bytes = bytes,
                         .what = name + " offset " + std::to_string(offset) +
                                 ": cannot be read: " + (why.ok() ? "the file ends" : std::string(why.message())),
                         .loses_entries = !name.ends_with(".tree")});
}

}  // namespace logwood
