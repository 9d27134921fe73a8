#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <logwood/runtime.h>
#include <logwood/store.h>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "object_client.h"
#include "object_file.h"

namespace example {

enum class TakeOver : uint8_t {
  kNo = 0,   // Who holds the lock is waited for: kBusy.
  kYes = 1,  // The first lock taken through this store is taken whoever holds it: for when that one is dead, or may be.
};

struct ObjectStoreOptions {
  // Bytes that collect before a chunk is put without a Sync().
  size_t chunk_size_bytes = size_t{4} << 20;
  // How others are told who holds the lock.
  std::string owner = "a process that gave no name";
  TakeOver take_over = TakeOver::kNo;
  RetryOptions retries = {};
};

// A Logwood store on an object service. See README.md for how files and locks become objects. Thread-safe.
class ObjectStore final : public logwood::Store {
 public:
  // `service` and `runtime`, which draws the writer's id, must outlive the store.
  explicit ObjectStore(ObjectService& service, ObjectStoreOptions options = {},
                       logwood::Runtime& runtime = logwood::Runtime::Default());
  ~ObjectStore() override = default;

  logwood::Result<std::unique_ptr<logwood::AppendFile>> Create(std::string_view name,
                                                               logwood::CreateOptions options) override;
  logwood::Result<std::unique_ptr<logwood::ReadableFile>> Open(std::string_view name) override;
  logwood::Result<std::vector<std::string>> List() override;
  logwood::Status Remove(std::string_view name) override;
  logwood::Result<std::unique_ptr<logwood::StoreLock>> Lock(logwood::LockMode mode) override;
  [[nodiscard]] logwood::StoreCapabilities capabilities() const override { return {}; }
  [[nodiscard]] std::string description() const override { return "object store"; }

 private:
  class WriterLock;
  class ReaderLock;

  // The last writer that there was.
  struct LastWriter {
    uint64_t number = 0;  // 0: there was none.
    bool holds = false;
    std::string owner;
  };

  [[nodiscard]] logwood::Result<std::unique_ptr<logwood::StoreLock>> LockForWriting();
  [[nodiscard]] logwood::Result<std::unique_ptr<logwood::StoreLock>> LockForReading();
  [[nodiscard]] logwood::Result<LastWriter> FindLastWriter();
  // OK where no other reader or writer stands in the way, or where this store may take over.
  logwood::Status CheckFree(const LastWriter& writer);
  logwood::Status CheckNoReaders();
  // Ends all files, and deletes what others left behind.
  logwood::Status SettleAfterOthers(uint64_t writer_number);
  // Whether this store, if it ever was the writer, is so still. Who takes over puts its number first and looks at the
  // files then; who puts a chunk asks this afterwards: so either the one sees the chunk, or the other sees the number.
  logwood::Status CheckNotFenced();
  [[nodiscard]] logwood::Result<std::shared_ptr<ObjectFile>> Find(std::string_view name);
  [[nodiscard]] std::shared_ptr<ObjectFile> NewFile(std::string_view name);
  // Of files removed whose handles are still held: their objects are there.
  [[nodiscard]] std::set<std::string, std::less<>> NamesRemovedButHeld();
  // Like nothing that any store ever said of itself.
  [[nodiscard]] std::string NewId();

  const ObjectStoreOptions options_;
  const uint64_t writer_id_;
  ObjectClient client_;
  std::mutex mutex_;  // Guards files_ and removed_; never held over a request.
  std::map<std::string, std::shared_ptr<ObjectFile>, std::less<>> files_;
  std::vector<std::weak_ptr<ObjectFile>> removed_;
  std::atomic<uint64_t> id_count_ = 0;
  std::atomic<uint64_t> writer_number_ = 0;  // Of the last exclusive lock; 0: none was taken.
  std::atomic<bool> takes_over_;
};

}  // namespace example
