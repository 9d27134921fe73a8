#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <logwood/status.h>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "object_client.h"

namespace example {

// A file as a run of objects, numbered from 0 and each created exclusively:
//
//   files/NAME/00000000   takes the name; holds nothing of the file
//   files/NAME/00000001   the first chunk
//   files/NAME/00000002   ...
//
// Each begins with a mark: who put it (8 bytes, little-endian), so that a writer knows its own, and what it is (1
// byte). The bytes of the file follow. A chunk of kind kLast or kSeal ends the file: nobody puts one after it.
enum class ChunkKind : uint8_t {
  kName = 0,
  kData = 1,
  kLast = 2,  // Of a writer that had finished.
  kSeal = 3,  // Of the next writer, where it found a file without an end: whoever wrote it can put no more.
};

inline constexpr size_t kMarkSize = 9;
inline constexpr uint64_t kChunkNumberMax = 99'999'999;

// "files/NAME/" and "files/NAME/00000007".
[[nodiscard]] std::string ChunkPrefix(std::string_view name);
[[nodiscard]] std::string ChunkKey(std::string_view name, uint64_t number);

// One such file. What is appended collects in memory and becomes a chunk when there is enough of it or it is synced; it
// can be read meanwhile. Thread-safe; appends come from one thread at a time.
class ObjectFile {
 public:
  struct Options {
    uint64_t writer_id = 0;  // Nobody else's.
    uint64_t creation = 0;   // Another for each file that this writer creates.
    size_t chunk_size_bytes = 0;
    // Asked after each put: an error if somebody has taken over. A seal alone would not do, for whoever takes over may
    // remove the file, and its seal with it.
    std::function<logwood::Status()> check_writer;
  };

  // `client` must outlive the file.
  ObjectFile(ObjectClient& client, std::string name, const Options& options)
      : client_(client), name_(std::move(name)), options_(options) {}
  ObjectFile(const ObjectFile&) = delete;  // Deletes its objects at the end, if it was removed.
  ObjectFile& operator=(const ObjectFile&) = delete;
  ~ObjectFile();

  // Takes the name, to append. Errors: kAlreadyExists, kIo.
  logwood::Status Create();
  // Looks which chunks there are, for a file that others wrote; what is known already stays.
  // Errors: kNotFound, kCorruption, kIo.
  logwood::Status Load();
  // Ends the file, whoever wrote it: what was appended through this object is put if it can be, and no chunk follows.
  // Errors: kIo.
  logwood::Status End();
  // Lets the objects be deleted when nobody uses this file any more. Until then, what is appended stays in memory.
  void MarkRemoved();

  logwood::Status Append(logwood::Bytes data);
  // Puts what is in memory. Errors: kIo; after one every later call gives it too.
  logwood::Status Sync();
  void Finish();
  [[nodiscard]] logwood::Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const;
  [[nodiscard]] uint64_t size() const;
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  struct Chunk {
    uint64_t begin = 0;  // Offset in the file.
    uint64_t end = 0;
  };

  enum class When : uint8_t { kAlways, kWhenFull };
  logwood::Status PutTail(When when);
  logwood::Status PutChunk(const std::string& tail, ChunkKind kind);
  logwood::Status PutSeal();
  [[nodiscard]] logwood::Result<bool> HasEnd();
  [[nodiscard]] std::string Body(ChunkKind kind, std::string_view bytes) const;
  [[nodiscard]] uint64_t PutSize() const;  // Requires mutex_.

  ObjectClient& client_;
  const std::string name_;
  const Options options_;
  std::mutex putting_;        // Held by who puts; taken before mutex_.
  mutable std::mutex mutex_;  // Guards all below; never held over a request.
  std::vector<Chunk> chunks_;
  std::string tail_;       // Appended and not yet put.
  bool writing_ = false;   // Created here and not yet ended.
  bool finished_ = false;  // No more appends.
  bool removed_ = false;
  logwood::Status failed_;  // Of the first chunk that could not be put.
};

}  // namespace example
