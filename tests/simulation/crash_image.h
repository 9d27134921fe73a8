#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "logwood/database.h"
#include "logwood/testing/simulated_store.h"
#include "tests/model/store_audit.h"
#include "tests/simulation/commit_plan.h"

namespace logwood::testing {

// Whether a collection that actors create and drop must be there, may be, or must not.
enum class Presence : uint8_t { kMust, kMay, kMustNot };

// What is known of a database at one moment of its run: what a crash then may and may not lose.
struct Knowledge {
  Cut required{};                           // Acknowledged or seen, and promised to survive.
  Cut begun{};                              // No more commits than these were begun.
  std::map<std::string, Presence> passing;  // Collections that come and go.
};

// A moment of a run as it would be found after a crash.
struct CrashImage {
  std::string what;  // "call 17, nothing kept".
  std::unique_ptr<SimulatedStore> store;
  Knowledge known;
  bool crash_again = false;  // Also look at what a loss of power leaves once this was opened.
};

// How many commits of each writer the view of a database holds, read from both collections. Errors: those of the reads;
// kCorruption where the collections disagree, that is where a batch is there by half.
[[nodiscard]] Result<Cut> ReadCut(const View& view, const std::vector<Collection>& collections);
// Whether the view holds what the commits of `cut` make, walked in both directions: "" or the first difference; kClosed
// as an error.
[[nodiscard]] Result<std::string> CompareContents(const View& view, const std::vector<Collection>& collections,
                                                  const Contents& expected);

// Opens the database in `image` and checks that it is at one cut, through all collections, that keeps what was promised
// and that is comparable with every cut that was seen during the run; then that it can be written to and leaves no
// leftovers. Returns what is wrong, a sentence each.
struct CrashCheck {
  uint64_t seed = 0;
  Options options;
  Strangers strangers = Strangers::kFound;
  const std::vector<Cut>& seen;
  Cut finished{};  // What the run acknowledged in the end: nothing else ever takes effect.
};
[[nodiscard]] std::vector<std::string> CheckImage(const CrashImage& image, const CrashCheck& check);

}  // namespace logwood::testing
