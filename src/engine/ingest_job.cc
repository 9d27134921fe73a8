#include "engine/ingest_job.h"

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "cursor/merging_cursor.h"

namespace logwood {
namespace {

Status Dropped(CollectionId collection) {
  return Status::NotFound("ingest: collection " + std::to_string(collection.value()) + " was dropped");
}

// Takes note of the keys that it shows, each way.
class NotingCursor final : public EntryCursor {
 public:
  explicit NotingCursor(EntryCursor& source) : source_(source) {}

  void Seek(Bytes key, SeekTo to) override { source_.Seek(key, to), Show(); }
  void First() override { source_.First(), Show(); }
  void Last() override { source_.Last(), Show(); }
  void Next() override { source_.Next(), Show(); }
  void Prev() override { source_.Prev(), Show(); }

  // Of `collection`, from the first key shown to behind the last; nullopt where none was.
  [[nodiscard]] std::optional<ReadSet::Range> range(CollectionId collection) const {
    if (!has_shown_) return std::nullopt;
    return ReadSet::Range{.collection = collection, .begin = first_, .end = SuccessorOf(last_)};
  }

 private:
  void Show() {
    valid_ = source_.valid();
    status_ = source_.status();
    if (!valid_) return;
    entry_ = source_.entry();
    if (!has_shown_ || entry_.key < Bytes(first_)) first_.assign(entry_.key.string_view());
    if (!has_shown_ || Bytes(last_) < entry_.key) last_.assign(entry_.key.string_view());
    has_shown_ = true;
  }

  EntryCursor& source_;
  bool has_shown_ = false;
  std::string first_;
  std::string last_;
};

}  // namespace

IngestJob::IngestJob(const NewFileOutput::Context& context, std::vector<IngestPart> parts)
    : context_(context), parts_(std::move(parts)), begun_(context.runtime.Now()) {}

Status IngestJob::Write() {
  LOGWOOD_ASSIGN_OR_RETURN(std::vector<Share> shares, TakeShares());
  std::map<CollectionKind, NewFileOutput*> outputs;
  for (Share& share : shares) {
    NewFileOutput*& output = outputs[share.root.info.kind];
    if (output == nullptr) output = outputs_.emplace_back(std::make_unique<NewFileOutput>(context_)).get();
    LOGWOOD_RETURN_IF_ERROR(WriteShare(share, *output));
  }
  for (const std::unique_ptr<NewFileOutput>& output : outputs_) {
    LOGWOOD_RETURN_IF_ERROR(output->Finish(installation_.new_files));
  }
  return Status::Ok();
}

Result<std::vector<IngestJob::Share>> IngestJob::TakeShares() {
  LOGWOOD_RETURN_IF_ERROR(CheckCollections());
  std::map<CollectionId, std::vector<std::unique_ptr<EntryCursor>>> sources;
  for (IngestPart& part : parts_) sources[part.collection].push_back(std::move(part.entries));
  std::vector<Share> shares;
  for (auto& [id, cursors] : sources) {
    std::optional<CollectionRoot> root = context_.root.FindRoot(id);
    if (!root) return Dropped(id);
    shares.push_back({.root = *std::move(root), .entries = NewMergingCursor(std::move(cursors))});
  }
  return shares;
}

Status IngestJob::WriteShare(Share& share, NewFileOutput& output) {
  NotingCursor entries(*share.entries);
  Result<KindEdit> edit = share.root.kind->Ingest(share.root.state, entries, output);
  if (std::optional<ReadSet::Range> range = entries.range(share.root.info.id)) ranges_.push_back(*std::move(range));
  if (!edit.ok()) return edit.status().WithContext("ingest into collection \"" + share.root.info.name + "\"");
  installation_.parts.push_back({.collection = share.root.info.id, .edit = *std::move(edit)});
  return Status::Ok();
}

Status IngestJob::CheckCollections() const {
  for (const IngestPart& part : parts_) {
    if (!context_.root.FindRoot(part.collection)) return Dropped(part.collection);
  }
  return Status::Ok();
}

Status IngestJob::Install() {
  for (const std::unique_ptr<NewFileOutput>& output : outputs_) output->Release();
  const uint64_t bytes = SumOfLengths(installation_.new_files);
  LOGWOOD_RETURN_IF_ERROR(context_.root.Install(std::move(installation_)));
  context_.ingests.Count(bytes, bytes, context_.runtime.Now() - begun_);
  return Status::Ok();
}

}  // namespace logwood
