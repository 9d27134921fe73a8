#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/bytes.h"
#include "logwood/result.h"
#include "logwood/status.h"

namespace logwood {

// The append-only contract between Logwood and whatever keeps its bytes. Files are created, appended to, synced, read,
// listed and removed; there is no rename and no overwrite, and Logwood never uses a name twice. Anyone may implement a
// Store; the installed contract suite (logwood/testing/store_contract.h) checks it.
//
// A crash may lose everything that was not synced: bytes, in any subset of sectors; lengths; names; and it may bring
// back a name whose removal had not reached the device.

// What a store can do beyond the contract.
struct StoreCapabilities {
  bool survives_process = false;     // What was appended outlives the death of the process without a Sync().
  bool cheap_small_appends = false;  // Appends of a few hundred bytes are fit for a log that lives on as data.
};

struct CreateOptions {
  // About how many bytes will be appended; 0: not known. A store may prepare space for it, and until
  // Finish() the file may then look larger than what was appended, with anything in the rest: formats find their end.
  uint64_t size_expected = 0;
};

// One file being written. Confined to one thread at a time. Destruction closes the file without syncing it.
class AppendFile {
 public:
  AppendFile() = default;
  AppendFile(const AppendFile&) = delete;  // One writer a file.
  AppendFile& operator=(const AppendFile&) = delete;
  virtual ~AppendFile() = default;

  // Appends all of `data`. After an error any part of it may have been written, and nothing more can be appended.
  // Errors: kIo, kNoSpace.
  virtual Status Append(Bytes data) = 0;
  // Makes every byte appended so far and the file's name durable. After an error what is durable is unknown for good:
  // a later Sync() of this file must fail too. Errors: kIo, kNoSpace.
  virtual Status Sync() = 0;
  // Ends appending (a later Append() gives kInvalidArgument) and gives back space prepared but not used. Makes nothing
  // durable. Sync() may still be called.
  // Errors: kIo.
  virtual Status Finish() = 0;
  // Bytes appended so far.
  [[nodiscard]] virtual uint64_t size() const = 0;
  // Bytes written to prepare space for what is appended: they may reach the device beside it.
  [[nodiscard]] virtual uint64_t bytes_prepared() const { return 0; }
};

// One file being read, as it was when opened or longer; of a file that is still written, what lies behind its appends
// is space prepared, which later appends fill and Finish() cuts off. Thread-safe.
class ReadableFile {
 public:
  ReadableFile() = default;
  ReadableFile(const ReadableFile&) = delete;  // Holds a resource of the store.
  ReadableFile& operator=(const ReadableFile&) = delete;
  virtual ~ReadableFile() = default;

  // Fills `into` from `offset` on and returns how many bytes were read: fewer than asked for only where the file ends.
  // Errors: kIo.
  [[nodiscard]] virtual Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const = 0;
  // Bytes that the file held when it was opened, prepared space included.
  [[nodiscard]] virtual uint64_t size() const = 0;
  // Makes the bytes and the name of a file written earlier, perhaps by another process, durable. Errors: kIo.
  virtual Status Sync() = 0;
};

// Held until destroyed.
class StoreLock {
 public:
  StoreLock() = default;
  StoreLock(const StoreLock&) = delete;  // A lock has one holder.
  StoreLock& operator=(const StoreLock&) = delete;
  virtual ~StoreLock() = default;
};

enum class LockMode : uint8_t {
  kExclusive = 0,  // A writer: nobody else.
  kShared = 1,     // A reader among readers.
};

// A flat set of named files. Names are 1 to 64 bytes of [0-9a-z.-], and neither "." nor ".."; any other gives
// kInvalidArgument. Thread-safe. Must outlive its files and locks.
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;  // Files refer to it.
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Creates an empty file. Its name is durable after the file's first Sync().
  // Errors: kAlreadyExists, kNoSpace, kIo, kReadOnly.
  [[nodiscard]] virtual Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) = 0;
  // Opens a file for reading; it may still be appended to. A file stays readable through this handle after Remove().
  // Errors: kNotFound, kIo.
  [[nodiscard]] virtual Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) = 0;
  // The names of all files, in no order. Entries that are not plain files of a legal name are left out.
  [[nodiscard]] virtual Result<std::vector<std::string>> List() = 0;
  // Removes a file. Errors: kNotFound, kIo, kReadOnly.
  virtual Status Remove(std::string_view name) = 0;
  // Takes the store for a writer or for readers, against other processes and against this one. Does not wait.
  // Errors: kBusy (the message says who holds it, since when, and what to do), kIo.
  [[nodiscard]] virtual Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) = 0;
  [[nodiscard]] virtual StoreCapabilities capabilities() const = 0;
  // How errors call this store: a path, "memory".
  [[nodiscard]] virtual std::string description() const = 0;
};

// What OpenFileStore does about a directory that is not there.
enum class MissingDirectory : uint8_t {
  kFail = 0,    // kNotFound.
  kCreate = 1,  // Makes it (its parent must exist), mode 0700, and syncs the parent.
};

// A store in one directory of a local file system: files 0600, opened relative to the directory, links not followed.
// The lock is on the directory itself; beside the files a writer leaves a file LOCK that says who it is.
// Errors: kNotFound, kInvalidArgument (not a directory), kIo (permission among them).
[[nodiscard]] Result<std::unique_ptr<Store>> OpenFileStore(const std::string& path, MissingDirectory missing);

// A store in memory: everything is gone when it is destroyed.
[[nodiscard]] std::unique_ptr<Store> NewMemoryStore();

}  // namespace logwood
