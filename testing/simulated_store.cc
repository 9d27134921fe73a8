#include "logwood/testing/simulated_store.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"
#include "store/store_name.h"
#include "testing/simulated_file.h"

namespace logwood::testing {
namespace {

std::string At(std::string_view name) { return "simulated/" + std::string(name); }

Status NoSuchFile(std::string_view name) { return Status::NotFound(At(name) + ": there is no file of this name"); }

}  // namespace

// A call is a scheduling point first and takes its number afterwards, so that numbers follow the order of effects.
template <class Act>
auto SimulatedStore::Call(StoreCallKind kind, std::string_view name, const Act& act) {
  if (Scheduler* scheduler = runtime_.scheduler(); scheduler != nullptr) scheduler->Yield(ToString(kind));
  StoreCall call{.kind = kind, .name = name};
  {
    const std::lock_guard lock(mutex_);
    call.index = ++calls_;
  }
  Observe(call);
  auto result = [&] {
    const std::lock_guard lock(mutex_);
    return act();
  }();
  call.phase = StoreCallPhase::kAfter;
  Observe(call);
  return result;
}

void SimulatedStore::Observe(const StoreCall& call) const {
  if (observer_ != nullptr) observer_(call);
}

class SimulatedStore::Appender final : public AppendFile {
 public:
  Appender(SimulatedStore& store, std::shared_ptr<SimulatedFile> file) : store_(store), file_(std::move(file)) {}

  Status Append(Bytes data) override {
    return store_.Call(StoreCallKind::kAppend, file_->name(), [&] {
      if (finished_) return Status::InvalidArgument(At(file_->name()) + ": append after Finish()");
      file_->Append(data);
      return Status::Ok();
    });
  }
  Status Sync() override {
    return store_.Call(StoreCallKind::kSync, file_->name(), [&] {
      file_->Sync();
      return Status::Ok();
    });
  }
  Status Finish() override {
    return store_.Call(StoreCallKind::kFinish, file_->name(), [&] {
      finished_ = true;
      file_->Finish();
      return Status::Ok();
    });
  }
  [[nodiscard]] uint64_t size() const override {
    const std::lock_guard lock(store_.mutex_);
    return file_->appended_size();
  }

 private:
  SimulatedStore& store_;
  const std::shared_ptr<SimulatedFile> file_;
  bool finished_ = false;
};

class SimulatedStore::Reader final : public ReadableFile {
 public:
  Reader(SimulatedStore& store, std::shared_ptr<SimulatedFile> file)
      : store_(store), file_(std::move(file)), size_(file_->size()) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
    return store_.Call(StoreCallKind::kRead, file_->name(), [&] { return Result<size_t>(file_->Read(offset, into)); });
  }
  [[nodiscard]] uint64_t size() const override { return size_; }
  Status Sync() override {
    return store_.Call(StoreCallKind::kSync, file_->name(), [&] {
      file_->Sync();
      return Status::Ok();
    });
  }

 private:
  SimulatedStore& store_;
  const std::shared_ptr<SimulatedFile> file_;
  const uint64_t size_;
};

class SimulatedStore::HeldLock final : public StoreLock {
 public:
  HeldLock(SimulatedStore& store, LockMode mode) : store_(store), mode_(mode) {}
  ~HeldLock() override {
    const std::lock_guard lock(store_.mutex_);
    if (mode_ == LockMode::kExclusive) {
      store_.writer_ = false;
    } else {
      --store_.reader_count_;
    }
  }

 private:
  SimulatedStore& store_;
  const LockMode mode_;
};

SimulatedStore::SimulatedStore(Runtime& runtime, SimulatedStoreOptions options) : runtime_(runtime), options_(options) {
  LOGWOOD_ASSERT(options_.sector_size_bytes > 0);
}

SimulatedStore::~SimulatedStore() = default;

Result<std::unique_ptr<AppendFile>> SimulatedStore::Create(std::string_view name, CreateOptions options) {
  return Call(StoreCallKind::kCreate, name, [&] { return CreateNow(name, options); });
}

Result<std::unique_ptr<AppendFile>> SimulatedStore::CreateNow(std::string_view name, CreateOptions options) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  if (files_.contains(name)) return Status::AlreadyExists(At(name) + ": this name is taken");
  const auto has_this_name = [&](const std::shared_ptr<SimulatedFile>& file) { return file->name() == name; };
  if (names_used_up_.contains(name) || std::any_of(removed_.begin(), removed_.end(), has_this_name)) {
    violations_.push_back(At(name) + " was created again after it had been removed");
    return Status::AlreadyExists(violations_.back());
  }
  auto file = std::make_shared<SimulatedFile>(std::string(name), options_, options.size_expected);
  files_.emplace(name, file);
  return std::make_unique<Appender>(*this, std::move(file));
}

Result<std::unique_ptr<ReadableFile>> SimulatedStore::Open(std::string_view name) {
  return Call(StoreCallKind::kOpen, name, [&] { return OpenNow(name); });
}

Result<std::unique_ptr<ReadableFile>> SimulatedStore::OpenNow(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const auto file = files_.find(name);
  if (file == files_.end()) return NoSuchFile(name);
  return std::make_unique<Reader>(*this, file->second);
}

Result<std::vector<std::string>> SimulatedStore::List() {
  return Call(StoreCallKind::kList, {}, [&] {
    std::vector<std::string> names;
    names.reserve(files_.size());
    for (const auto& [name, file] : files_) names.push_back(name);
    return Result<std::vector<std::string>>(std::move(names));
  });
}

Status SimulatedStore::Remove(std::string_view name) {
  return Call(StoreCallKind::kRemove, name, [&] { return RemoveNow(name); });
}

Status SimulatedStore::RemoveNow(std::string_view name) {
  LOGWOOD_RETURN_IF_ERROR(CheckStoreName(description(), name));
  const auto file = files_.find(name);
  if (file == files_.end()) return NoSuchFile(name);
  removed_.push_back(std::move(file->second));
  files_.erase(file);
  return Status::Ok();
}

Result<std::unique_ptr<StoreLock>> SimulatedStore::Lock(LockMode mode) {
  return Call(StoreCallKind::kLock, {}, [&] { return LockNow(mode); });
}

Result<std::unique_ptr<StoreLock>> SimulatedStore::LockNow(LockMode mode) {
  if (writer_) return Status::Busy("simulated: held for writing; close that handle first");
  if (mode == LockMode::kExclusive && reader_count_ > 0) {
    return Status::Busy("simulated: held for reading " + std::to_string(reader_count_) +
                        " times; close those handles first");
  }
  if (mode == LockMode::kExclusive) {
    writer_ = true;
  } else {
    ++reader_count_;
  }
  return std::make_unique<HeldLock>(*this, mode);
}

void SimulatedStore::SetCallObserver(Observer observer) { observer_ = std::move(observer); }

uint64_t SimulatedStore::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

// Crash() numbers the items in the same order.
std::vector<PendingItem> SimulatedStore::PendingItems() const {
  const std::lock_guard lock(mutex_);
  std::vector<PendingItem> items;
  for (const auto& [name, file] : files_) file->AddPendingItems(items);
  for (const auto& file : removed_) {
    file->AddPendingItems(items);
    items.push_back({.kind = PendingItem::Kind::kRemoval, .file = file->name()});
  }
  return items;
}

namespace {

// Asks the choice about one file after another, numbering items as PendingItems() does.
class Crasher {
 public:
  explicit Crasher(const CrashChoice& choice) : choice_(choice) {}

  // Null when the file's name is lost.
  std::shared_ptr<SimulatedFile> Crash(SimulatedFile& file) {
    std::vector<PendingItem> items;
    file.AddPendingItems(items);
    std::vector<size_t> kept;
    kept.reserve(items.size());
    for (const PendingItem& item : items) kept.push_back(choice_.VersionKept(next_index_++, item));
    return file.AfterCrash(kept);
  }

  bool KeepsRemoval(const SimulatedFile& file) {
    return choice_.VersionKept(next_index_++, {.kind = PendingItem::Kind::kRemoval, .file = file.name()}) > 0;
  }

 private:
  const CrashChoice& choice_;
  size_t next_index_ = 0;
};

}  // namespace

std::unique_ptr<SimulatedStore> SimulatedStore::Crash(const CrashChoice& choice) const {
  return Crash(choice, runtime_);
}

std::unique_ptr<SimulatedStore> SimulatedStore::Crash(const CrashChoice& choice, Runtime& runtime) const {
  auto after = std::make_unique<SimulatedStore>(runtime, options_);
  const std::lock_guard lock(mutex_);
  after->names_used_up_ = names_used_up_;
  Crasher crasher(choice);
  for (const auto& [name, file] : files_) {
    if (auto left = crasher.Crash(*file); left != nullptr) after->files_.emplace(name, std::move(left));
  }
  for (const auto& file : removed_) {
    auto left = crasher.Crash(*file);
    // A name that never was durable may be used again: nobody can know of it.
    if (crasher.KeepsRemoval(*file)) {
      if (file->name_is_durable()) after->names_used_up_.insert(file->name());
    } else if (left != nullptr) {
      after->files_.emplace(file->name(), std::move(left));
    }
  }
  return after;
}

std::unique_ptr<SimulatedStore> SimulatedStore::Clone() const { return Clone(runtime_); }

std::unique_ptr<SimulatedStore> SimulatedStore::Clone(Runtime& runtime) const {
  auto clone = std::make_unique<SimulatedStore>(runtime, options_);
  const std::lock_guard lock(mutex_);
  clone->names_used_up_ = names_used_up_;
  for (const auto& [name, file] : files_) clone->files_.emplace(name, file->Clone());
  for (const auto& file : removed_) clone->removed_.push_back(file->Clone());
  return clone;
}

void SimulatedStore::SettleRemovals() {
  const std::lock_guard lock(mutex_);
  for (const auto& file : removed_) names_used_up_.insert(file->name());
  removed_.clear();
}

Status SimulatedStore::Overwrite(std::string_view name, uint64_t offset, Bytes data) {
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(name);
  if (file == files_.end()) return NoSuchFile(name);
  const uint64_t size = file->second->size();
  if (offset > size || data.size() > size - offset) {
    return Status::InvalidArgument(At(name) + " offset " + std::to_string(offset) + ": " + std::to_string(data.size()) +
                                   " bytes reach beyond the end, " + std::to_string(size));
  }
  file->second->Overwrite(offset, data);
  return Status::Ok();
}

Status SimulatedStore::Truncate(std::string_view name, uint64_t size_bytes) {
  const std::lock_guard lock(mutex_);
  const auto file = files_.find(name);
  if (file == files_.end()) return NoSuchFile(name);
  if (size_bytes > file->second->size()) {
    return Status::InvalidArgument(At(name) + ": " + std::to_string(size_bytes) + " is beyond the end, " +
                                   std::to_string(file->second->size()));
  }
  file->second->Truncate(size_bytes);
  return Status::Ok();
}

std::vector<std::string> SimulatedStore::violations() const {
  const std::lock_guard lock(mutex_);
  return violations_;
}

std::vector<std::string> SimulatedStore::names_used_up() const {
  const std::lock_guard lock(mutex_);
  std::set<std::string, std::less<>> names = names_used_up_;
  for (const auto& file : removed_) names.insert(file->name());
  return {names.begin(), names.end()};
}

}  // namespace logwood::testing
