#include "tests/simulation/crash_image.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "api/database_factory.h"
#include "base/status_macros.h"
#include "logwood/testing/simulator.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

Result<uint64_t> ReadNumber(const View& view, const Collection& collection, size_t writer) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<PinnedValue> value, view.Get(collection, NumberKey(writer)));
  uint64_t number = 0;
  if (!value) return number;
  const std::string_view text = value->string_view();
  if (std::from_chars(text.data(), text.data() + text.size(), number).ptr != text.data() + text.size()) {
    return Status::Corruption("the number of a commit reads " + std::string(text));
  }
  return number;
}

// Opens, checks and closes a database within a simulation of its own.
class ImageChecker {
 public:
  ImageChecker(const CrashImage& image, const CrashCheck& check) : image_(image), check_(check) {}

  std::vector<std::string> Check() {
    Simulator simulator({.seed = check_.seed, .disposal = Disposal::kPark});
    const std::unique_ptr<SimulatedStore> store = image_.store->Clone(simulator);
    simulator.Spawn("recovery", [&] {
      Note(CheckOpened(*store, simulator));
      for (const std::string& finding : AuditStore(*store, check_.strangers)) Note(finding);
    });
    const SimulationReport report = simulator.Run();
    if (!report.completed()) Note(ToString(report));
    for (const std::string& violation : store->violations()) Note(violation);
    return std::move(findings_);
  }

 private:
  void Note(const std::string& finding) { findings_.push_back(image_.what + ": " + finding); }
  void Note(const Status& status) {
    if (!status.ok()) Note(status.ToString());
  }

  Status CheckOpened(SimulatedStore& store, Runtime& runtime) {
    LOGWOOD_ASSIGN_OR_RETURN(Database db, DatabaseFactory::Open(store, check_.options, runtime, kSmallSegments));
    LOGWOOD_RETURN_IF_ERROR(CheckPassing(db));
    LOGWOOD_ASSIGN_OR_RETURN(std::vector<Collection> collections, OpenCollections(db));
    {
      LOGWOOD_ASSIGN_OR_RETURN(const View view, db.NewView());
      LOGWOOD_ASSIGN_OR_RETURN(const Cut cut, ReadCut(view, collections));
      CheckCut(cut);
      LOGWOOD_ASSIGN_OR_RETURN(const std::string difference,
                               CompareContents(view, collections, ContentsAt(check_.seed, cut)));
      if (!difference.empty()) Note("at cut " + ToString(cut) + ": " + difference);
      if (image_.crash_again) LOGWOOD_RETURN_IF_ERROR(CheckSecondCrash(store, runtime, cut));
    }
    LOGWOOD_RETURN_IF_ERROR(collections.front().Put("after", "the crash"));
    LOGWOOD_RETURN_IF_ERROR(db.Compact(collections.front()));
    LOGWOOD_ASSIGN_OR_RETURN(const Verification verified, db.Verify());
    for (const Status& damage : verified.damages) Note(damage);
    return db.Close();
  }

  // What an open has shown was made durable before.
  Status CheckSecondCrash(const SimulatedStore& store, Runtime& runtime, const Cut& shown) {
    const std::unique_ptr<SimulatedStore> left = store.Crash(CrashChoice::Nothing());
    LOGWOOD_ASSIGN_OR_RETURN(const Database db, DatabaseFactory::Open(*left, check_.options, runtime, kSmallSegments));
    LOGWOOD_ASSIGN_OR_RETURN(const std::vector<Collection> collections, OpenCollections(db));
    LOGWOOD_ASSIGN_OR_RETURN(const View view, db.NewView());
    LOGWOOD_ASSIGN_OR_RETURN(const Cut cut, ReadCut(view, collections));
    if (cut != shown) Note("opened at " + ToString(shown) + ", after a second crash at " + ToString(cut));
    return Status::Ok();
  }

  static Result<std::vector<Collection>> OpenCollections(const Database& db) {
    std::vector<Collection> collections;
    for (size_t i = 0; i < kCollectionCount; ++i) {
      LOGWOOD_ASSIGN_OR_RETURN(Collection collection, db.OpenCollection(CollectionName(i)));
      collections.push_back(std::move(collection));
    }
    return collections;
  }

  void CheckCut(const Cut& cut) {
    Cut possible = image_.known.begun;
    for (size_t w = 0; w < kWriterCount; ++w) possible[w] = std::min(possible[w], check_.finished[w]);
    if (!IsWithin(image_.known.required, cut)) {
      Note("commits " + ToString(image_.known.required) + " were promised, " + ToString(cut) + " are there");
    }
    if (!IsWithin(cut, possible)) {
      Note("commits " + ToString(possible) + " were begun and not refused, " + ToString(cut) + " are there");
    }
    for (const Cut& seen : check_.seen) {
      if (IsWithin(seen, cut) || IsWithin(cut, seen)) continue;
      Note("the cut is " + ToString(cut) + ", but " + ToString(seen) + " was seen: one order cannot hold both");
    }
  }

  Status CheckPassing(const Database& db) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, db.Collections());
    for (const auto& [name, presence] : image_.known.passing) {
      const bool is_there = std::ranges::find(names, name) != names.end();
      if (presence == Presence::kMust && !is_there) Note("collection " + name + " is gone");
      if (presence == Presence::kMustNot && is_there) Note("collection " + name + " is there again");
    }
    return Status::Ok();
  }

  const CrashImage& image_;
  const CrashCheck& check_;
  std::vector<std::string> findings_;
};

Result<std::string> CompareWalk(Cursor cursor, const std::map<std::string, std::string>& expected) {
  std::map<std::string, std::string> forwards;
  for (const auto [key, value] : cursor) forwards.emplace(key.ToString(), value.ToString());
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  if (forwards != expected) return std::string("a scan shows something else");
  auto backwards = expected.rbegin();
  for (cursor.Last(); cursor.valid(); cursor.Prev(), ++backwards) {
    const bool same = backwards != expected.rend() && cursor.key() == Bytes(backwards->first) &&
                      cursor.value() == Bytes(backwards->second);
    if (!same) return std::string("a scan backwards shows something else");
  }
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  return backwards == expected.rend() ? std::string() : std::string("a scan backwards ends early");
}

}  // namespace

Result<Cut> ReadCut(const View& view, const std::vector<Collection>& collections) {
  Cut cut{};
  for (size_t writer = 0; writer < kWriterCount; ++writer) {
    LOGWOOD_ASSIGN_OR_RETURN(cut[writer], ReadNumber(view, collections.front(), writer));
    LOGWOOD_ASSIGN_OR_RETURN(const uint64_t other, ReadNumber(view, collections.back(), writer));
    if (cut[writer] != other) {
      return Status::Corruption("writer " + std::to_string(writer) + " has commit " + std::to_string(cut[writer]) +
                                " in one collection and " + std::to_string(other) + " in the other");
    }
  }
  return cut;
}

Result<std::string> CompareContents(const View& view, const std::vector<Collection>& collections,
                                    const Contents& expected) {
  for (size_t i = 0; i < kCollectionCount; ++i) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::string difference, CompareWalk(view.Scan(collections[i]), expected[i]));
    if (!difference.empty()) return "collection " + CollectionName(i) + ": " + difference;
  }
  return std::string();
}

std::vector<std::string> CheckImage(const CrashImage& image, const CrashCheck& check) {
  return ImageChecker(image, check).Check();
}

}  // namespace logwood::testing
