#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/mutex.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "kind/kind.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/statistics.h"
#include "logwood/store.h"
#include "manifest/manifest_state.h"

namespace logwood {

// The data files of an open database: opens those that the manifest has, and removes from the store what it has no
// more, once nobody holds it (I5). Thread-safe.
class FileTable final : public KindFiles {
 public:
  // All must outlive the table.
  FileTable(Runtime& runtime, Store& store, BlockCache& cache);

  void set_database(DatabaseId database) noexcept { database_ = database; }

  // Makes a file known; its bytes and its name are durable.
  void Add(FileNumber number, const ManifestFile& file);
  [[nodiscard]] Result<std::shared_ptr<const BlockFile>> Open(FileNumber number) override;
  [[nodiscard]] Result<std::shared_ptr<const BlockFile>> OpenDamaged(FileNumber number) override;
  [[nodiscard]] BlockCache& cache() override { return cache_; }

  // Opens a file that the manifest does not have and never will. It is removed once it is not held any more, or cannot
  // be opened. Errors: kCorruption, kIo.
  [[nodiscard]] Result<std::shared_ptr<const BlockFile>> OpenScratch(const FileAdded& file);
  // Forgets a file that the manifest has dropped, durably: it is removed once it is not held.
  void Retire(FileNumber number);
  // The same for a file that the manifest never had: a leftover, what a job wrote in vain; or for a log.
  void Discard(FileNumber number, FileType type);
  // Removes what is retired or discarded and not held. A file that cannot be removed is left: the next open finds it.
  void RemoveRetired();
  // Those that are retired and held.
  [[nodiscard]] FileStatistics held() const;
  // Whether RemoveRetired() has anything to look at.
  [[nodiscard]] bool has_retired() const noexcept { return retired_count_.load(std::memory_order_relaxed) > 0; }

 private:
  struct Known {
    ManifestFile file;
    std::shared_ptr<const BlockFile> open;  // Null until first opened.
  };
  struct Retired {
    FileNumber number;
    FileType type;
    uint64_t bytes;
    std::shared_ptr<const BlockFile> open;

    // False is final: the table gives retired files to nobody.
    [[nodiscard]] bool is_held() const noexcept { return open != nullptr && open.use_count() > 1; }
  };

  [[nodiscard]] std::vector<Retired> TakeRemovable();

  Store& store_;
  BlockCache& cache_;
  DatabaseId database_;
  std::atomic<size_t> retired_count_ = 0;  // Relaxed: a hint.
  mutable Mutex mutex_;
  std::map<FileNumber, Known> known_ GUARDED_BY(mutex_);
  std::vector<Retired> retired_ GUARDED_BY(mutex_);
};

}  // namespace logwood
