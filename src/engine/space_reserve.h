#pragma once

#include <cstdint>
#include <vector>

#include "base/counter.h"
#include "base/ids.h"
#include "engine/root.h"
#include "logwood/runtime.h"
#include "logwood/status.h"
#include "logwood/store.h"

namespace logwood {

// How much is kept: a thirty-second of what the trees take, but 64 KiB at least, and a memtable and a quarter at most,
// which is what a flush of one may write.
[[nodiscard]] uint64_t ReserveSizeOf(uint64_t tree_bytes, uint64_t memtable_size_bytes);

// Files that do nothing but take space in the store. Once it is full they are given up, so that there is room for the
// manifest, for a flush, which frees the logs of what it brings into trees, and for merges of what was deleted. No
// manifest has them: an open after a crash removes them as leftovers. Confined to whoever flushes.
class SpaceReserve {
 public:
  // All must outlive it.
  SpaceReserve(Runtime& runtime, Store& store, Root& root, uint64_t memtable_size_bytes);

  // Writes what it lacks, if that is not little. Errors: kNoSpace, kIo; what there was before stays.
  Status Fill();
  // Appended so far, by tries that failed later too. Any thread.
  [[nodiscard]] uint64_t bytes_written() const noexcept { return bytes_written_.value(); }
  // Removes its files. Returns whether there were any.
  bool GiveUp();

 private:
  Status WriteFile(FileNumber number, uint64_t bytes);

  Runtime& runtime_;
  Store& store_;
  Root& root_;
  const uint64_t memtable_size_bytes_;
  uint64_t size_bytes_ = 0;
  std::vector<FileNumber> files_;
  Counter bytes_written_;
};

}  // namespace logwood
