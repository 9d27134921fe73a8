#include "object_store.h"

#include <algorithm>
#include <string_view>
#include <utility>

namespace example {

using logwood::AppendFile;
using logwood::Bytes;
using logwood::LockMode;
using logwood::ReadableFile;
using logwood::Result;
using logwood::Status;
using logwood::StatusCode;
using logwood::StoreLock;

namespace {

constexpr std::string_view kWriters = "writers/";
constexpr std::string_view kReaders = "readers/";
constexpr std::string_view kEnd = ".end";

Status CheckName(std::string_view name) {
  constexpr std::string_view kLegal = "0123456789abcdefghijklmnopqrstuvwxyz.-";
  const bool legal = !name.empty() && name.size() <= 64 && name != "." && name != ".." &&
                     name.find_first_not_of(kLegal) == std::string_view::npos;
  if (legal) return Status::Ok();
  return Status::InvalidArgument("a name of " + std::to_string(name.size()) +
                                 " bytes: it must have 1 to 64 of [0-9a-z.-] and be neither \".\" nor \"..\"");
}

std::string WriterKey(uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(kWriters) + std::string(8 - std::min<size_t>(8, digits.size()), '0') + digits;
}

// Of "writers/00000007" and "writers/00000007.end".
uint64_t WriterNumber(std::string_view key) {
  uint64_t number = 0;
  for (const char digit : key.substr(kWriters.size(), 8)) number = 10 * number + static_cast<uint64_t>(digit - '0');
  return number;
}

class Appender final : public AppendFile {
 public:
  explicit Appender(std::shared_ptr<ObjectFile> file) : file_(std::move(file)) {}

  Status Append(Bytes data) override {
    Status status = file_->Append(data);
    if (status.ok()) size_ += data.size();
    return status;
  }
  Status Sync() override { return file_->Sync(); }
  Status Finish() override {
    file_->Finish();
    return Status::Ok();
  }
  [[nodiscard]] uint64_t size() const override { return size_; }

 private:
  const std::shared_ptr<ObjectFile> file_;
  uint64_t size_ = 0;
};

class Reader final : public ReadableFile {
 public:
  explicit Reader(std::shared_ptr<ObjectFile> file) : file_(std::move(file)), size_(file_->size()) {}

  Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override { return file_->Read(offset, into); }
  [[nodiscard]] uint64_t size() const override { return size_; }
  Status Sync() override { return file_->Sync(); }

 private:
  const std::shared_ptr<ObjectFile> file_;
  const uint64_t size_;
};

}  // namespace

// A lock that could not be given back stays: the next to come must take over.
class ObjectStore::WriterLock final : public StoreLock {
 public:
  WriterLock(ObjectClient& client, uint64_t number, uint64_t writer_id)
      : client_(client), number_(number), writer_id_(writer_id) {}
  ~WriterLock() override {
    client_.Put(WriterKey(number_) + std::string(kEnd), std::to_string(writer_id_)).IgnoreError();
  }

 private:
  ObjectClient& client_;
  const uint64_t number_;
  const uint64_t writer_id_;
};

class ObjectStore::ReaderLock final : public StoreLock {
 public:
  ReaderLock(ObjectClient& client, std::string key) : client_(client), key_(std::move(key)) {}
  ~ReaderLock() override { client_.Delete(key_).IgnoreError(); }

 private:
  ObjectClient& client_;
  const std::string key_;
};

ObjectStore::ObjectStore(ObjectService& service, ObjectStoreOptions options, logwood::Runtime& runtime)
    : options_(std::move(options)),
      writer_id_(runtime.Random()),
      client_(service, options_.retries),
      takes_over_(options_.take_over == TakeOver::kYes) {}

Result<std::unique_ptr<AppendFile>> ObjectStore::Create(std::string_view name, logwood::CreateOptions) {
  if (Status status = CheckName(name); !status.ok()) return status;
  {
    const std::lock_guard lock(mutex_);
    if (files_.contains(name)) return Status::AlreadyExists(std::string(name) + ": this name is taken");
  }
  std::shared_ptr<ObjectFile> file = NewFile(name);
  if (Status status = file->Create(); !status.ok()) return status;
  // Afterwards: either whoever takes over finds this name, or this finds that somebody takes over.
  if (Status status = CheckNotFenced(); !status.ok()) {
    client_.Delete(ChunkKey(name, 0)).IgnoreError();
    return status;
  }
  const std::lock_guard lock(mutex_);
  files_.insert_or_assign(std::string(name), file);
  return std::make_unique<Appender>(std::move(file));
}

Result<std::unique_ptr<ReadableFile>> ObjectStore::Open(std::string_view name) {
  if (Status status = CheckName(name); !status.ok()) return status;
  Result<std::shared_ptr<ObjectFile>> file = Find(name);
  if (!file.ok()) return file.status();
  return std::make_unique<Reader>(*std::move(file));
}

// The file as all its users in this process share it.
Result<std::shared_ptr<ObjectFile>> ObjectStore::Find(std::string_view name) {
  std::shared_ptr<ObjectFile> file;
  {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(name);
    if (found != files_.end()) file = found->second;
  }
  if (file == nullptr) file = NewFile(name);
  if (Status status = file->Load(); !status.ok()) return status;
  const std::lock_guard lock(mutex_);
  return files_.try_emplace(std::string(name), std::move(file)).first->second;
}

std::shared_ptr<ObjectFile> ObjectStore::NewFile(std::string_view name) {
  const ObjectFile::Options options{.writer_id = writer_id_,
                                    .creation = ++id_count_,
                                    .chunk_size_bytes = options_.chunk_size_bytes,
                                    .check_writer = [this] { return CheckNotFenced(); }};
  return std::make_shared<ObjectFile>(client_, std::string(name), options);
}

Result<std::vector<std::string>> ObjectStore::List() {
  const Result<std::vector<ObjectInfo>> objects = client_.List("files/");
  if (!objects.ok()) return objects.status();
  std::vector<std::string> names;
  for (const ObjectInfo& object : *objects) {
    const std::string_view rest = std::string_view(object.key).substr(std::string_view("files/").size());
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (object.key == ChunkKey(name, 0)) names.emplace_back(name);
  }
  return names;
}

// The name goes first: with it the file is gone for all, and chunks without a name are nobody's.
Status ObjectStore::Remove(std::string_view name) {
  if (Status status = CheckName(name); !status.ok()) return status;
  if (Status status = CheckNotFenced(); !status.ok()) return status;
  const Result<std::shared_ptr<ObjectFile>> file = Find(name);
  if (!file.ok()) return file.status();
  if (Status status = client_.Delete(ChunkKey(name, 0)); !status.ok()) return status;
  (*file)->MarkRemoved();
  const std::lock_guard lock(mutex_);
  const auto found = files_.find(name);
  if (found != files_.end()) files_.erase(found);
  std::erase_if(removed_, [](const auto& held) { return held.expired(); });
  removed_.push_back(*file);
  return Status::Ok();
}

Result<std::unique_ptr<StoreLock>> ObjectStore::Lock(LockMode mode) {
  return mode == LockMode::kExclusive ? LockForWriting() : LockForReading();
}

// Of two who want the lock at once one wins the number. Of a writer and a reader each makes itself known first and
// looks for the other then, so that at least one of them sees the other.
Result<std::unique_ptr<StoreLock>> ObjectStore::LockForWriting() {
  const Result<LastWriter> last = FindLastWriter();
  if (!last.ok()) return last.status();
  if (Status status = CheckFree(*last); !status.ok()) return status;
  if (Status status = CheckNoReaders(); !status.ok()) return status;

  const uint64_t number = last->number + 1;
  const Status put = client_.Put(WriterKey(number), NewId() + " " + options_.owner);
  if (put.code() == StatusCode::kAlreadyExists) {
    return Status::Busy("object store: somebody else has just taken it for writing; try again when they are done");
  }
  if (!put.ok()) return put;
  auto lock = std::make_unique<WriterLock>(client_, number, writer_id_);
  if (Status status = CheckNoReaders(); !status.ok()) return status;
  if (Status status = SettleAfterOthers(number); !status.ok()) return status;
  writer_number_ = number;
  takes_over_ = false;
  return lock;
}

Result<std::unique_ptr<StoreLock>> ObjectStore::LockForReading() {
  const std::string key = std::string(kReaders) + NewId();
  if (Status status = client_.Put(key, options_.owner); !status.ok()) return status;
  auto lock = std::make_unique<ReaderLock>(client_, key);
  const Result<LastWriter> last = FindLastWriter();
  if (!last.ok()) return last.status();
  if (Status status = CheckFree(*last); !status.ok()) return status;
  return lock;
}

Result<ObjectStore::LastWriter> ObjectStore::FindLastWriter() {
  const Result<std::vector<ObjectInfo>> objects = client_.List(kWriters);
  if (!objects.ok()) return objects.status();
  if (objects->empty()) return LastWriter{};
  LastWriter last;
  const std::string& key = objects->back().key;
  last.number = WriterNumber(key);
  last.holds = !key.ends_with(kEnd);
  std::vector<std::byte> owner(200);
  const Result<size_t> size = client_.Get(WriterKey(last.number), 0, owner);
  if (size.ok()) last.owner = Bytes(owner.data(), *size).ToString();
  return last;
}

Status ObjectStore::CheckFree(const LastWriter& writer) {
  if (!writer.holds || takes_over_) return Status::Ok();
  return Status::Busy("object store: held for writing by \"" + writer.owner + "\", writer " +
                      std::to_string(writer.number) + "; close it there, or take over if it is dead");
}

Status ObjectStore::CheckNoReaders() {
  if (takes_over_) return Status::Ok();
  const Result<std::vector<ObjectInfo>> readers = client_.List(kReaders);
  if (!readers.ok()) return readers.status();
  if (readers->empty()) return Status::Ok();
  return Status::Busy("object store: held for reading by " + std::to_string(readers->size()) +
                      "; close it there, or take over if they are dead");
}

// After this nobody who wrote before can add to any file, and writers before this one are of no interest any more.
Status ObjectStore::SettleAfterOthers(uint64_t writer_number) {
  const Result<std::vector<std::string>> names = List();
  if (!names.ok()) return names.status();
  for (const std::string& name : *names) {
    const Result<std::shared_ptr<ObjectFile>> file = Find(name);
    if (!file.ok()) return file.status();
    if (Status status = (*file)->End(); !status.ok()) return status;
  }
  std::set<std::string, std::less<>> named(names->begin(), names->end());
  named.merge(NamesRemovedButHeld());
  for (const std::string_view prefix : {std::string_view("files/"), kWriters, kReaders}) {
    const Result<std::vector<ObjectInfo>> objects = client_.List(prefix);
    if (!objects.ok()) return objects.status();
    for (const ObjectInfo& object : *objects) {
      const std::string_view rest = std::string_view(object.key).substr(prefix.size());
      const bool used = prefix == "files/"   ? named.contains(rest.substr(0, rest.find('/')))
                        : prefix == kWriters ? object.key >= WriterKey(writer_number)
                                             : !takes_over_;
      if (used) continue;
      if (Status status = client_.Delete(object.key); !status.ok()) return status;
    }
  }
  return Status::Ok();
}

std::set<std::string, std::less<>> ObjectStore::NamesRemovedButHeld() {
  std::set<std::string, std::less<>> names;
  const std::lock_guard lock(mutex_);
  for (const std::weak_ptr<ObjectFile>& held : removed_) {
    if (const std::shared_ptr<ObjectFile> file = held.lock()) names.insert(file->name());
  }
  return names;
}

std::string ObjectStore::NewId() { return std::to_string(writer_id_) + "-" + std::to_string(++id_count_); }

Status ObjectStore::CheckNotFenced() {
  const uint64_t number = writer_number_;
  if (number == 0) return Status::Ok();
  const Result<std::vector<ObjectInfo>> writers = client_.List(kWriters);
  if (!writers.ok()) return writers.status();
  if (!writers->empty() && WriterNumber(writers->back().key) == number) return Status::Ok();
  return Status::Io("object store: another writer has taken over from writer " + std::to_string(number) +
                    "; close this database and open it again");
}

}  // namespace example
