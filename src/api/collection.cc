#include "logwood/collection.h"

#include <utility>

#include "api/batch_state.h"
#include "api/cursor_factory.h"
#include "base/status_macros.h"
#include "engine/engine.h"
#include "logwood/batch.h"

namespace logwood {

Collection::Collection(std::shared_ptr<Engine> engine, uint32_t id, std::string name)
    : engine_(std::move(engine)), id_(id), name_(std::move(name)) {}

Status Collection::Put(Bytes key, Bytes value, const CommitOptions& options) {
  Batch::State batch;
  batch.Add(engine_, {.type = EntryType::kPut, .collection = CollectionId(id_), .key = key, .value = value});
  LOGWOOD_RETURN_IF_ERROR(batch.status);
  return engine_->Commit({.batch = batch.encoder, .collections = batch.collections, .sync = options.sync}).status();
}

Status Collection::Delete(Bytes key, const CommitOptions& options) {
  Batch::State batch;
  batch.Add(engine_, {.type = EntryType::kTombstone, .collection = CollectionId(id_), .key = key, .value = {}});
  LOGWOOD_RETURN_IF_ERROR(batch.status);
  return engine_->Commit({.batch = batch.encoder, .collections = batch.collections, .sync = options.sync}).status();
}

Status Collection::DeleteRange(Bytes start, Bytes limit, const CommitOptions& options) {
  return DeleteWithin({.start = start.ToString(), .limit = limit.ToString()}, options);
}

Status Collection::DeleteFrom(Bytes start, const CommitOptions& options) {
  return DeleteWithin({.start = start.ToString(), .limit = std::nullopt}, options);
}

Status Collection::DeletePrefix(Bytes prefix, const CommitOptions& options) {
  return DeleteWithin(PrefixRange(prefix), options);
}

Status Collection::DeleteWithin(const KeyRange& range, const CommitOptions& options) {
  Batch::State batch;
  batch.DeleteRange(engine_, CollectionId(id_), range);
  LOGWOOD_RETURN_IF_ERROR(batch.status);
  return engine_->Commit({.batch = batch.encoder, .collections = batch.collections, .sync = options.sync}).status();
}

Result<std::optional<PinnedValue>> Collection::Get(Bytes key) const {
  return ToPinnedValue(engine_->Get(CollectionId(id_), key));
}

Cursor Collection::Scan() const { return CursorFactory::Make(engine_, engine_->View(), CollectionId(id_), {}); }

Cursor Collection::Scan(Bytes start, Bytes limit) const {
  return CursorFactory::Make(engine_, engine_->View(), CollectionId(id_),
                             {.start = start.ToString(), .limit = limit.ToString()});
}

Cursor Collection::ScanFrom(Bytes start) const {
  return CursorFactory::Make(engine_, engine_->View(), CollectionId(id_),
                             {.start = start.ToString(), .limit = std::nullopt});
}

Cursor Collection::ScanPrefix(Bytes prefix) const {
  return CursorFactory::Make(engine_, engine_->View(), CollectionId(id_), PrefixRange(prefix));
}

}  // namespace logwood
