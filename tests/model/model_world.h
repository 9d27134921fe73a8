#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/logwood.h"
#include "tests/model/key_pool.h"
#include "tests/model/reference_cursor.h"

namespace logwood::testing {

// A database and what it should hold: random operations go to both, and whatever is read is compared. All that is
// random comes from `seed`: options, keys, operations. Confined to one thread.
class ModelWorld {
 public:
  // How often what was done, for those who want to know whether a run was worth its time.
  using Counts = std::map<std::string, uint64_t>;

  // `store`, which is empty, and `runtime` must outlive the world.
  ModelWorld(Store& store, Runtime& runtime, uint64_t seed);

  // Makes `step_count` operations, closes the database and looks at what it left. Returns "" or the first difference,
  // with the operations before it.
  [[nodiscard]] std::string Run(uint64_t step_count);
  [[nodiscard]] const Counts& counts() const noexcept { return counts_; }

 private:
  struct Member {
    Collection collection;
    Entries entries;
  };
  struct HeldView {
    View view;
    std::map<std::string, Member> members;
  };
  struct HeldValue {
    PinnedValue value;
    std::string expected;
  };
  using Step = void (ModelWorld::*)();
  struct WeightedStep {
    const char* name;
    uint64_t weight;
    Step step;
  };

  void Open();
  void Reopen();
  void CloseAndAudit();
  void Put();
  void Delete();
  void DeleteRange();
  void CommitBatch();
  void CommitNothing();
  void Ingest();
  void Get();
  void HoldValue();
  void Scan();
  void HoldCursor();
  void MoveHeldCursor();
  void ReleaseCursor();
  void TakeView();
  void ReadView();
  void ReleaseView();
  void Flush();
  void Compact();
  void Create();
  void Drop();
  void UseDropped();
  void List();
  void Verify();

  [[nodiscard]] static const std::vector<WeightedStep>& Steps();
  [[nodiscard]] const WeightedStep& DrawStep();
  [[nodiscard]] Member* DrawMember();
  [[nodiscard]] std::unique_ptr<RawCursor> DrawEntries(Entries& entries, Store& segments);
  [[nodiscard]] std::string DrawKey() { return pool_.Draw(random_); }
  [[nodiscard]] std::string DrawValue();
  // A range to delete, of which `entries` loses what is in it.
  struct Range {
    std::string start;
    std::optional<std::string> limit;
  };
  [[nodiscard]] Range DrawDeletion(Entries& entries);
  [[nodiscard]] CommitOptions DrawCommitOptions();
  void CompareGet(const Result<std::optional<PinnedValue>>& got, const Entries& entries, const std::string& key);
  void CompareScan(const Collection& collection, const Entries& entries, const View* view);
  [[nodiscard]] std::unique_ptr<CheckedCursor> NewCursor(const Collection& collection, const Entries& entries,
                                                         const View* view);
  void MoveRandomly(CheckedCursor& cursor, uint64_t move_count);
  void Expect(const Status& status);
  void Expect(bool holds, const std::string& what);
  void Note(const std::string& difference);

  Store& store_;
  Runtime& runtime_;
  const uint64_t seed_;
  SeededRandom random_;
  KeyPool pool_;
  Options options_;
  std::optional<Database> db_;
  std::map<std::string, Member> members_;
  std::vector<std::string> names_in_order_;
  std::optional<Collection> dropped_;
  std::vector<HeldView> views_;
  std::vector<std::unique_ptr<CheckedCursor>> cursors_;
  std::vector<HeldValue> values_;
  uint64_t name_count_ = 0;
  uint64_t step_ = 0;
  Counts counts_;
  std::deque<std::string> history_;  // The last steps.
  std::string failure_;
};

}  // namespace logwood::testing
