#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tools/stress/operation.h"
#include "tools/stress/settings.h"

namespace logwood::stress {

// A promise that was not kept.
struct Violation {
  std::string what;
  std::string where;  // Which operation of which life found it.
  std::string expected;
  std::string found;
};

// What must be in the database: all that was acknowledged, and of what was asked but not acknowledged when the child
// was killed one operation a lane, as a whole or not at all. The next check tells which; from then on it stays so.
//
// A lane's operations run one after the other and only it writes its keys, so a reply is judged by what the lane's
// earlier replies have made of the model. Of keys of others it is known that only their lane may have written them.
// The accounts of the bank are everybody's: at any moment they have together what they had in the beginning. Transfers
// may come in any order, so once it is known which were made, what each account has is known, too.
// Confined to one thread.
class Model {
 public:
  // What became of the operations in doubt.
  struct Settled {
    uint64_t applied = 0;
    uint64_t not_applied = 0;  // Or nobody can tell: a delete of what was absent.
  };

  // `settings` must outlive it.
  explicit Model(const Settings& settings);

  // The views of the life before are gone.
  void BeginLife(uint32_t life);
  // While it is on, one lane reads and all keys are its own.
  void SetChecking(bool is_checking) noexcept { is_checking_ = is_checking; }
  // Compares what an operation has found with what it must find, and takes in what it did.
  [[nodiscard]] std::optional<Violation> Judge(const Operation& operation, const Reply& reply);
  // The child was killed before it answered `operation`.
  void Doubt(const Operation& operation);
  // After a check that has read every collection. At the latest now everything is certain.
  Settled SettleDoubts();

  [[nodiscard]] bool Exists(uint32_t collection) const { return collections_[collection].exists; }
  // Keys whose entry, or whose absence, was compared.
  [[nodiscard]] uint64_t compared() const noexcept { return compared_; }

 private:
  enum class Evidence : uint8_t { kNone, kNotApplied, kApplied };
  struct CollectionState {
    bool exists = false;
    std::vector<uint64_t> ids;  // By key: of the operation whose value it has; 0: absent.
  };
  // An operation of which nobody knows yet whether it took effect.
  struct Doubtful {
    Operation operation;
    std::map<std::pair<uint32_t, uint32_t>, uint64_t> ids = {};  // By collection and key: what it would have left.
    Evidence evidence = Evidence::kNone;
  };
  using Finding = std::optional<Violation>;

  [[nodiscard]] Finding JudgeAbsence(const Operation& operation);
  [[nodiscard]] Finding JudgePresence(const Operation& operation);
  [[nodiscard]] Finding JudgeEntries(const Operation& operation, const std::vector<FoundEntry>& entries);
  [[nodiscard]] Finding JudgeKey(const Operation& operation, uint32_t key, uint64_t id);
  [[nodiscard]] Finding JudgeOwnKey(const Operation& operation, uint32_t key, uint64_t id);
  [[nodiscard]] Finding JudgeMarks(const Operation& operation, const Reply& reply) const;
  [[nodiscard]] Finding JudgeView(const Operation& operation, const Reply& reply);
  [[nodiscard]] Finding JudgeBank(const Operation& operation, const Reply& reply);
  [[nodiscard]] Finding JudgeSignature(const Operation& operation, uint32_t lane, uint64_t id);
  // A doubt that `operation` is about, of those that make or drop its collection.
  [[nodiscard]] Doubtful* DoubtAbout(const Operation& operation, OperationKind kind);
  [[nodiscard]] static Finding Note(Doubtful& doubtful, Evidence evidence, const Operation& operation);
  [[nodiscard]] bool AllExist(const Operation& operation) const;
  void Apply(const Operation& operation);
  static void Transfer(const Operation& operation, std::vector<uint64_t>& accounts);

  const Settings& settings_;
  uint32_t life_ = 0;
  bool is_checking_ = false;
  std::vector<CollectionState> collections_;
  std::vector<uint64_t> accounts_;                        // What each has.
  std::vector<uint64_t> signatures_;                      // By lane: the id of its last transfer; 0: none.
  std::vector<std::optional<Doubtful>> doubts_;           // By lane.
  std::map<std::pair<uint32_t, uint32_t>, Reply> views_;  // By lane and slot: the first look, forward.
  uint64_t compared_ = 0;
};

}  // namespace logwood::stress
