#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"
#include "engine/option_limits.h"

namespace logwood {
namespace {

// The part of the memory budget that generations may take which only open transactions need.
constexpr uint64_t kEvidenceShare = 4;

uint64_t BytesOf(const std::vector<LogEnd>& logs) {
  uint64_t sum = 0;
  for (const LogEnd& log : logs) sum += log.end;
  return sum;
}

}  // namespace

Engine::Engine(Parts parts, const Options& options)
    : parts_(std::move(parts)),
      options_(options),
      closing_(parts_.runtime, LockRank::kClosing),
      memtable_size_bytes_(MemtableSizeOf(options)),
      budget_(MemoryBudget::Of(options.memory_budget_bytes)),
      arena_pool_(std::make_shared<ArenaPool>(memtable_size_bytes_, budget_)),
      cache_(parts_.runtime, budget_),
      files_(parts_.runtime, parts_.store, cache_),
      states_(parts_.runtime),
      view_census_(parts_.runtime),
      held_views_(parts_.runtime, states_),
      errors_(parts_.runtime,
              [this](const Status& cause) {
                if (cause.code() == StatusCode::kNoSpace) TryToResumeLater(JobFailures::kDelayMin);
              }),
      evidence_(parts_.runtime, options.memory_budget_bytes / kEvidenceShare),
      key_locks_(parts_.runtime),
      root_(parts_.runtime, parts_.kinds, files_, states_),
      reserve_(parts_.runtime, parts_.store, root_, memtable_size_bytes_),
      pacer_(parts_.runtime, memtable_size_bytes_),
      log_settler_(parts_.runtime),
      resume_again_(DelayedJob::New(parts_.runtime, [this] { ResumeOnceThereIsSpace(); })) {}

Engine::~Engine() {
  // Why: a destructor has nobody to tell; who wants to know calls Close().
  Close().IgnoreError();
}

Result<std::shared_ptr<Engine>> Engine::Open(Parts parts, const Options& options) {
  LOGWOOD_RETURN_IF_ERROR(CheckOptions(options).WithContext("open " + parts.store.description()));
  const bool salvages = options.mode == OpenMode::kSalvage;
  std::shared_ptr<Engine> engine(new Engine(salvages ? ForSalvage(std::move(parts)) : std::move(parts), options));
  const Status status = engine->LockAndFind();
  if (status.ok()) return engine;
  engine->errors_.Keep(status);  // So that closing writes nothing.
  return status.WithContext("open " + engine->parts_.store.description());
}

Status Engine::LockAndFind() {
  const OpenMode mode = options_.mode;
  const bool must_exist = mode == OpenMode::kOpen || OnlyReads(mode);
  LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> numbers, NumbersTaken(parts_.store));
  // Asked before the lock, which may leave a trace: nothing comes into being by accident.
  if (must_exist && numbers.empty()) return Status::NotFound("there is no database here");
  LOGWOOD_ASSIGN_OR_RETURN(lock_, parts_.store.Lock(OnlyReads(mode) ? LockMode::kShared : LockMode::kExclusive));
  std::vector<FileNumber> unfinished;
  // What of a log waits for its job is not charged: it must be little beside the budget.
  ReplayTuning tuning = parts_.replay;
  tuning.waiting_bytes_max = std::min<size_t>(tuning.waiting_bytes_max, options_.memory_budget_bytes / 8);
  const ReplayMeans replay{.runtime = parts_.runtime, .tuning = tuning, .pool = arena_pool_};
  if (mode == OpenMode::kSalvage) return StartSalvage(replay);
  Result<FoundDatabase> found = FindDatabase(parts_.store, parts_.kinds, replay, &unfinished);
  if (found.ok() && mode == OpenMode::kCreate)
    return Status::AlreadyExists("there is a database here: open it, or name another place");
  if (!found.ok() && (found.status().code() != StatusCode::kNotFound || must_exist)) return found.status();
  if (mode == OpenMode::kReadOnly) return StartReadOnly(*std::move(found));
  return Start(found.ok() ? std::optional(*std::move(found)) : std::nullopt, unfinished);
}

Status Engine::StartReadOnly(FoundDatabase found) {
  files_.set_database(found.root.database);
  LOGWOOD_RETURN_IF_ERROR(root_.OpenTrees(found.root.state));
  ShowFound(std::move(found));
  return Status::Ok();
}

// Of a database that is only read, and whose trees are open.
void Engine::ShowFound(FoundDatabase found) {
  recovered_log_bytes_ = BytesOf(found.logs.logs);
  strangers_ = std::move(found.inventory.strangers);
  root_.StartReadOnly(std::move(found.root.state));
  states_.published().store(found.logs.last.value(), std::memory_order_release);
  ShowReplayed(found.replayed);
}

// What was found becomes writable: (1) its trees are opened, so that nothing is begun where they cannot be read, (2)
// what was found is made durable, (3) a manifest of this process's own says so and reserves its epoch and numbers, (4)
// leftovers go, (5) a log begins, (6) commits may come.
Status Engine::Start(std::optional<FoundDatabase> found, const std::vector<FileNumber>& unfinished) {
  if (found) {
    files_.set_database(found->root.database);
    LOGWOOD_RETURN_IF_ERROR(root_.OpenTrees(found->root.state));
    found->DropEmptyLogs();
    recovered_log_bytes_ = BytesOf(found->logs.logs);
    LOGWOOD_ASSIGN_OR_RETURN(recovery_bytes_, WriteUnprovenLogsAnew(parts_.store, parts_.runtime, *found));
    LOGWOOD_RETURN_IF_ERROR(SyncFound(parts_.store, *found));
    strangers_ = found->inventory.strangers;
  } else {
    LOGWOOD_ASSIGN_OR_RETURN(strangers_, StrangersBeforeCreation(parts_.store, unfinished));
  }
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<Manifest> manifest, BeginManifest(found, unfinished));
  epoch_ = manifest->state().epoch;
  root_.Start(std::move(manifest));
  background_ = std::make_unique<Background>(
      Background::Parts{.context = JobContext(),
                        .files = files_,
                        .states = states_,
                        .views = held_views_,
                        .errors = errors_,
                        .reserve = reserve_,
                        .pacer = pacer_,
                        .evidence = evidence_,
                        .stay_policy = parts_.stay_policy,
                        .held_memtables_bytes_max = HeldMemtablesBytesMaxOf(options_),
                        .rest = parts_.rest,
                        .seal_at_rest = [this](const RestWork& work) { SealAtRest(work); }});
  log_preparer_ = std::make_unique<LogPreparer>(LogPreparer::Parts{.runtime = parts_.runtime,
                                                                   .store = parts_.store,
                                                                   .root = root_,
                                                                   .files = files_,
                                                                   .size_expected = options_.log_file_size_bytes});
  if (found) DiscardLeftovers(*found);
  for (const FileNumber number : unfinished) files_.Discard(number, FileType::kManifest);
  files_.RemoveRetired();
  LOGWOOD_RETURN_IF_ERROR(BeginLog(found));
  pipeline_ = std::make_unique<CommitPipeline>(parts_.runtime, *head_, states_.published(), PipelineHooks());
  is_started_.store(true, std::memory_order_release);
  background_->StartMerging();
  background_->OnWrite();  // What was found may be worth work at rest.
  return Status::Ok();
}

Result<std::unique_ptr<Manifest>> Engine::BeginManifest(const std::optional<FoundDatabase>& found,
                                                        const std::vector<FileNumber>& unfinished) {
  // Under the lock now. Files may be there whatever was found: a crash may leave one whose bytes say nothing.
  LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> taken, NumbersTaken(parts_.store));
  FileNumber number(1);
  if (found) number = found->root.state.file_numbers_reserved;
  root_.set_numbers_taken(taken);
  number = FirstFree(taken, number);
  Manifest::Identity identity{.number = number, .id = FileId(parts_.runtime.Random())};
  // The first log of this process, which BeginLog() makes: needed from here on where no older one is.
  const FileNumber first_log = FirstFree(taken, FileNumber(number.value() + 1));
  const FileNumber reserved(first_log.value() + Root::kFileNumbersAhead);
  if (!found) {
    // A creation that was cut short is gone on with, so that its files are this database's own.
    LOGWOOD_ASSIGN_OR_RETURN(identity.database, UnfinishedDatabase(parts_.store, unfinished));
    if (identity.database == DatabaseId()) identity.database = DatabaseId(parts_.runtime.Random());
    ManifestState state;
    state.epoch = 1;
    state.file_numbers_reserved = reserved;
    state.first_log = first_log;
    return Manifest::Create(parts_.store, identity, std::move(state), parts_.kinds);
  }
  if (found->root.state.epoch == Sequence::kEpochMax) {
    return Status::Unsupported("the database was opened for writing " + std::to_string(Sequence::kEpochMax) +
                               " times, which is the most there can be: copy it into a new one");
  }
  identity.database = found->root.database;
  const std::vector<LogEnd>& logs = found->logs.logs;
  const ManifestEdit edit{.epoch = found->root.state.epoch + 1,
                          .file_numbers_reserved = reserved,
                          .first_log = logs.empty() ? first_log : logs.front().number,
                          .log_ends = logs};
  return Manifest::Continue(parts_.store, found->root, identity, edit, parts_.kinds);
}

Status Engine::BeginLog(const std::optional<FoundDatabase>& found) {
  std::optional<LogEnd> predecessor;
  std::vector<ReplayedGeneration> replayed;
  const Sequence last = Sequence::Of(epoch_, 0);
  Sequence durable = last;
  if (found) {
    if (!found->logs.logs.empty()) predecessor = found->logs.logs.back();
    replayed = found->replayed;
    durable = found->logs.last;
  } else {
    replayed.push_back({.generation = std::make_shared<Generation>(arena_pool_), .first_log = {}});
  }
  head_.emplace(
      WriteHead{.log = std::nullopt, .active = replayed.back().generation, .last = last, .log_file = FileNumber()});
  if (options_.log == LogMode::kOn) {
    head_->log.emplace(parts_.store, log_settler_, root_.database(), predecessor, durable);
  }
  states_.published().store(durable.value(), std::memory_order_release);
  ShowReplayed(replayed);
  if (found) SealReplayed(*found);
  return BeginNextLog();
}

void Engine::ShowReplayed(const std::vector<ReplayedGeneration>& replayed) {
  states_.Update([&](ReadState& read) {
    for (const ReplayedGeneration& part : replayed) read.generations.insert(read.generations.begin(), part.generation);
  });
}

// The newest part of what was replayed goes on as the active generation; all before it waits for its flush. A log in
// which one part ends and the next begins is needed until that is flushed, too.
void Engine::SealReplayed(const FoundDatabase& found) {
  auto log = found.logs.logs.begin();
  for (size_t next = 1; next < found.replayed.size(); ++next) {
    const auto begin = log;
    log = std::ranges::find(begin, found.logs.logs.end(), found.replayed[next].first_log, &LogEnd::number);
    LOGWOOD_ASSERT(log != found.logs.logs.end());
    background_->AddSealed(
        {.generation = found.replayed[next - 1].generation, .logs = {begin, log}, .next_log = log->number});
  }
  finished_logs_.assign(log, found.logs.logs.end());
}

void Engine::DiscardLeftovers(const FoundDatabase& found) {
  for (const FileNameParts& leftover : found.inventory.leftovers) files_.Discard(leftover.number, leftover.type);
  files_.Discard(found.root.header.file.number, FileType::kManifest);  // Superseded by this process's own.
}

NewFileOutput::Context Engine::JobContext() {
  return {.runtime = parts_.runtime,
          .store = parts_.store,
          .root = root_,
          .files = files_,
          .budget = *budget_,
          .database = root_.database(),
          .flushes = flushes_,
          .merges = merges_,
          .ingests = ingests_};
}

CommitPipeline::Hooks Engine::PipelineHooks() {
  return {.make_room = [this](uint64_t operations) { return MakeRoom(operations); },
          .exists = [this](CollectionId id) { return states_.Load()->trees.contains(id); },
          .find_conflict = [this](const TransactionCheck& check) { return FindConflict(check); },
          .refuse = [this](const Conflict& conflict) { return Refuse(conflict); },
          .on_failure = [this](const Status& status) { errors_.Keep(status); }};
}

Status Engine::CheckOpen() const {
  return closed_.load(std::memory_order_acquire) ? Status::Closed("the database was closed") : Status::Ok();
}

Status Engine::CheckWritable() const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  if (OnlyReads(options_.mode)) return Status::ReadOnly("the database was opened for reading only");
  return errors_.status();
}

Status Engine::Close() {
  const MutexLock lock(closing_);  // Who closes second returns when all is done, too, and learns how it went.
  if (closed_.exchange(true, std::memory_order_acq_rel)) return close_status_;
  if (pipeline_ != nullptr) close_status_ = pipeline_->RunExclusively([this] { return CloseWriter(); });
  resume_again_->Stop();
  if (log_preparer_ != nullptr) log_preparer_->Stop();
  log_settler_.Stop();
  if (background_ != nullptr) background_->Stop();
  reserve_.GiveUp();
  if (errors_.status().ok()) files_.RemoveRetired();
  lock_.reset();
  return close_status_;
}

Status Engine::CloseWriter() {
  LOGWOOD_RETURN_IF_ERROR(errors_.status());
  if (head_->log) return head_->log->Close();
  LOGWOOD_RETURN_IF_ERROR(Seal());
  return background_->WaitForFlushed(background_->sealed_count());
}

Result<CollectionInfo> Engine::CreateCollection(const std::string& name, const CollectionOptions& options) {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  if (name.empty() || name.size() > kCollectionNameSizeMax) {
    return Status::InvalidArgument("a collection's name has " + std::to_string(name.size()) +
                                   " bytes; it may have 1 to " + std::to_string(kCollectionNameSizeMax));
  }
  LOGWOOD_RETURN_IF_ERROR(CheckRange("block_size_bytes", options.block_size_bytes, 256, uint64_t{1} << 20));
  std::optional<CollectionInfo> info;
  // In the queue, so that Close() cannot overtake it: once it has returned the files may be another process's.
  LOGWOOD_RETURN_IF_ERROR(pipeline_->RunExclusively([&] {
    LOGWOOD_RETURN_IF_ERROR(CheckWritable());
    Result<CollectionInfo> created = root_.CreateCollection(name, options);
    const StatusCode code = created.status().code();
    const bool refused = code == StatusCode::kAlreadyExists || code == StatusCode::kUnsupported;
    if (!refused) errors_.Keep(created.status());
    if (!created.ok()) return created.status();
    info = *std::move(created);
    return Status::Ok();
  }));
  return *std::move(info);
}

Result<CollectionInfo> Engine::OpenCollection(const std::string& name) const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  std::optional<CollectionInfo> info = root_.FindCollection(name);
  if (!info) return Status::NotFound("there is no collection \"" + name + "\"");
  return *std::move(info);
}

Status Engine::DropCollection(CollectionId id) {
  LOGWOOD_RETURN_IF_ERROR(CheckMayDrop());
  return pipeline_->RunExclusively([&] {
    LOGWOOD_RETURN_IF_ERROR(CheckMayDrop());
    const Status status = root_.DropCollection(id);
    if (!status.ok() && status.code() != StatusCode::kNotFound) errors_.Keep(status);
    background_->StartRemoving();
    background_->StartMerging();
    return status;
  });
}

Result<std::vector<CollectionInfo>> Engine::collections() const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  return root_.collections();
}

Result<Sequence> Engine::Commit(const CommitPipeline::Commit& commit) {
  const LatencyTimer timer = states_.CountCommit();
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  if (commit.sync == Sync::kYes && options_.log == LogMode::kOff) {
    return Status::InvalidArgument(
        "commit with Sync::kYes: the database was opened with LogMode::kOff, so there is no log to sync; commit with "
        "Sync::kNo, and call Flush() for what must last");
  }
  return pipeline_->Apply(commit);
}

Result<ReadView> Engine::View() const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  return states_.View();
}

Result<std::optional<TreesHit>> Engine::Get(CollectionId collection, Bytes key) const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  return states_.Get(collection, key);
}

Result<std::optional<TreesHit>> Engine::Get(const ReadView& view, CollectionId collection, Bytes key) const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  return states_.Get(view, collection, key);
}

void Engine::OnViewReleased() const {
  if (background_ != nullptr && files_.has_retired()) background_->StartRemoving();
}

Status Engine::Flush() {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  uint64_t sealed = 0;
  LOGWOOD_RETURN_IF_ERROR(pipeline_->RunExclusively([this, &sealed] {
    LOGWOOD_RETURN_IF_ERROR(CheckWritable());
    const Status status = Seal();
    errors_.Keep(status);
    sealed = background_->sealed_count();
    background_->OnWrite();
    return status;
  }));
  return background_->WaitForFlushed(sealed);  // Not for what others write from here on.
}

Status Engine::Compact(CollectionId id) {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  if (!root_.FindRoot(id)) return Status::NotFound("compact: the collection was dropped");
  LOGWOOD_RETURN_IF_ERROR(Flush());
  return background_->MergeNow(id);
}

Status Engine::Ingest(std::vector<IngestPart> parts) {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  // Close() waits for it: once that has returned the files may be another process's.
  LOGWOOD_RETURN_IF_ERROR(background_->BeginJob());
  const Status status = IngestAsJob(std::move(parts));
  background_->EndJob();
  return status;
}

Status Engine::IngestAsJob(std::vector<IngestPart> parts) {
  std::optional<IngestJob> ingest(std::in_place, JobContext(), std::move(parts));
  Status status = ingest->Write();
  if (status.ok()) status = Flush().WithOutcome(Outcome::kNotApplied);  // So that little is left while commits wait.
  if (status.ok()) status = pipeline_->RunExclusively([&] { return InstallIngest(*ingest); });
  ingest.reset();  // Discards what it did not install.
  background_->StartRemoving();
  background_->StartMerging();
  background_->OnWrite();
  return status;
}

// What is in memory is older than what is ingested, and memtables hide trees: so it goes into trees first.
Status Engine::InstallIngest(IngestJob& ingest) {
  LOGWOOD_RETURN_IF_ERROR(CheckWritable());
  LOGWOOD_RETURN_IF_ERROR(ingest.CheckCollections());
  const Status sealed = Seal();
  errors_.Keep(sealed);
  LOGWOOD_RETURN_IF_ERROR(sealed.WithOutcome(Outcome::kNotApplied));
  LOGWOOD_RETURN_IF_ERROR(background_->WaitForFlushed(background_->sealed_count()).WithOutcome(Outcome::kNotApplied));
  const Status status = ingest.Install();
  if (status.ok()) evidence_.AddBulkWrite(ingest.ranges());
  // What has failed before the manifest was reached has changed nothing.
  if (!root_.manifest_failure().ok()) errors_.Keep(status);
  return status;
}

Result<VerifyReport> Engine::Verify() const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  Result<VerifyReport> report = VerifyTrees();
  OnViewReleased();  // It holds trees like a view.
  return report;
}

}  // namespace logwood
