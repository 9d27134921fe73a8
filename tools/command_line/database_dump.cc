#include "tools/command_line/database_dump.h"

#include <fmt/format.h>
#include <optional>

#include "base/status_macros.h"
#include "block/block_cache.h"
#include "block/block_file.h"
#include "cursor/entry_cursor.h"
#include "log/log_recovery.h"
#include "lsm/lsm_kind.h"
#include "lsm/lsm_state.h"
#include "tools/command_line/record_rows.h"
#include "tree/tree.h"

namespace logwood::command_line {
namespace {

// Every block is read once: nothing is gained by keeping it.
constexpr size_t kCacheSizeBytes = 0;

Status DumpTree(const Tree& tree, const std::string& collection, DumpPage& page) {
  const std::unique_ptr<EntryCursor> cursor = tree.NewCursor();
  for (cursor->First(); cursor->valid() && page.is_read(); cursor->Next()) {
    const Entry& entry = cursor->entry();
    page.Entry({.type = entry.type, .collection = collection, .key = entry.key, .value = entry.value});
  }
  return cursor->status();
}

}  // namespace

Result<std::unique_ptr<DatabaseDump>> DatabaseDump::Open(const std::string& path) {
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<Store> store, OpenFileStore(path, MissingDirectory::kFail));
  // The constructor is private: make_unique() cannot call it.
  std::unique_ptr<DatabaseDump> dump(new DatabaseDump(std::move(store)));
  dump->kinds_.Register(CollectionKind::kLsm, NewLsmKind());
  LOGWOOD_ASSIGN_OR_RETURN(dump->lock_, dump->store_->Lock(LockMode::kShared));
  LOGWOOD_ASSIGN_OR_RETURN(dump->found_, FindDatabase(*dump->store_, dump->kinds_, {Runtime::Default()}, nullptr));
  return dump;
}

Status DatabaseDump::DumpLog(DumpPage& page) const {
  const Manifest::Loaded& root = found_.root;
  const LogRecoveryInput input{.database = root.database,
                               .known = root.state.log_ends,
                               .epoch = root.state.epoch,
                               .candidates = found_.inventory.logs,
                               .flushed = root.state.flushed};
  std::optional<FileNumber> titled;
  const auto on_commit = [&](const LogCommit& commit) {
    if (commit.log != titled) {
      page.BeginFile(FileName(commit.log, FileType::kLog), "log, writes not yet flushed", {});
      page.BeginEntries();
      titled = commit.log;
    }
    for (const LogRecord& record : commit.records) {
      LOGWOOD_RETURN_IF_ERROR(WriteRows(record, [this](CollectionId id) { return NameOf(id); }, page));
    }
    return Status::Ok();
  };
  LOGWOOD_RETURN_IF_ERROR(RecoverLogs(*store_, input, on_commit).status());
  if (!titled) page.Note("the log holds no writes");
  return Status::Ok();
}

Status DatabaseDump::DumpTrees(DumpPage& page) const {
  for (const auto& [id, collection] : found_.root.state.collections) {
    LOGWOOD_RETURN_IF_ERROR(DumpTreesOf(collection, page));
  }
  if (found_.root.state.files.empty()) page.Note("there are no trees");
  return Status::Ok();
}

Status DatabaseDump::DumpTreesOf(const ManifestCollection& collection, DumpPage& page) const {
  LOGWOOD_ASSIGN_OR_RETURN(const LsmState state, DecodeLsmState(collection.state));
  BlockCache cache(Runtime::Default(), kCacheSizeBytes);
  const auto pieces = CountLsmPieces(state);
  for (auto newest = state.segments.rbegin(); newest != state.segments.rend() && page.is_read(); ++newest) {
    const auto& [id, segment] = *newest;
    const ManifestFile& known = found_.root.state.files.at(segment.tree.file);
    LOGWOOD_ASSIGN_OR_RETURN(auto file, BlockFile::Open(*store_, {.number = segment.tree.file,
                                                                  .type = known.type,
                                                                  .id = known.id,
                                                                  .database = found_.root.database,
                                                                  .length = known.length}));
    LOGWOOD_ASSIGN_OR_RETURN(const auto tree, Tree::Open(std::move(file), segment.tree, cache));
    page.BeginFile(FileName(segment.tree.file, known.type),
                   fmt::format("tree of collection {}, segment {}, in {} of {} partitions, {} entries, {} of them "
                               "tombstones",
                               collection.name, id, pieces.at(id), state.partitions.size(), segment.tree.entries,
                               segment.tree.tombstones),
                   {});
    page.BeginEntries();
    LOGWOOD_RETURN_IF_ERROR(DumpTree(*tree, collection.name, page));
  }
  return Status::Ok();
}

std::string DatabaseDump::NameOf(CollectionId id) const {
  const auto& collections = found_.root.state.collections;
  const auto collection = collections.find(id);
  return collection == collections.end() ? fmt::format("#{} (dropped)", id.value()) : collection->second.name;
}

}  // namespace logwood::command_line
