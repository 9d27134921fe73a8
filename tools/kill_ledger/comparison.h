#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "logwood/database.h"
#include "logwood/result.h"

namespace logwood::kill_ledger {

// What the ledger says must be in the database, against what is in it.
//
//   1. Every batch that was acknowledged is there: its number stands in `batches`.
//   2. For each kill one more may be there, the one that was under way, and none beyond it. Where it was found once it
//      has to stay.
//   3. `entries` holds exactly what these batches add up to: each is there as a whole or not at all.
//
// Confined to one thread.
class Comparison {
 public:
  // What one look at the database gave.
  struct Found {
    uint64_t acknowledged = 0;  // Of the acknowledged batches, those that are there.
    uint64_t under_way = 0;     // Others that are there: nobody was told, for the writer was killed.
    uint64_t entries = 0;       // Compared.
    // What is not as it must be, in words; at most a few.
    std::vector<std::string> differences;
  };
  // Looks at `database`, in which all batches up to `acknowledged`, the last number in the ledger, must be.
  // Errors: as those of the database.
  [[nodiscard]] Result<Found> Compare(const Database& database, uint64_t acknowledged);

  // The last batch that was there when Compare() last looked; 0 before.
  [[nodiscard]] uint64_t last() const noexcept { return last_; }

 private:
  Status CompareBatches(const Collection& batches, Found& found);
  Status CompareEntries(const Collection& entries, Found& found);
  void CountBatch(uint64_t number, Found& found);
  void ApplyUpTo(uint64_t last);

  uint64_t last_ = 0;                            // All batches up to it must be there.
  uint64_t applied_ = 0;                         // Those in expected_.
  std::set<uint64_t> under_way_;                 // Of them, those that nobody acknowledged.
  std::map<std::string, std::string> expected_;  // Of `entries`.
};

}  // namespace logwood::kill_ledger
