#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "base/arena.h"
#include "base/ids.h"
#include "base/mutex.h"
#include "log/log_recovery.h"
#include "logwood/bytes.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "manifest/manifest_state.h"
#include "memtable/generation.h"

namespace logwood {

// How a replay is divided; smaller in tests.
struct ReplayTuning {
  // Bytes of commits after which the next ones go into a generation of their own.
  size_t generation_bytes = size_t{32} << 20;
  // Bytes that are handed to the runtime's threads at once; what is left at the end is done by the caller.
  size_t chunk_bytes = size_t{256} << 10;
  // Bytes handed over and not done yet, beyond which reading waits.
  size_t waiting_bytes_max = size_t{64} << 20;
};

// A stretch of the logs in memory.
struct ReplayedGeneration {
  std::shared_ptr<Generation> generation;
  FileNumber first_log;  // Where its first commit stands; none where it has none.
};

// Brings the commits of logs into memtables: while the caller reads the log and verifies it, threads of the runtime do
// the rest. Within a generation operations are applied one after the other, in their order (I1), whatever they are; but
// a long log is divided into several generations, which are filled side by side, and readers and flushes are used to
// there being several (docs/decisions/0010). Where the caller would wait for a job that has not begun it does the work
// itself: threads of the runtime may all be busy with merges of other databases, for long.
// Confined to one thread.
class Replay {
 public:
  // `runtime` and `state` must outlive it. Memory of generations comes from `pool`, if there is one.
  Replay(Runtime& runtime, const ManifestState& state, const ReplayTuning& tuning,
         std::shared_ptr<ArenaPool> pool = nullptr);
  Replay(const Replay&) = delete;  // Its work is given up once.
  Replay& operator=(const Replay&) = delete;
  // Waits for jobs that have begun.
  ~Replay();

  // Takes the next commit; its bytes may go. May wait for memory.
  void Add(const LogCommit& commit);
  // All that was added, oldest first; at least one generation. Errors: kCorruption (an operation names a collection
  // that never was).
  [[nodiscard]] Result<std::vector<ReplayedGeneration>> Finish();

 private:
  // A record's body in a chunk.
  struct Body {
    Sequence first;
    FileNumber log;
    uint64_t offset;  // In the log.
    size_t begin;     // In the chunk.
    size_t size;
  };
  struct Chunk {
    std::vector<std::byte> bytes;
    std::vector<Body> bodies;
  };
  // A generation and what waits to be brought into it. Only the one thread that works at it touches the rest.
  struct Share {
    ReplayedGeneration replayed;
    Status status{};  // The first error.
    std::deque<Chunk> waiting{};
    bool has_job = false;  // That has not begun.
    bool is_worked_at = false;
  };

  // What jobs know. One that begins late finds nothing to do, and this is there for as long.
  class Work {
   public:
    // `state` must be there while chunks wait.
    Work(Runtime& runtime, const ManifestState& state) : state_(state), mutex_(runtime), changed_(runtime) {}

    // Appends a chunk. Returns whether the share is in need of a job.
    [[nodiscard]] bool Add(Share& share, Chunk chunk, size_t waiting_bytes_max);
    void BeJob(Share& share);
    // Brings in what waits, or waits for those who do.
    void FinishAll();
    // The same without what nobody has begun.
    void GiveUp();
    void Apply(const Chunk& chunk, Share& share) const;

    std::deque<Share> shares;  // That do not move. Only the caller adds; see Share for who touches what.

   private:
    // Returns false where nothing waits that nobody works at.
    bool Help() REQUIRES(mutex_);
    void WorkAt(Share& share) REQUIRES(mutex_);
    [[nodiscard]] bool IsWorkedAt() const REQUIRES(mutex_);
    Status ApplyBody(const Chunk& chunk, const Body& body, Generation& generation) const;

    const ManifestState& state_;
    Mutex mutex_;  // Guards `waiting` and what follows it of each share, too.
    Condition changed_;
    size_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  };

  void BeginShare();
  void AddRecord(FileNumber log, const LogRecord& record);
  void HandOver();

  Runtime& runtime_;
  const ReplayTuning tuning_;
  const std::shared_ptr<ArenaPool> pool_;
  const std::shared_ptr<Work> work_;
  Chunk chunk_;             // The last share's, being filled.
  size_t share_bytes_ = 0;  // Added to the last share.
};

}  // namespace logwood
