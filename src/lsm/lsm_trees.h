#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "kind/kind.h"
#include "lsm/lsm_state.h"
#include "tree/tree.h"

namespace logwood {

// The open runs of an lsm collection. Immutable; thread-safe.
class LsmTrees : public CollectionTrees {
 public:
  // `files` must outlive the trees. Errors: kCorruption, kUnsupported, kIo.
  [[nodiscard]] static Result<std::shared_ptr<const LsmTrees>> Open(LsmState state, KindFiles& files);

  [[nodiscard]] Result<std::optional<TreesHit>> Get(Bytes key) const override;
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursor() const override;
  [[nodiscard]] Result<uint64_t> Verify(const std::function<void(const Status&)>& on_damage) const override;
  [[nodiscard]] std::map<FileNumber, uint64_t> LiveBytes() const override;
  [[nodiscard]] TreeStatistics Statistics() const override;

  [[nodiscard]] const LsmState& state() const noexcept { return state_; }
  // The `count` oldest runs as one source, which holds their trees. Requires: count <= state().runs.size().
  [[nodiscard]] std::unique_ptr<EntryCursor> NewCursorOfOldest(size_t count) const;

 private:
  LsmTrees(LsmState state, std::vector<std::shared_ptr<const Tree>> trees);

  LsmState state_;
  std::vector<std::shared_ptr<const Tree>> trees_;  // In the order of state_.runs.
};

}  // namespace logwood
