#include "engine/root.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood {
namespace {

FileNumber Ahead(FileNumber number) { return FileNumber(number.value() + Root::kFileNumbersAhead); }

Result<std::set<FileNumber>> ReferencedFiles(const ManifestState& state, const KindRegistry& kinds) {
  std::set<FileNumber> files;
  for (const auto& [id, collection] : state.collections) {
    const Kind* const kind = kinds.Find(collection.kind);
    LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> own, kind->Files(collection.state));
    files.insert(own.begin(), own.end());
  }
  return files;
}

CollectionInfo InfoOf(CollectionId id, const ManifestCollection& collection) {
  return {.id = id, .name = collection.name, .kind = collection.kind};
}

}  // namespace

Root::Root(Runtime& runtime, const KindRegistry& kinds, FileTable& files, ReadStates& states)
    : runtime_(runtime), kinds_(kinds), files_(files), states_(states), mutex_(runtime, LockRank::kRoot) {}

void Root::Start(std::unique_ptr<Manifest> manifest) {
  const MutexLock lock(mutex_);
  manifest_ = std::move(manifest);
  // Numbers from the manifest file's own on up to the reservation belong to this process.
  next_file_ = FileNumber(manifest_->number().value() + 1);
  SkipNumbersTaken();
  files_.set_database(manifest_->database());
}

void Root::StartReadOnly(ManifestState state) {
  const MutexLock lock(mutex_);
  read_only_state_ = std::move(state);
}

Status Root::OpenTrees(const ManifestState& state) {
  for (const auto& [number, file] : state.files) files_.Add(number, file);
  Trees trees;
  for (const auto& [id, collection] : state.collections) {
    LOGWOOD_ASSIGN_OR_RETURN(trees[id], kinds_.Find(collection.kind)->Open(collection.state, files_, nullptr));
  }
  ShowTrees(std::move(trees), state.flushed);
  return Status::Ok();
}

Status Root::SalvageTrees(const ManifestState& state, const OnDamage& on_damage) {
  for (const auto& [number, file] : state.files) files_.Add(number, file);
  Trees trees;
  for (const auto& [id, collection] : state.collections) {
    const auto tell = [&](const TreesDamage& damage) { on_damage(collection.name, damage); };
    LOGWOOD_ASSIGN_OR_RETURN(trees[id], kinds_.Find(collection.kind)->Salvage(collection.state, files_, tell));
  }
  ShowTrees(std::move(trees), state.flushed);
  return Status::Ok();
}

void Root::ShowTrees(Trees trees, Sequence flushed) {
  states_.Update([&](ReadState& read) {
    read.trees = std::move(trees);
    read.flushed = flushed;
  });
}

void Root::set_numbers_taken(std::set<FileNumber> numbers) {
  const MutexLock lock(mutex_);
  numbers_taken_ = std::move(numbers);
}

Result<FileNumber> Root::NewFileNumber() {
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  return TakeFileNumber();
}

Status Root::ReserveFileNumbers(uint64_t count) {
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  const FileNumber ahead(next_file_.value() + count);
  if (manifest_->state().file_numbers_reserved >= ahead) return Status::Ok();
  return manifest_->Append({.file_numbers_reserved = ahead});
}

Result<FileNumber> Root::TakeFileNumber() {
  if (next_file_ >= manifest_->state().file_numbers_reserved) {
    LOGWOOD_RETURN_IF_ERROR(manifest_->Append({.file_numbers_reserved = Ahead(next_file_)}));
  }
  return NextFileNumber();
}

FileNumber Root::NextFileNumber() {
  const FileNumber number = next_file_;
  next_file_ = FileNumber(number.value() + 1);
  SkipNumbersTaken();
  return number;
}

void Root::SkipNumbersTaken() {
  while (numbers_taken_.contains(next_file_)) next_file_ = FileNumber(next_file_.value() + 1);
}

Result<CollectionInfo> Root::CreateCollection(const std::string& name, const CollectionOptions& options) {
  const Kind* const kind = kinds_.Find(options.kind);
  if (kind == nullptr) {
    return Status::Unsupported("collection \"" + name + "\": kind " + std::to_string(static_cast<int>(options.kind)) +
                               " is not part of this version");
  }
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  const ManifestState& state = manifest_->state();
  for (const auto& [id, collection] : state.collections) {
    if (collection.name == name) {
      return Status::AlreadyExists("collection \"" + name + "\" exists: open it, or choose another name");
    }
  }
  const CollectionId id = state.next_collection;
  const CollectionCreated created{.id = id, .name = name, .kind = options.kind, .state = kind->InitialState(options)};
  LOGWOOD_ASSIGN_OR_RETURN(std::shared_ptr<const CollectionTrees> trees, kind->Open(created.state, files_, nullptr));
  LOGWOOD_RETURN_IF_ERROR(
      Record({.edit = {.next_collection = CollectionId(id.value() + 1), .collections_created = {created}},
              .apply = [&](ReadState& read) { read.trees[id] = trees; }}));
  return CollectionInfo{.id = id, .name = name, .kind = options.kind};
}

Status Root::DropCollection(CollectionId id) {
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  if (!manifest_->state().collections.contains(id)) return Status::NotFound("drop: the collection was dropped before");
  Change change{.edit = {.collections_dropped = {id}}, .apply = [id](ReadState& read) { read.trees.erase(id); }};
  // Its files may hold trees of other collections too, and then stay.
  for (const auto& [file, bytes] : states_.Load()->trees.at(id)->LiveBytes()) {
    change.edit.live_bytes.push_back({.file = file, .bytes = -static_cast<int64_t>(bytes)});
  }
  LOGWOOD_RETURN_IF_ERROR(SettleFiles({}, change));
  return Record(std::move(change));
}

std::optional<CollectionInfo> Root::FindCollection(const std::string& name) const {
  for (const CollectionInfo& info : collections()) {
    if (info.name == name) return info;
  }
  return std::nullopt;
}

std::vector<CollectionInfo> Root::collections() const {
  std::vector<CollectionInfo> infos;
  for (const auto& [id, collection] : manifest_state().collections) infos.push_back(InfoOf(id, collection));
  return infos;
}

std::optional<CollectionRoot> Root::FindRoot(CollectionId id) const {
  const MutexLock lock(mutex_);
  const ManifestState& state = manifest_ != nullptr ? manifest_->state() : read_only_state_;
  const auto collection = state.collections.find(id);
  if (collection == state.collections.end()) return std::nullopt;
  // Under the mutex state and trees belong together: both change in Record() only.
  return CollectionRoot{.info = InfoOf(id, collection->second),
                        .kind = kinds_.Find(collection->second.kind),
                        .state = collection->second.state,
                        .trees = states_.Load()->trees.at(id)};
}

Status Root::Install(Installation installation) {
  const MutexLock lock(mutex_);
  const Status status = InstallLocked(installation);
  if (status.ok()) return status;
  for (const FileAdded& file : installation.new_files) {
    if (file.type != FileType::kTree) continue;
    if (manifest_->failure().ok()) {
      files_.Discard(file.number, file.type);
    } else {
      unsettled_.push_back(file);
    }
  }
  return status;
}

Status Root::InstallLocked(Installation& installation) {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  Change change{.edit = {.flushed = installation.flushed, .first_log = installation.first_log},
                .apply = std::move(installation.change)};
  CollectParts(installation, change.edit);
  LOGWOOD_RETURN_IF_ERROR(SettleFiles(installation.new_files, change));
  return Record(std::move(change));
}

// Takes the parts of collections that are still there, and the changes of live bytes they bring.
void Root::CollectParts(const Installation& installation, ManifestEdit& edit) {
  std::map<FileNumber, int64_t> live_bytes;
  for (const Installation::Part& part : installation.parts) {
    if (!manifest_->state().collections.contains(part.collection)) continue;
    edit.collections_edited.push_back({.id = part.collection, .edit = part.edit.bytes});
    for (const LiveBytesChange& change : part.edit.live_bytes) live_bytes[change.file] += change.bytes;
  }
  for (const auto& [file, bytes] : live_bytes) {
    if (bytes != 0) edit.live_bytes.push_back({.file = file, .bytes = bytes});
  }
}

// Adds the new files that something refers to, and drops the old ones that nothing refers to any more: references
// decide, not byte counts (I5).
Status Root::SettleFiles(const std::vector<FileAdded>& new_files, Change& change) {
  ManifestEdit& edit = change.edit;
  ManifestState next = manifest_->state();
  for (const CollectionId dropped : edit.collections_dropped) next.collections.erase(dropped);
  for (const CollectionEdited& edited : edit.collections_edited) {
    ManifestCollection& collection = next.collections.at(edited.id);
    LOGWOOD_ASSIGN_OR_RETURN(collection.state, kinds_.Find(collection.kind)->ApplyEdit(collection.state, edited.edit));
  }
  LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> referenced, ReferencedFiles(next, kinds_));
  for (const FileAdded& file : new_files) {
    (referenced.contains(file.number) ? edit.files_added : change.unreferenced).push_back(file);
  }
  for (const auto& [number, file] : next.files) {
    if (!referenced.contains(number)) edit.files_dropped.push_back(number);
  }
  std::erase_if(edit.live_bytes, [&](const LiveBytesChange& live) { return !referenced.contains(live.file); });
  return Status::Ok();
}

// Opens what the edit brings, makes the edit durable, and only then shows it.
Status Root::Record(Change change) {
  // Before the change, so that an error never tells of a change that was made.
  LOGWOOD_RETURN_IF_ERROR(RolloverIfDue().WithOutcome(Outcome::kNotApplied));
  ManifestEdit& edit = change.edit;
  if (const FileNumber ahead = Ahead(next_file_); ahead > manifest_->state().file_numbers_reserved) {
    edit.file_numbers_reserved = ahead;
  }
  ManifestState next = manifest_->state();
  LOGWOOD_RETURN_IF_ERROR(next.Apply(edit, kinds_));
  for (const FileAdded& file : edit.files_added) files_.Add(file.number, next.files.at(file.number));
  LOGWOOD_ASSIGN_OR_RETURN(Trees trees, OpenEdited(next, edit));
  LOGWOOD_RETURN_IF_ERROR(manifest_->Append(edit));  // I4.
  states_.Update([&](ReadState& read) {
    for (auto& [id, opened] : trees) read.trees[id] = std::move(opened);
    if (edit.flushed) read.flushed = *edit.flushed;
    if (change.apply) change.apply(read);
  });
  for (const FileNumber dropped : edit.files_dropped) files_.Retire(dropped);
  for (const FileAdded& file : change.unreferenced) files_.Discard(file.number, file.type);
  return Status::Ok();
}

Result<Root::Trees> Root::OpenEdited(const ManifestState& next, const ManifestEdit& edit) {
  Trees trees;
  const std::shared_ptr<const ReadState> now = states_.Load();
  for (const CollectionEdited& edited : edit.collections_edited) {
    const ManifestCollection& collection = next.collections.at(edited.id);
    const CollectionTrees& before = *now->trees.at(edited.id);
    LOGWOOD_ASSIGN_OR_RETURN(trees[edited.id], kinds_.Find(collection.kind)->Open(collection.state, files_, &before));
  }
  return trees;
}

Status Root::RolloverIfDue() {
  if (!manifest_->WantsRollover()) return Status::Ok();
  const FileNumber superseded = manifest_->number();
  LOGWOOD_ASSIGN_OR_RETURN(const FileNumber number, TakeFileNumber());
  const Status status = manifest_->Rollover(number, FileId(runtime_.Random()));
  if (status.ok()) {
    files_.Discard(superseded, FileType::kManifest);
  } else if (manifest_->failure().ok()) {
    files_.Discard(number, FileType::kManifest);  // It was not begun, so that it does not count.
  } else {
    unsettled_.push_back({.number = superseded, .type = FileType::kManifest});
  }
  return status;
}

// The number need not be reserved: every open takes a larger one than that of any manifest there is.
Status Root::ReplaceFailedManifest() {
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  if (manifest_->failure().ok()) return Status::Ok();
  const FileNumber number = NextFileNumber();
  auto next = manifest_->Successor(number, FileId(runtime_.Random()), {.file_numbers_reserved = Ahead(next_file_)});
  if (!next.ok()) {
    files_.Discard(number, FileType::kManifest);
    return next.status();
  }
  files_.Discard(manifest_->number(), FileType::kManifest);
  for (const FileAdded& file : std::exchange(unsettled_, {})) files_.Discard(file.number, file.type);
  manifest_ = *std::move(next);
  return Status::Ok();
}

Status Root::AdvanceEpoch(std::vector<LogEnd> log_ends) {
  const MutexLock lock(mutex_);
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  return Record({.edit = {.epoch = manifest_->state().epoch + 1, .log_ends = std::move(log_ends)}});
}

Status Root::manifest_failure() const {
  const MutexLock lock(mutex_);
  return manifest_->failure();
}

ManifestState Root::manifest_state() const {
  const MutexLock lock(mutex_);
  return manifest_ != nullptr ? manifest_->state() : read_only_state_;
}

uint64_t Root::data_bytes() const {
  const MutexLock lock(mutex_);
  uint64_t sum = 0;
  for (const auto& [number, file] : manifest_->state().files) sum += file.length;
  return sum;
}

uint64_t Root::manifest_bytes_written() const {
  const MutexLock lock(mutex_);
  return manifest_ == nullptr ? 0 : manifest_->bytes_written();
}

DatabaseId Root::database() const {
  const MutexLock lock(mutex_);
  return manifest_->database();
}

Status Root::CheckWritable() const {
  return manifest_ != nullptr ? Status::Ok() : Status::ReadOnly("the database was opened for reading only");
}

}  // namespace logwood
