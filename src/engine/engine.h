#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"
#include "base/memory_budget.h"
#include "base/mutex.h"
#include "block/block_cache.h"
#include "codec/batch_encoder.h"
#include "engine/background.h"
#include "engine/delayed_job.h"
#include "engine/error_latch.h"
#include "engine/file_table.h"
#include "engine/held_views.h"
#include "engine/ingest_job.h"
#include "engine/job_failures.h"
#include "engine/job_output.h"
#include "engine/log_preparer.h"
#include "engine/pacer.h"
#include "engine/read_state.h"
#include "engine/recovery.h"
#include "engine/rest_watch.h"
#include "engine/root.h"
#include "engine/space_reserve.h"
#include "engine/view_census.h"
#include "kind/kind.h"
#include "log/log_settler.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/salvage.h"
#include "logwood/statistics.h"
#include "logwood/store.h"
#include "txn/commit_pipeline.h"
#include "txn/conflict.h"
#include "txn/evidence.h"
#include "txn/key_locks.h"

namespace logwood {

// What Verify() found.
struct VerifyReport {
  uint64_t blocks = 0;                 // Read and checked.
  std::vector<Status> damages;         // Each with file and offset.
  std::vector<std::string> strangers;  // Files in the store that are not the database's.
};

// An open database: composes log, memtables, trees and manifest, and decides when each is used. Thread-safe.
//
//   state       entered by                    what works
//   open        Open(); Resume() of a         everything
//               stopped one
//   stopped     the first failed write, or    reads; writes return the cause
//               what a Background stops for
//               (ErrorLatch)
//   stopped by  kNoSpace, of a commit or a    as stopped; collections can be dropped; merges go
//   a full      flush                         on, and Resume() is tried again and again
//   store
//   closed      Close()                       nothing: kClosed; what is pinned stays in memory
class Engine {
 public:
  // What a database is made of. `store` and `runtime` must outlive the engine; `owned_store` may be what `store` is.
  struct Parts {
    Store& store;
    Runtime& runtime;
    std::unique_ptr<Store> owned_store;
    KindRegistry kinds;
    StayPolicy stay_policy;
    ReplayTuning replay = {};
    RestTuning rest = {};
    // Sequences of an epoch; smaller in tests of what happens at its end.
    uint64_t sequences_per_epoch = Sequence::kCounterMax - 1;  // What a log record can bear.
  };

  // Opens, or creates, as `options.mode` says. Errors: kNotFound, kAlreadyExists, kInvalidArgument (an option out of
  // its range), kBusy, kCorruption, kUnsupported, kReadOnly, kIo, kNoSpace.
  [[nodiscard]] static Result<std::shared_ptr<Engine>> Open(Parts parts, const Options& options);
  Engine(const Engine&) = delete;  // Jobs refer to it.
  Engine& operator=(const Engine&) = delete;
  // Closes, if Close() was not called.
  ~Engine();

  // Ends background work, makes every commit durable (in the log, with a last mark; without a log by a flush), and
  // gives the lock back. Later calls of all
  // others give kClosed; those of Close() wait for the first and return its status. Errors: kIo, kNoSpace: unsynced
  // commits may be lost then.
  Status Close();

  [[nodiscard]] Result<CollectionInfo> CreateCollection(const std::string& name, const CollectionOptions& options);
  // Errors: kNotFound.
  [[nodiscard]] Result<CollectionInfo> OpenCollection(const std::string& name) const;
  Status DropCollection(CollectionId id);
  [[nodiscard]] Result<std::vector<CollectionInfo>> collections() const;

  // See CommitPipeline::Apply(). Errors: also kInvalidArgument (Sync::kYes without a log).
  [[nodiscard]] Result<Sequence> Commit(const CommitPipeline::Commit& commit);
  // Errors: kClosed.
  [[nodiscard]] Result<ReadView> View() const;
  // Who hold views and cursors for a while make themselves known here.
  [[nodiscard]] HeldViews& held_views() noexcept { return held_views_; }
  // See ReadStates::Get(). Errors: kClosed, and as there.
  [[nodiscard]] Result<std::optional<TreesHit>> Get(CollectionId collection, Bytes key) const;
  [[nodiscard]] Result<std::optional<TreesHit>> Get(const ReadView& view, CollectionId collection, Bytes key) const;
  // See ReadStates::CountSeek().
  [[nodiscard]] LatencyTimer CountSeek() const { return states_.CountSeek(); }
  // To be told of views that the program holds.
  [[nodiscard]] ViewCensus& view_census() noexcept { return view_census_; }

  // For transactions, as long as the database is open. Errors: kClosed, kReadOnly.
  [[nodiscard]] Result<TransactionId> NewTransactionId();
  // The last sequence that readers see, and the view of it or of a later one, whatever the state of the database.
  [[nodiscard]] Sequence published();
  // Waits a random while of up to `longest`.
  void WaitAtRandom(std::chrono::nanoseconds longest);
  [[nodiscard]] ReadView ViewOfNow() const { return states_.View(); }
  // Why a transaction could not be applied now. Of what is not published yet it may tell or not.
  [[nodiscard]] std::optional<Conflict> FindConflict(const TransactionCheck& check) const;
  // Counts a conflict and returns the error that tells of it.
  [[nodiscard]] Status Refuse(const Conflict& conflict);
  // Counts the commit of a transaction that wrote nothing.
  void CountCommitWithoutWrites() noexcept { commits_without_writes_.fetch_add(1, std::memory_order_relaxed); }
  [[nodiscard]] Evidence& evidence() noexcept { return evidence_; }
  [[nodiscard]] KeyLocks& key_locks() noexcept { return key_locks_; }
  [[nodiscard]] MemoryBudget& budget() noexcept { return *budget_; }

  // Called by whoever lets go of a view that was held for a while: files may have become free. A get does not call it,
  // to cost nothing: files that only a get in flight still held go at the next occasion (a view let go of, a flush, a
  // merge, Close()).
  void OnViewReleased() const;
  // Called when a cursor ends: where cursors had to step over many tombstones, and as many lie in the active memtables,
  // these are flushed in the background (kTombstonesPassedMax in engine_write.cc).
  void OnCursorEnded();

  // Makes the database writable again after a failure, without closing it: brings all that is in memory into new trees,
  // gives up the logs, and begins a new one in an epoch of its own. What had an unknown outcome is not applied then. OK
  // where nothing has failed. Errors: kReadOnly, kClosed, kIo, kNoSpace, kCorruption: things are as they were.
  Status Resume();
  // Brings everything that is in memory when it is called into trees, and waits for it.
  Status Flush();
  // Flush(), then merges all runs of the collection into one; what is flushed meanwhile stays beside it. Errors: also
  // kNotFound (dropped).
  Status Compact(CollectionId id);
  // Brings `parts` into their collections as their newest entries, all at once and durably: they are newer than every
  // commit that came before the moment of installation. Reads the parts and writes them while everything else goes on;
  // then commits wait for what is in memory to be flushed, and for one record. Of several parts for one collection the
  // first is the newest. Errors: kNotFound (a collection was dropped), kReadOnly, kClosed, kInvalidArgument (a size),
  // kCorruption, what the parts' cursors say: not applied, and nothing else has changed. kIo, kNoSpace: see outcome();
  // not applied, nothing else has changed either, but for what stops writing anyway: unknown, writing stops.
  Status Ingest(std::vector<IngestPart> parts);
  // Reads and checks everything that is stored in trees. Errors: kClosed, kIo.
  [[nodiscard]] Result<VerifyReport> Verify() const;
  // See Database::salvage_report().
  [[nodiscard]] const SalvageReport& salvage_report() const noexcept { return salvage_report_; }
  // See Database::Statistics(). Errors: kClosed, kIo.
  [[nodiscard]] Result<DatabaseStatistics> Statistics() const;

  // OK while the database is open.
  [[nodiscard]] Status CheckOpen() const;

 private:
  Engine(Parts parts, const Options& options);

  // With a store that only reads, and reads all it can.
  [[nodiscard]] static Parts ForSalvage(Parts parts);

  Status LockAndFind();
  Status StartReadOnly(FoundDatabase found);
  Status StartSalvage(const ReplayMeans& replay);
  void ShowFound(FoundDatabase found);
  Status Start(std::optional<FoundDatabase> found, const std::vector<FileNumber>& unfinished);
  [[nodiscard]] Result<std::unique_ptr<Manifest>> BeginManifest(const std::optional<FoundDatabase>& found,
                                                                const std::vector<FileNumber>& unfinished);
  Status BeginLog(const std::optional<FoundDatabase>& found);
  void ShowReplayed(const std::vector<ReplayedGeneration>& replayed);
  void SealReplayed(const FoundDatabase& found);
  void DiscardLeftovers(const FoundDatabase& found);
  [[nodiscard]] NewFileOutput::Context JobContext();
  [[nodiscard]] CommitPipeline::Hooks PipelineHooks();
  [[nodiscard]] Result<VerifyReport> VerifyTrees() const;
  [[nodiscard]] Result<DatabaseStatistics> TakeStatistics() const;
  [[nodiscard]] WrittenStatistics TakeWritten(const DatabaseStatistics& counted) const;
  [[nodiscard]] LatenciesStatistics TakeLatencies() const;
  [[nodiscard]] TransactionStatistics TakeTransactions() const;

  Status IngestAsJob(std::vector<IngestPart> parts);

  // The leader's, in the order of their use.
  Status MakeRoom(uint64_t operations);
  void MakeRoomInMemory();
  Status SealInTime();
  Status Seal();
  void Pace();
  Status SealForCursors();
  void PrepareNextLog();
  Status BeginNextLog();
  Status BeginLogFile(LogPreparer::PreparedFile next);
  Status ResumeExclusively();
  Status FlushAllAfterFailure();
  void ResumeOnceThereIsSpace();
  void TryToResumeLater(std::chrono::nanoseconds delay);
  Status AdvanceEpoch();
  [[nodiscard]] bool GenerationIsFull() const;
  [[nodiscard]] bool IsInTreesAlone() const;
  Status CheckWritable() const;
  Status CheckMayDrop() const;
  Status CloseWriter();
  void SealAtRest(const RestWork& work);
  Status InstallIngest(IngestJob& ingest);

  Parts parts_;
  Options options_;
  std::unique_ptr<StoreLock> lock_;
  std::vector<std::string> strangers_;
  SalvageReport salvage_report_;  // Set by the open.
  Mutex closing_;                 // Held by Close(), before all other locks.
  Status close_status_ GUARDED_BY(closing_);
  std::atomic<bool> closed_ = false;  // Released by Close(), acquired by all others.

  const uint64_t memtable_size_bytes_;  // At which a generation is sealed.
  const std::shared_ptr<MemoryBudget> budget_;
  // One generation's memory, kept for the next.
  const std::shared_ptr<ArenaPool> arena_pool_;
  BlockCache cache_;
  FileTable files_;
  ReadStates states_;
  ViewCensus view_census_;
  HeldViews held_views_;
  ErrorLatch errors_;
  Evidence evidence_;
  KeyLocks key_locks_;
  // Of transactions: begun so far, committed without writes, and conflicts by cause. Relaxed: only their values count.
  std::atomic<uint64_t> transactions_ = 0;
  std::atomic<uint64_t> commits_without_writes_ = 0;
  std::array<std::atomic<uint64_t>, kConflictCauses> conflicts_{};
  Root root_;
  SpaceReserve reserve_;
  JobCounters flushes_;
  JobCounters merges_;
  JobCounters ingests_;
  Counter log_headers_bytes_;    // Raised by the leader.
  uint64_t recovery_bytes_ = 0;  // Set by the open, as is the next.
  uint64_t recovered_log_bytes_ = 0;
  Pacer pacer_;
  LogSettler log_settler_;
  // Null in a database that is only read; so are the next three.
  std::unique_ptr<Background> background_;
  std::unique_ptr<LogPreparer> log_preparer_;
  std::optional<WriteHead> head_;  // The leader's, like those behind it.
  std::unique_ptr<CommitPipeline> pipeline_;
  std::atomic<bool> is_started_ = false;     // Released once all these stand.
  std::atomic<bool> resumes_later_ = false;  // resume_again_ is under way. Relaxed: a flag alone.
  const std::shared_ptr<DelayedJob> resume_again_;
  JobFailures resume_failures_;  // That job's.
  bool next_log_wanted_ = false;
  uint64_t memtable_bytes_seen_ = 0;   // By MakeRoomInMemory().
  std::vector<LogEnd> finished_logs_;  // Of the active generation, without the one that is open.
  uint32_t epoch_ = 0;
  FileNumber paced_log_;         // The log file that stood open when writes were paced last,
  uint64_t paced_log_size_ = 0;  // and what was in it.
};

}  // namespace logwood
