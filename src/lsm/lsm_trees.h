#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "block/resident_clock.h"
#include "kind/kind.h"
#include "lsm/lsm_edit.h"
#include "lsm/lsm_state.h"
#include "tree/tree.h"

namespace logwood {

// The open segments of an lsm collection. Immutable; thread-safe.
class LsmTrees : public CollectionTrees {
 public:
  using Segments = std::map<uint64_t, std::shared_ptr<const Tree>>;  // By id.

  // `files` must outlive the trees. Segments that `before` has open are shared with it; it may be null.
  // Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] static Result<std::shared_ptr<const LsmTrees>> Open(LsmState state, KindFiles& files,
                                                                    const LsmTrees* before);
  // Of open segments: all that the state has. `residents` are those of their cache.
  [[nodiscard]] static std::shared_ptr<const LsmTrees> Of(LsmState state, Segments segments, ResidentClock& residents);

  [[nodiscard]] Result<std::optional<TreesHit>> Get(Bytes key, FilterCounters& filters) const override;
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor() const override;
  [[nodiscard]] Result<uint64_t> Verify(const std::function<void(const Status&)>& on_damage) const override;
  [[nodiscard]] std::map<FileNumber, uint64_t> LiveBytes() const override;
  [[nodiscard]] TreeStatistics Statistics() const override;

  [[nodiscard]] const LsmState& state() const noexcept { return state_; }
  // A partition's pieces as one source.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursorOf(size_t partition) const;
  // `count` of them, from `place` on.
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursorOf(const LsmPlace& place, size_t count) const;
  // What range tombstones those have, as one list without touching ones, within the partition. Lives as long as this.
  [[nodiscard]] std::vector<RangeTombstone> RangeTombstonesOf(const LsmPlace& place, size_t count) const;
  // About how many entries the pieces of a partition from `oldest` on have that `range_tombstones` cover: those of
  // pieces that one of them covers as a whole.
  [[nodiscard]] uint64_t EntriesCovered(const LsmPlace& oldest, RangeTombstones range_tombstones) const;

 private:
  LsmTrees(LsmState state, Segments segments, ResidentClock& residents);

  [[nodiscard]] PartitionStatistics StatisticsOf(const LsmPartition& partition) const;

  LsmState state_;
  ResidentClock& residents_;  // Of the cache.
  Segments segments_;
  std::vector<std::vector<const Tree*>> pieces_;  // Of each partition, the newest first.
};

}  // namespace logwood
