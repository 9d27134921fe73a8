#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "logwood/statistics.h"

namespace logwood::testing {

// A key of a collection.
struct HistoryKey {
  size_t collection = 0;
  std::string key;
  friend auto operator<=>(const HistoryKey&, const HistoryKey&) = default;
};

// What a transaction did, in its order, with what it was told.
struct HistoryStep {
  enum class Kind { kGet, kScan, kPut, kDelete, kDeleteRange };

  Kind kind = Kind::kGet;
  HistoryKey key;                                 // Of a scan or a range: where it begins.
  std::string limit = {};                         // Of a scan or a range: where it ends; empty: nowhere.
  std::optional<std::string> value = {};          // Read or written.
  std::map<std::string, std::string> found = {};  // Of a scan.
};

enum class Fate { kCommitted, kAborted, kUnknown };

struct HistoryTransaction {
  uint64_t begun = 0;  // Moments in an order that all transactions share.
  uint64_t ended = 0;
  std::vector<HistoryStep> steps;
  Fate fate = Fate::kUnknown;
  // Where it stands in the order of all, as it was told; nullopt for plain writes, which are not told.
  std::optional<SequenceStatistics> place = {};
};

using History = std::vector<HistoryTransaction>;

}  // namespace logwood::testing
