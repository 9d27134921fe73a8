#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace logwood {

// Something that a database opened with OpenMode::kSalvage does without.
struct SalvageDamage {
  std::string file;     // Its name in the store: "000012.tree"; empty where it is about all of them.
  uint64_t offset = 0;  // In the file.
  uint64_t bytes = 0;   // That could not be used; 0: none, or not known.
  std::string what;     // In words; begins with file and offset.
  // Whether entries may be missing by it: then the keys below may show an older value, or one that was deleted since,
  // or none. False: nothing is lost, the rest tells as much.
  bool loses_entries = false;
  std::optional<std::string> collection = {};  // Its name; none: any.
  std::optional<std::string> start = {};       // The smallest key that may be concerned; none: the first.
  std::optional<std::string> limit = {};       // They are all below it; none: up to the last.
};

// What a salvage could not keep. A key of which it names no loss reads as it was written last, but for the newest
// commits of a log that is gone, or was cut, without a trace (docs/GUARANTEES.md).
struct SalvageReport {
  std::vector<SalvageDamage> damages;

  // Whether no entry is known to be missing.
  [[nodiscard]] bool is_complete() const {
    for (const SalvageDamage& damage : damages) {
      if (damage.loses_entries) return false;
    }
    return true;
  }
};

}  // namespace logwood
