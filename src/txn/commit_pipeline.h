#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/counter.h"
#include "base/ids.h"
#include "base/latency_recorder.h"
#include "base/mutex.h"
#include "codec/batch_encoder.h"
#include "log/log_chain.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "logwood/statistics.h"
#include "memtable/generation.h"
#include "txn/conflict.h"
#include "txn/evidence.h"
#include "txn/read_set.h"

namespace logwood {

// The way of every write, in this order:
//   1. check    members that cannot be applied leave their group: a collection is gone; or what a transaction has read
//               was written since, by a commit that was published or that stands before it in the group
//   2. take     sequences, in the order of the queue (I1)
//   3. append   all records of the group, at once
//   4. sync     where any member asks for it
//   5. apply    to the memtables
//   6. publish  the last sequence (I2)
// Commits that arrive while a group is under way form the next one; its first becomes its leader and does the work of
// all. One that wants a sync first waits a little for those who were there at the last one (WaitForCompany). After a
// failed append or sync nothing more is written: the failed group's outcome is unknown, all behind it are not applied.
//
// Cost of a commit: one copy into the log's buffer, one into the arena, one store append a group, one sync a group.

// What only the leader, and who runs exclusively, may touch.
struct WriteHead {
  std::optional<LogChain> log;  // None with LogMode::kOff: steps 3 and 4 fall away.
  std::shared_ptr<Generation> active;
  Sequence last;        // Taken so far.
  FileNumber log_file;  // Where `log` stands; without a log, a number that no file has.
};

// What must not have been written since a transaction began, for it to be applied.
struct TransactionCheck {
  const ReadSet& reads;
  TransactionStart start;
};

// Thread-safe.
class CommitPipeline {
 public:
  struct Commit {
    BatchEncoder& batch;
    std::span<const CollectionId> collections;  // That the batch writes to.
    Sync sync = Sync::kYes;
    const TransactionCheck* check = nullptr;  // A transaction's.
  };
  // What the pipeline asks of the engine, as the leader but where another is named.
  struct Hooks {
    // Called before a group's first log byte, with the number of sequences it will take: seals the generation and
    // begins the next log file where that is due. May wait.
    std::function<Status(uint64_t operations)> make_room;
    // Whether a collection can be written to.
    std::function<bool(CollectionId)> exists;
    // What published commits have made of what a transaction has read.
    std::function<std::optional<Conflict>(const TransactionCheck&)> find_conflict;
    // Takes note of a conflict and returns the error that tells of it. Called by the one whose commit it is.
    std::function<Status(const Conflict&)> refuse;
    // Told the first failure of an append or a sync.
    std::function<void(const Status&)> on_failure;
  };

  // All must outlive the pipeline.
  CommitPipeline(Runtime& runtime, WriteHead& head, std::atomic<uint64_t>& published, Hooks hooks);

  // Applies a batch and returns its last sequence once it is visible, and durable where asked for. A batch without
  // operations, with Sync::kYes, makes all commits before it durable. Requires: Sync::kNo where there is no log.
  // Errors: kNotFound (a collection was dropped; not applied), kConflict (not applied; what it conflicts with is
  // published then), kIo, kNoSpace (unknown), what stopped earlier writes
  // (not applied).
  [[nodiscard]] Result<Sequence> Apply(const Commit& commit);
  // Runs `function` when its turn in the queue comes, with no commit under way, and returns its status.
  Status RunExclusively(const std::function<Status()>& function);
  // The same, but does nothing where others are in the queue.
  Status RunIfIdle(const std::function<Status()>& function);

  // Takes commits again after a failure, with what stands at the write head now. Requires: called by a function that
  // runs exclusively.
  void Resume();

  // What went through so far. Any thread, without waiting.
  [[nodiscard]] CommitStatistics statistics() const;
  // Commits of transactions among them.
  [[nodiscard]] uint64_t transactions() const noexcept { return transactions_.value(); }
  // How long syncs of the log took.
  [[nodiscard]] const LatencyRecorder& sync_latency() const noexcept { return sync_latency_; }

 private:
  // A commit in the queue, or a function that wants to run alone. Lives on its caller's stack.
  struct Member {
    explicit Member(Runtime& runtime) : changed(runtime) {}
    const Commit* commit = nullptr;
    const std::function<Status()>* function = nullptr;
    Condition changed;
    bool done = false;
    Status status;
    std::optional<Conflict> conflict;  // For which it was not applied.
    Sequence last;
  };
  using Group = std::vector<Member*>;
  struct GroupCost {
    uint64_t syncs = 0;
    uint64_t log_bytes = 0;
    uint64_t log_bytes_prepared = 0;
  };

  enum class Entry : uint8_t { kAlways, kIfIdle };
  // Returns once the member is done, or at once where it does not enter.
  void GoThroughQueue(Member& member, Entry entry);
  void WaitForTurn(Member& member) REQUIRES(mutex_);
  void WaitForCompany(Member& leader) REQUIRES(mutex_);
  [[nodiscard]] Group TakeGroup() REQUIRES(mutex_);
  void Dismiss(const Group& group) REQUIRES(mutex_);
  void Lead(Group& group);
  Status CommitGroup(Group& group);
  [[nodiscard]] Group TakeFit(const Group& group);
  [[nodiscard]] bool IsFit(Member& member);
  void TakeSequences(Group& group);
  Status AppendToLog(const Group& group);
  Status SyncLog();
  [[nodiscard]] uint64_t LogSize() const;
  [[nodiscard]] uint64_t TakeUncountedPrepared();
  void ApplyToMemtables(const Group& group);
  void Count(const Group& group, const GroupCost& cost);
  Status Keep(Status status);

  Runtime& runtime_;
  WriteHead& head_;
  std::atomic<uint64_t>& published_;  // Release here, acquire where views are taken.
  Hooks hooks_;

  Mutex mutex_;
  std::deque<Member*> queue_ GUARDED_BY(mutex_);  // The front one leads; its group stays in front until it is done.
  size_t company_ GUARDED_BY(mutex_) = 0;         // Members of the last synced group, and those who came meanwhile.

  // The leader's.
  Status poison_;
  GroupWrites group_writes_;
  std::vector<LogRecord> records_;
  std::chrono::nanoseconds sync_time_{0};  // That the last sync took; 0: the last group asked for none.
  uint64_t prepared_counted_ = 0;          // Of the log's prepared bytes.

  // Raised by the leader alone, so that a commit pays for a plain addition each.
  Counter commits_;
  Counter synced_commits_;
  Counter transactions_;
  Counter puts_;
  Counter deletes_;
  Counter range_deletes_;
  Counter user_bytes_;
  Counter groups_;
  Counter syncs_;
  Counter log_bytes_;
  Counter log_bytes_prepared_;
  LatencyRecorder sync_latency_;
};

}  // namespace logwood
