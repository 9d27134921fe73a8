#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/page_pool.h"
#include "block/block.h"
#include "codec/file_header.h"
#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood {

// A file of blocks that is complete: open for reading. Immutable; thread-safe. Whoever reads from it holds it by a
// shared pointer: that is what keeps the file from being removed (I5).
class BlockFile {
 public:
  // What the manifest, or whoever looked at the header, says of a file.
  struct Expected {
    FileNumber number;
    FileType type = FileType::kTree;
    FileId id;
    DatabaseId database;
    uint64_t length = 0;     // Bytes; what follows them in the file does not count.
    std::string title = {};  // How errors call the file; empty: by type and number, "tree file 7".
  };
  // Opens `number` and checks its header against number, type, `id` and `database`, and that it has `length` bytes.
  // Errors: kCorruption (not there, too short, another file's header), kUnsupported, kIo.
  [[nodiscard]] static Result<std::shared_ptr<const BlockFile>> Open(Store& store, const Expected& expected);

  // A file that is open already, whose header the caller has checked. Requires: file->size() >= expected.length.
  [[nodiscard]] static std::shared_ptr<const BlockFile> Of(std::unique_ptr<ReadableFile> file, Expected expected);

  // Reads and verifies a block, into memory of `pool` if there is one. Errors: kCorruption (checksum, layout, or beyond
  // the stated length), kUnsupported (another file slot, a reserved flag or entry type), kIo.
  [[nodiscard]] Result<Block> ReadBlock(BlockReference reference, BlockKind kind, PagePool* pool = nullptr) const;

  [[nodiscard]] FileNumber number() const noexcept { return expected_.number; }
  [[nodiscard]] FileId id() const noexcept { return expected_.id; }
  // With which messages begin.
  [[nodiscard]] const std::string& title() const noexcept { return expected_.title; }
  [[nodiscard]] uint64_t length() const noexcept { return expected_.length; }
  // For bytes that are not blocks (values in a log that lives on).
  [[nodiscard]] const ReadableFile& file() const noexcept { return *file_; }

 private:
  BlockFile(Expected expected, std::unique_ptr<ReadableFile> file);

  [[nodiscard]] Status CheckReference(BlockReference reference) const;
  // For messages alone: a read that succeeds makes none.
  [[nodiscard]] std::string WhereIs(uint64_t offset) const;

  Expected expected_;
  std::unique_ptr<ReadableFile> file_;
};

// Writes a file of blocks. After an error every later call returns that same error. Confined to one job.
class BlockFileWriter {
 public:
  // Creates the file, whose header goes with the first blocks. `size_expected`: bytes, as in CreateOptions. `store`
  // must outlive the writer. Errors: kAlreadyExists, kIo, kNoSpace.
  [[nodiscard]] static Result<std::unique_ptr<BlockFileWriter>> Create(Store& store, const FileHeader& header,
                                                                       uint64_t size_expected);
  // The same under a name that the caller chose. Errors call the file `title`.
  struct Names {
    std::string file;
    std::string title;
  };
  [[nodiscard]] static Result<std::unique_ptr<BlockFileWriter>> Create(Store& store, const Names& names,
                                                                       const FileHeader& header);

  // Lays `builder` out at the next offset that is a multiple of 8, appends it, and returns where it stands. Blocks are
  // gathered and appended in pieces of 64 KiB or more, larger ones by themselves. The builder keeps its entries.
  // Errors: kIo, kNoSpace.
  [[nodiscard]] Result<BlockReference> Append(BlockBuilder& builder);
  // Appends a block of another file, or of this one, as it is but for its checksum. Errors: the same.
  [[nodiscard]] Result<BlockReference> Append(const Block& block);
  // Appends what is left and ends the file; the last call. Nothing is durable. Errors: kIo, kNoSpace.
  Status Finish();
  // The same, and makes all of it durable.
  Status SyncAndFinish();

  [[nodiscard]] const FileHeader& header() const noexcept { return header_; }
  // With which messages begin: "tree file 7".
  [[nodiscard]] const std::string& title() const noexcept { return title_; }
  // Bytes so far, gathered ones included; after the last call that of the file.
  [[nodiscard]] uint64_t size() const noexcept;

 private:
  BlockFileWriter(const FileHeader& header, std::string title, std::unique_ptr<AppendFile> file);

  void Gather(Bytes bytes);
  Status AppendGathered();
  Status AppendNow(Bytes bytes);

  FileHeader header_;
  std::string title_;
  std::unique_ptr<AppendFile> file_;
  std::vector<std::byte, PageAllocator<std::byte>> gathered_;  // Behind what was appended.
  uint64_t size_appended_ = 0;
  bool finished_ = false;
  Status poison_;  // The first error.
};

}  // namespace logwood
