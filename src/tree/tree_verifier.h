#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "logwood/result.h"
#include "tree/tree_parts.h"

namespace logwood {

// Reads a whole tree past the cache and checks it; see Tree::Verify(). Confined to one thread.
//
//   1. The footer is read again: it must say what it said at opening, and what the descriptor says.
//   2. The filter is read, and the range tombstones: order, counts, borders.
//   3. The inner nodes are walked (inner_walk.h). Of each leaf: every key at or above its separator and below the next
//      one's, types, and that the filter lets the key through.
//   4. Where nothing was lost on the way, counts and the first and last key are compared with the footer.
class TreeVerifier {
 public:
  // Both must outlive the verifier.
  TreeVerifier(const TreeParts& tree, const std::function<void(const Status&)>& on_damage);

  // The number of blocks read. Call it once. Errors: kIo.
  [[nodiscard]] Result<uint64_t> Run();

 private:
  Status CheckFooter();
  Status ReadFilter();
  Status CheckRangeTombstones();
  Status CheckLeaf(Bytes separator, BlockReference reference);
  void CheckEntries(const Block& leaf, Bytes separator, const std::string& where);
  void CheckTotals();
  // Reports damage and returns OK; an error of the store is returned.
  Status Report(const Status& status);
  // As Report(), of something by which entries may be missing from the counts.
  Status ReportLoss(const Status& status);

  const TreeParts& tree_;
  const std::function<void(const Status&)>& on_damage_;
  std::optional<BlockedBloomFilter> filter_;
  bool lost_ = false;
  uint64_t blocks_read_ = 0;
  uint64_t leaves_ = 0;
  uint64_t entries_ = 0;
  uint64_t tombstones_ = 0;
  std::string first_key_;
  std::string last_key_;  // The largest so far.
};

}  // namespace logwood
