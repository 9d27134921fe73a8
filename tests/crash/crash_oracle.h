#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "logwood/database.h"
#include "logwood/options.h"
#include "logwood/result.h"

namespace logwood::testing {

using Contents = std::map<std::string, std::string>;

// All that a database holds: entries by name of the collection.
using DatabaseContents = std::map<std::string, Contents>;

// Reads every collection with a cursor. Errors: those of the database.
[[nodiscard]] Result<DatabaseContents> ReadAll(const Database& db);

// A write of a commit.
struct LedgerWrite {
  std::string collection;
  std::string key;
  std::optional<std::string> value;       // None: a deletion.
  std::optional<std::string> limit = {};  // Of a range that begins with the key; then a deletion of all in it.
};

// What was asked for and what was answered, up to some moment. Numbers of commits, and of collections created or
// dropped, since the ledger began.
struct LedgerBounds {
  size_t synced = 0;        // The last commit that must survive a power cut.
  size_t acknowledged = 0;  // The last that must survive the death of the process.
  size_t submitted = 0;     // The last that can be there.
  size_t changes_acknowledged = 0;
  size_t changes_submitted = 0;
  bool is_unlogged = false;  // What was acknowledged need not survive anything.
  friend bool operator==(const LedgerBounds&, const LedgerBounds&) = default;
};

// Where a database stands in the order of commits, and in the order of creations and droppings.
struct Cut {
  size_t commits = 0;
  size_t changes = 0;
};

// The reference model: what the database holds after each commit, and what of it was acknowledged. Commits are one
// order across all collections; creating and dropping collections is durable in itself, and so another. Confined to
// whoever writes to the database.
class Ledger {
 public:
  Ledger();

  void Submit(const std::vector<LedgerWrite>& writes);
  void Acknowledge(Sync sync);
  // The last commit was not applied and never will be.
  void Reject();
  void SubmitCreate(const std::string& collection);
  void SubmitDrop(const std::string& collection);
  void AcknowledgeChange();
  // Whether commits go to memory alone from here on.
  void SetUnlogged(bool is_unlogged) { bounds_.is_unlogged = is_unlogged; }
  // Everything submitted is durable: the database was flushed or closed.
  void AcknowledgeAll();

  // The ledger of who opens the database after a crash and finds `cut`. From `durable` to `cut` it may yet be lost, if
  // the power is cut before the open has returned.
  [[nodiscard]] Ledger Reopened(const Cut& cut, const Cut& durable) const;

  [[nodiscard]] const LedgerBounds& bounds() const { return bounds_; }
  [[nodiscard]] DatabaseContents At(const Cut& cut) const;
  // What readers see now.
  [[nodiscard]] DatabaseContents Now() const { return At({bounds_.acknowledged, bounds_.changes_acknowledged}); }

  // The one cut at which the database holds `found`: at commit `min` or behind it, and at most at the last submitted.
  // Errors: kCorruption, with what differs.
  [[nodiscard]] Result<Cut> FindCut(const DatabaseContents& found, const LedgerBounds& bounds, size_t min) const;

 private:
  // A collection created again under the name of one that was dropped is another.
  using Incarnation = uint32_t;

  [[nodiscard]] bool Matches(const DatabaseContents& found, const Cut& cut) const;

  std::vector<std::map<Incarnation, Contents>> states_;      // [n]: after n commits.
  std::vector<std::map<std::string, Incarnation>> changes_;  // [n]: after n creations and droppings.
  Incarnation next_incarnation_ = 1;
  LedgerBounds bounds_;
};

}  // namespace logwood::testing
