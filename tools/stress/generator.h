#pragma once

#include <array>
#include <cstdint>

#include "base/random.h"
#include "tools/stress/operation.h"
#include "tools/stress/settings.h"

namespace logwood::stress {

// The operations of one lane in one life: which they are follows from the seed, the life and the lane alone, whatever
// became of those before. Each lane writes keys of its own, a stretch of every collection, and reads those of all;
// lane 0 has the collection that comes and goes. A batch over several collections leaves its mark in the first two,
// under a key of the lane beyond all others: a view that shows the marks apart shows half a batch. Confined to one
// thread.
class Generator {
 public:
  static constexpr uint32_t kViews = 3;  // That a lane keeps.

  // `settings` must outlive it.
  Generator(const Settings& settings, uint32_t life, uint32_t lane);

  [[nodiscard]] Operation Next();
  // An operation that somebody else thought of, with the next number.
  [[nodiscard]] Operation Numbered(Operation operation);

 private:
  [[nodiscard]] Operation Draw();
  [[nodiscard]] Write AnyWrite(uint32_t collection);
  [[nodiscard]] Operation OneWrite();
  [[nodiscard]] Operation BatchOverCollections();
  [[nodiscard]] Operation BatchInOne();
  [[nodiscard]] Operation Ingest();
  [[nodiscard]] Operation Scan(OperationKind kind);
  [[nodiscard]] Operation SecondLook();
  [[nodiscard]] Operation OnCollection(OperationKind kind);
  [[nodiscard]] Operation Transfer();
  [[nodiscard]] uint32_t OwnKey();
  [[nodiscard]] uint32_t AnyCollection();
  [[nodiscard]] Direction AnyDirection();

  const Settings& settings_;
  const uint32_t life_;
  const uint32_t lane_;
  SeededRandom random_;
  uint32_t number_ = 0;
  std::array<Operation, kViews> views_;  // Taken; number 0 where there is none.
};

// The keys of `lane`: from begin to end without it.
struct KeyStretch {
  uint32_t begin = 0;
  uint32_t end = 0;
};
[[nodiscard]] KeyStretch StretchOf(const Settings& settings, uint32_t lane);
// The lane whose key it is.
[[nodiscard]] uint32_t LaneOf(const Settings& settings, uint32_t key);

}  // namespace logwood::stress
