#include "logwood/testing/fault_store.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kBlockSizeBytes = 4096;

// What a file takes on a disk.
uint64_t InBlocks(uint64_t size_bytes) {
  return (size_bytes + kBlockSizeBytes - 1) / kBlockSizeBytes * kBlockSizeBytes;
}

}  // namespace

// Runs `act` unless the call is to fail before its effect. A call that fails after its effect has it, and what it gave
// is dropped.
template <class Act>
auto FaultStore::Call(StoreCallKind kind, const Act& act) {
  using Outcome = std::invoke_result_t<Act>;
  const Verdict verdict = Judge(kind);
  if (verdict.effect != Effect::kWhole) return Outcome(verdict.status);
  Outcome outcome = act();
  return verdict.status.ok() ? std::move(outcome) : Outcome(verdict.status);
}

FaultStore::Verdict FaultStore::Judge(StoreCallKind kind) {
  const std::lock_guard lock(mutex_);
  ++counts_[static_cast<size_t>(kind)];
  if (stop_at_.has_value() && Count({}) >= *stop_at_) return {Effect::kNone, Status::Io("stopped")};
  for (const auto& [call, fault] : faults_) {
    if (!fault.kinds.contains(kind)) continue;
    const uint64_t count = Count(fault.kinds);
    if (count != call && (count < call || fault.how_long == FaultFor::kOnce)) continue;
    switch (fault.when) {
      case FaultWhen::kBeforeEffect: return {Effect::kNone, fault.status};
      case FaultWhen::kHalfway: return {Effect::kHalf, fault.status};
      case FaultWhen::kAfterEffect: return {Effect::kWhole, fault.status};
    }
  }
  return {};
}

uint64_t FaultStore::Count(StoreCallKinds kinds) const {
  uint64_t sum = 0;
  for (size_t i = 0; i < counts_.size(); ++i) {
    if (kinds.contains(static_cast<StoreCallKind>(i))) sum += counts_[i];
  }
  return sum;
}

class FaultStore::Appender final : public AppendFile {
 public:
  Appender(FaultStore& store, std::string_view name, std::unique_ptr<AppendFile> file)
      : store_(store), name_(name), file_(std::move(file)) {}

  Status Append(Bytes data) override {
    const Verdict verdict = store_.Judge(StoreCallKind::kAppend);
    LOGWOOD_RETURN_IF_ERROR(failed_);
    const uint64_t room = store_.RoomLeft() + InBlocks(file_->size()) - file_->size();
    const bool fits = data.size() <= room;
    if (verdict.effect != Effect::kNone) {
      const size_t wanted = verdict.effect == Effect::kHalf ? data.size() / 2 : data.size();
      failed_ = file_->Append(data.First(static_cast<size_t>(std::min<uint64_t>(wanted, room))));
      store_.NoteAppended(name_, file_->size());
    }
    if (failed_.ok() && !fits) failed_ = Status::NoSpace(name_ + ": the store is full");
    if (!verdict.status.ok()) failed_ = verdict.status;
    if (failed_.ok()) size_ = file_->size();
    // Called wrongly, for instance after Finish(): nothing failed.
    if (failed_.code() == StatusCode::kInvalidArgument) return std::exchange(failed_, Status::Ok());
    return failed_;
  }
  Status Sync() override {
    return store_.SyncFile(name_, [this] { return file_->Sync(); });
  }
  Status Finish() override {
    return store_.Call(StoreCallKind::kFinish, [this] { return file_->Finish(); });
  }
  [[nodiscard]] uint64_t size() const override { return size_; }

 private:
  FaultStore& store_;
  const std::string name_;
  const std::unique_ptr<AppendFile> file_;
  uint64_t size_ = 0;
  Status failed_;  // Of the first failed append.
};

class FaultStore::Reader final : public ReadableFile {
 public:
  Reader(FaultStore& store, std::string_view name, std::unique_ptr<ReadableFile> file)
      : store_(store), name_(name), file_(std::move(file)) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
    return store_.Call(StoreCallKind::kRead, [&] { return file_->Read(offset, into); });
  }
  [[nodiscard]] uint64_t size() const override { return file_->size(); }
  Status Sync() override {
    return store_.SyncFile(name_, [this] { return file_->Sync(); });
  }

 private:
  FaultStore& store_;
  const std::string name_;
  const std::unique_ptr<ReadableFile> file_;
};

// What was appended when the sync began is durable when it returned.
Status FaultStore::SyncFile(const std::string& name, const std::function<Status()>& sync) {
  std::optional<uint64_t> size;
  Status failed_before;
  {
    const std::lock_guard lock(mutex_);
    if (const auto file = files_.find(name); file != files_.end()) size = file->second.appended_size;
    if (const auto failed = failed_syncs_.find(name); failed != failed_syncs_.end()) failed_before = failed->second;
  }
  const Status status = Call(StoreCallKind::kSync, [&] { return failed_before.ok() ? sync() : failed_before; });
  const std::lock_guard lock(mutex_);
  if (!status.ok()) return failed_syncs_.try_emplace(name, status).first->second;
  const auto file = files_.find(name);
  if (file != files_.end()) file->second.synced_size = std::max(file->second.synced_size, size);
  return status;
}

Result<std::unique_ptr<AppendFile>> FaultStore::Create(std::string_view name, CreateOptions options) {
  return Call(StoreCallKind::kCreate, [&]() -> Result<std::unique_ptr<AppendFile>> {
    LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<AppendFile> file, store_.Create(name, options));
    {
      const std::lock_guard lock(mutex_);
      files_.insert_or_assign(std::string(name), FileState());
    }
    return std::make_unique<Appender>(*this, name, std::move(file));
  });
}

Result<std::unique_ptr<ReadableFile>> FaultStore::Open(std::string_view name) {
  return Call(StoreCallKind::kOpen, [&]() -> Result<std::unique_ptr<ReadableFile>> {
    LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, store_.Open(name));
    return std::make_unique<Reader>(*this, name, std::move(file));
  });
}

Result<std::vector<std::string>> FaultStore::List() {
  return Call(StoreCallKind::kList, [&] { return store_.List(); });
}

Status FaultStore::Remove(std::string_view name) {
  return Call(StoreCallKind::kRemove, [&] {
    const Status status = store_.Remove(name);
    const std::lock_guard lock(mutex_);
    if (const auto file = files_.find(name); status.ok() && file != files_.end()) files_.erase(file);
    return status;
  });
}

Result<std::unique_ptr<StoreLock>> FaultStore::Lock(LockMode mode) {
  return Call(StoreCallKind::kLock, [&] { return store_.Lock(mode); });
}

void FaultStore::NoteAppended(const std::string& name, uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  if (const auto file = files_.find(name); file != files_.end()) file->second.appended_size = size_bytes;
}

void FaultStore::SetCapacity(uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  capacity_ = bytes;
}

uint64_t FaultStore::bytes_used() const {
  const std::lock_guard lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [name, file] : files_) sum += InBlocks(file.appended_size);
  return sum;
}

uint64_t FaultStore::RoomLeft() const {
  const uint64_t used = bytes_used();
  const std::lock_guard lock(mutex_);
  return (capacity_ - std::min(capacity_, used)) / kBlockSizeBytes * kBlockSizeBytes;
}

void FaultStore::FailAt(uint64_t call, Fault fault) {
  LOGWOOD_ASSERT(!fault.status.ok());
  const std::lock_guard lock(mutex_);
  faults_.push_back({call, std::move(fault)});
}

void FaultStore::StopAt(uint64_t call) {
  const std::lock_guard lock(mutex_);
  stop_at_ = call;
}

void FaultStore::Heal() {
  const std::lock_guard lock(mutex_);
  faults_.clear();
  stop_at_.reset();
}

uint64_t FaultStore::calls(StoreCallKinds kinds) const {
  const std::lock_guard lock(mutex_);
  return Count(kinds);
}

namespace {

// Copies the first `size_max` bytes of a file, or all if it is shorter, and syncs the copy.
Status CopyFile(Store& from, const std::string& name, uint64_t size_max, Store& to) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> source, from.Open(name));
  std::vector<std::byte> bytes(static_cast<size_t>(std::min(size_max, source->size())));
  LOGWOOD_ASSIGN_OR_RETURN(const size_t count, source->Read(0, bytes));
  bytes.resize(count);
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<AppendFile> copy, to.Create(name, {}));
  LOGWOOD_RETURN_IF_ERROR(copy->Append(std::span<const std::byte>(bytes)));
  LOGWOOD_RETURN_IF_ERROR(copy->Sync());
  return copy->Finish();
}

}  // namespace

std::optional<uint64_t> FaultStore::SizeLeft(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(name);
  return file == files_.end() ? UINT64_MAX : file->second.synced_size;
}

Result<std::unique_ptr<Store>> FaultStore::SurvivorsOf() {
  std::unique_ptr<Store> survivors = NewMemoryStore();
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store_.List());
  for (const std::string& name : names) {
    const std::optional<uint64_t> size = SizeLeft(name);
    if (size.has_value()) LOGWOOD_RETURN_IF_ERROR(CopyFile(store_, name, *size, *survivors));
  }
  return survivors;
}

}  // namespace logwood::testing
