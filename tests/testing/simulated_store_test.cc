#include "logwood/testing/simulated_store.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "logwood/runtime.h"

namespace logwood::testing {
namespace {

constexpr size_t kSectorSize = 8;

using Kind = PendingItem::Kind;

SimulatedStore NewStore(SimulatedStoreOptions options) {
  options.sector_size_bytes = kSectorSize;
  return SimulatedStore(Runtime::Default(), options);
}

SimulatedStore NewStore() { return NewStore({}); }

std::unique_ptr<AppendFile> Create(Store& store, const std::string& name) { return store.Create(name, {}).value(); }

// Creates a file with synced and then pending content.
std::unique_ptr<AppendFile> Write(Store& store, const std::string& name, Bytes synced, Bytes pending) {
  auto file = Create(store, name);
  file->Append(synced).Check();
  file->Sync().Check();
  file->Append(pending).Check();
  return file;
}

std::string ReadAll(const ReadableFile& file) {
  std::string bytes(file.size(), '?');
  bytes.resize(file.Read(0, std::as_writable_bytes(std::span(bytes))).value());
  return bytes;
}

std::string ReadAll(Store& store, const std::string& name) { return ReadAll(*store.Open(name).value()); }

bool Has(Store& store, const std::string& name) { return store.Open(name).ok(); }

// What is in a store, names and bytes.
std::map<std::string, std::string> Contents(Store& store) {
  std::map<std::string, std::string> contents;
  for (const std::string& name : store.List().value()) contents[name] = ReadAll(store, name);
  return contents;
}

size_t IndexOf(const SimulatedStore& store, Kind kind, const std::string& file, uint64_t offset = 0) {
  const std::vector<PendingItem> items = store.PendingItems();
  const auto item = std::find_if(items.begin(), items.end(), [&](const PendingItem& candidate) {
    return candidate.kind == kind && candidate.file == file && (kind != Kind::kSector || candidate.offset == offset);
  });
  EXPECT_NE(item, items.end());
  return static_cast<size_t>(item - items.begin());
}

std::string Zeros(size_t size) { return std::string(size, '\0'); }

TEST(SimulatedStore, SyncedFileSurvivesLosingEverythingElse) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "");
  EXPECT_TRUE(store.PendingItems().empty());
  const auto after = store.Crash(CrashChoice::Nothing());
  EXPECT_EQ(ReadAll(*after, "file"), "synced");
}

TEST(SimulatedStore, ItemsAreCreationLengthAndSectors) {
  SimulatedStore store = NewStore();
  const auto file = Create(store, "file");
  ASSERT_TRUE(file->Append("0123456789").ok());
  ASSERT_TRUE(file->Append("ab").ok());
  const std::vector<PendingItem> items = store.PendingItems();
  ASSERT_EQ(items.size(), 4u);
  EXPECT_EQ(items[0].kind, Kind::kCreation);
  EXPECT_EQ(items[1].kind, Kind::kLength);
  EXPECT_EQ(items[1].offset, 12u);
  EXPECT_EQ(items[1].version_count, 3u);
  EXPECT_EQ(items[2].kind, Kind::kSector);
  EXPECT_EQ(items[2].offset, 0u);
  EXPECT_EQ(items[2].version_count, 1u);
  EXPECT_EQ(items[3].offset, 8u);
  EXPECT_EQ(items[3].version_count, 2u);
  for (const PendingItem& item : items) EXPECT_EQ(item.file, "file");
}

TEST(SimulatedStore, CrashMayLoseOrKeepEverything) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "pending");
  const auto fresh = Create(store, "fresh");
  EXPECT_EQ(Contents(*store.Crash(CrashChoice::Nothing())), (std::map<std::string, std::string>{{"file", "synced"}}));
  const auto everything = store.Crash(CrashChoice::Everything());
  EXPECT_EQ(Contents(*everything), (std::map<std::string, std::string>{{"file", "syncedpending"}, {"fresh", ""}}));
  EXPECT_TRUE(everything->PendingItems().empty());
}

TEST(SimulatedStore, LostNameTakesTheWholeFile) {
  SimulatedStore store = NewStore();
  const auto file = Create(store, "file");
  ASSERT_TRUE(file->Append("bytes").ok());
  const auto after = store.Crash(CrashChoice::AllBut(IndexOf(store, Kind::kCreation, "file")));
  EXPECT_TRUE(Contents(*after).empty());
}

TEST(SimulatedStore, NameAloneIsAnEmptyFile) {
  SimulatedStore store = NewStore();
  const auto file = Create(store, "file");
  ASSERT_TRUE(file->Append("bytes").ok());
  const auto after = store.Crash(CrashChoice::Only(IndexOf(store, Kind::kCreation, "file")));
  EXPECT_EQ(ReadAll(*after, "file"), "");
}

TEST(SimulatedStore, LostLengthCutsTheFile) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "and very much more");
  const auto after = store.Crash(CrashChoice::AllBut(IndexOf(store, Kind::kLength, "file")));
  EXPECT_EQ(ReadAll(*after, "file"), "synced");
}

TEST(SimulatedStore, LengthAloneReadsAsZeros) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "0123456789");
  const auto after = store.Crash(CrashChoice::Only(IndexOf(store, Kind::kLength, "file")));
  EXPECT_EQ(ReadAll(*after, "file"), "synced" + Zeros(10));
}

TEST(SimulatedStore, LostSectorKeepsItsDurableStart) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "01234567abc", "defghABCDEFGHxyz");
  const auto torn = store.Crash(CrashChoice::AllBut(IndexOf(store, Kind::kSector, "file", 8)));
  EXPECT_EQ(ReadAll(*torn, "file"), "01234567abc" + Zeros(5) + "ABCDEFGHxyz");
  const auto hole = store.Crash(CrashChoice::AllBut(IndexOf(store, Kind::kSector, "file", 16)));
  EXPECT_EQ(ReadAll(*hole, "file"), "01234567abcdefgh" + Zeros(8) + "xyz");
}

TEST(SimulatedStore, LostSectorMayHoldGarbage) {
  SimulatedStore store = NewStore({.stale = StaleBytes::kGarbage, .stale_seed = 1});
  SimulatedStore other = NewStore({.stale = StaleBytes::kGarbage, .stale_seed = 2});
  const auto file = Write(store, "file", "01234567", "abcdefgh");
  const auto other_file = Write(other, "file", "01234567", "abcdefgh");
  const auto choice = CrashChoice::AllBut(IndexOf(store, Kind::kSector, "file", 8));
  const std::string bytes = ReadAll(*store.Crash(choice), "file");
  EXPECT_EQ(bytes.substr(0, 8), "01234567");
  EXPECT_NE(bytes.substr(8), "abcdefgh");
  EXPECT_NE(bytes.substr(8), Zeros(8));
  EXPECT_EQ(bytes, ReadAll(*store.Crash(choice), "file"));
  EXPECT_NE(bytes, ReadAll(*other.Crash(choice), "file"));
}

// The device may have written a sector and a length after each append that touched them.
TEST(SimulatedStore, OlderVersionsMayBeKept) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "a", "b");
  ASSERT_TRUE(file->Append("c").ok());
  ASSERT_TRUE(file->Append("def").ok());
  const auto keep_versions = [](size_t length_version, size_t sector_version) {
    return CrashChoice(
        [=](size_t, const PendingItem& item) { return item.kind == Kind::kLength ? length_version : sector_version; });
  };
  EXPECT_EQ(ReadAll(*store.Crash(keep_versions(3, 2)), "file"), "abc" + Zeros(3));
  EXPECT_EQ(ReadAll(*store.Crash(keep_versions(2, 3)), "file"), "abc");
  EXPECT_EQ(ReadAll(*store.Crash(keep_versions(1, 1)), "file"), "ab");
  EXPECT_EQ(ReadAll(*store.Crash(keep_versions(9, 9)), "file"), "abcdef");
}

TEST(SimulatedStore, LengthMayStandInTheMiddleOfAnAppend) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "01", std::string(20, 'x'));
  std::vector<size_t> sizes;
  for (size_t version = 0; version < 5; ++version) {
    const CrashChoice choice([version](size_t, const PendingItem&) { return version; });
    sizes.push_back(ReadAll(*store.Crash(choice), "file").size());
  }
  EXPECT_EQ(sizes, (std::vector<size_t>{2, 8, 16, 22, 22}));
}

TEST(SimulatedStore, LostRemovalBringsTheFileBack) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "more");
  ASSERT_TRUE(store.Remove("file").ok());
  EXPECT_FALSE(Has(store, "file"));
  const size_t removal = IndexOf(store, Kind::kRemoval, "file");
  EXPECT_EQ(ReadAll(*store.Crash(CrashChoice::Nothing()), "file"), "synced");
  EXPECT_EQ(ReadAll(*store.Crash(CrashChoice::AllBut(removal)), "file"), "syncedmore");
  EXPECT_FALSE(Has(*store.Crash(CrashChoice::Only(removal)), "file"));
  EXPECT_FALSE(Has(*store.Crash(CrashChoice::Everything()), "file"));
}

TEST(SimulatedStore, SettledRemovalStays) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "");
  ASSERT_TRUE(store.Remove("file").ok());
  store.SettleRemovals();
  EXPECT_TRUE(store.PendingItems().empty());
  EXPECT_FALSE(Has(*store.Crash(CrashChoice::Nothing()), "file"));
}

TEST(SimulatedStore, FileNeverSyncedAndRemovedMayBothWays) {
  SimulatedStore store = NewStore();
  const auto file = Create(store, "file");
  ASSERT_TRUE(store.Remove("file").ok());
  EXPECT_FALSE(Has(*store.Crash(CrashChoice::Nothing()), "file"));
  EXPECT_TRUE(Has(*store.Crash(CrashChoice::Only(IndexOf(store, Kind::kCreation, "file"))), "file"));
}

TEST(SimulatedStore, KilledProcessLosesNothingAndSyncsNothing) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "pending");
  const auto next = store.Clone();
  EXPECT_EQ(ReadAll(*next, "file"), "syncedpending");
  EXPECT_EQ(ReadAll(*next->Crash(CrashChoice::Nothing()), "file"), "synced");
  ASSERT_TRUE(next->Open("file").value()->Sync().ok());
  EXPECT_EQ(ReadAll(*next->Crash(CrashChoice::Nothing()), "file"), "syncedpending");
  EXPECT_EQ(ReadAll(*store.Crash(CrashChoice::Nothing()), "file"), "synced");
}

TEST(SimulatedStore, CloneKnowsOfRemovals) {
  SimulatedStore store = NewStore();
  const auto settled = Write(store, "settled", "synced", "");
  const auto pending = Write(store, "pending", "synced", "");
  ASSERT_TRUE(store.Remove("settled").ok());
  store.SettleRemovals();
  ASSERT_TRUE(store.Remove("pending").ok());
  const auto clone = store.Clone();
  EXPECT_TRUE(Contents(*clone).empty());
  EXPECT_FALSE(clone->Create("settled", {}).ok());
  EXPECT_FALSE(clone->Create("pending", {}).ok());
  EXPECT_EQ(clone->violations().size(), 2u);
  EXPECT_EQ(Contents(*clone->Crash(CrashChoice::Nothing())),
            (std::map<std::string, std::string>{{"pending", "synced"}}));
}

TEST(SimulatedStore, SnapshotStaysAsItWas) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "one", "two");
  const auto snapshot = store.Clone();
  ASSERT_TRUE(file->Append("three").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(ReadAll(*snapshot, "file"), "onetwo");
  EXPECT_EQ(ReadAll(*snapshot->Crash(CrashChoice::Nothing()), "file"), "one");
  EXPECT_EQ(ReadAll(store, "file"), "onetwothree");
}

TEST(SimulatedStore, CrashesNest) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "a", "synced", "pending");
  const auto first = store.Crash(CrashChoice::Nothing());
  const auto second_file = Write(*first, "b", "synced", "pending");
  const auto second = first->Crash(CrashChoice::Nothing());
  EXPECT_EQ(Contents(*second), (std::map<std::string, std::string>{{"a", "synced"}, {"b", "synced"}}));
}

TEST(SimulatedStore, OldHandlesReachTheOldDeviceOnly) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "");
  const auto after = store.Crash(CrashChoice::Everything());
  ASSERT_TRUE(file->Append("late").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(ReadAll(*after, "file"), "synced");
}

TEST(SimulatedStore, CrashReleasesLocks) {
  SimulatedStore store = NewStore();
  const auto lock = store.Lock(LockMode::kExclusive).value();
  const auto after = store.Crash(CrashChoice::Nothing());
  EXPECT_TRUE(after->Lock(LockMode::kExclusive).ok());
  EXPECT_TRUE(store.Clone()->Lock(LockMode::kExclusive).ok());
  EXPECT_EQ(store.Lock(LockMode::kShared).status().code(), StatusCode::kBusy);
}

TEST(SimulatedStore, ReusedNameIsAViolation) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "");
  ASSERT_TRUE(store.Remove("file").ok());
  EXPECT_TRUE(store.violations().empty());
  EXPECT_FALSE(store.Create("file", {}).ok());
  EXPECT_EQ(store.violations(), std::vector<std::string>{"simulated/file was created again after it had been removed"});
  const auto after = store.Crash(CrashChoice::Everything());
  EXPECT_TRUE(after->violations().empty());
  EXPECT_FALSE(after->Create("file", {}).ok());
  EXPECT_EQ(after->violations().size(), 1u);
  EXPECT_EQ(store.names_used_up(), std::vector<std::string>{"file"});
  EXPECT_EQ(after->names_used_up(), std::vector<std::string>{"file"});
}

TEST(SimulatedStore, NameLostInACrashMayBeUsed) {
  SimulatedStore store = NewStore();
  const auto file = Create(store, "file");
  const auto after = store.Crash(CrashChoice::Nothing());
  EXPECT_TRUE(after->Create("file", {}).ok());
  EXPECT_TRUE(after->violations().empty());
}

TEST(SimulatedStore, PreparedSpaceMayOutliveACrash) {
  SimulatedStore store = NewStore({.stale = StaleBytes::kGarbage, .prepared = PreparedSpace::kExpected});
  const auto file = store.Create("file", {.size_expected = 20}).value();
  ASSERT_TRUE(file->Append("0123456789").ok());
  ASSERT_TRUE(file->Sync().ok());
  EXPECT_EQ(file->size(), 10u);
  EXPECT_EQ(ReadAll(store, "file").size(), 20u);
  ASSERT_TRUE(file->Finish().ok());
  EXPECT_EQ(ReadAll(store, "file"), "0123456789");
  const std::string uncut = ReadAll(*store.Crash(CrashChoice::Nothing()), "file");
  EXPECT_EQ(uncut.size(), 20u);
  EXPECT_EQ(uncut.substr(0, 10), "0123456789");
  EXPECT_EQ(ReadAll(*store.Crash(CrashChoice::Everything()), "file"), "0123456789");
}

TEST(SimulatedStore, ObserverSeesEachCallBeforeAndAfter) {
  SimulatedStore store = NewStore();
  std::vector<std::string> seen;
  store.SetCallObserver([&](const StoreCall& call) {
    const std::string phase = call.phase == StoreCallPhase::kBefore ? " before " : " after ";
    seen.push_back(std::to_string(call.index) + phase + std::string(ToString(call.kind)) + " " +
                   std::string(call.name) + " " + std::to_string(store.PendingItems().size()));
  });
  const auto file = Create(store, "file");
  ASSERT_TRUE(file->Append("bytes").ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(store.List().ok());
  const std::vector<std::string> expected = {"1 before store.create file 0", "1 after store.create file 1",
                                             "2 before store.append file 1", "2 after store.append file 3",
                                             "3 before store.sync file 3",   "3 after store.sync file 0",
                                             "4 before store.list  0",       "4 after store.list  0"};
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(store.calls(), 4u);
}

TEST(SimulatedStore, EveryKindOfCallIsCounted) {
  SimulatedStore store = NewStore();
  std::set<StoreCallKind> kinds;
  store.SetCallObserver([&kinds](const StoreCall& call) { kinds.insert(call.kind); });
  const auto file = Write(store, "file", "a", "b");
  ASSERT_TRUE(file->Finish().ok());
  ReadAll(store, "file");
  ASSERT_TRUE(store.Lock(LockMode::kShared).ok());
  ASSERT_TRUE(store.List().ok());
  ASSERT_TRUE(store.Remove("file").ok());
  EXPECT_EQ(kinds.size(), kStoreCallKindCount);
}

TEST(SimulatedStore, DrawnCrashesAreDecidedByTheSeed) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", std::string(200, 'x'));
  const auto other = Create(store, "other");
  std::set<std::string> states;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    const auto contents = Contents(*store.Crash(CrashChoice::Drawn(seed)));
    EXPECT_EQ(contents, Contents(*store.Crash(CrashChoice::Drawn(seed)))) << "seed " << seed;
    states.insert((contents.contains("other") ? "+" : "-") + contents.at("file"));
  }
  EXPECT_GT(states.size(), 80u);
}

// Whatever is drawn, what was synced is there and each byte beyond is either what was written or zero.
TEST(SimulatedStore, DrawnCrashesKeepTheContract) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "0123456789", "");
  std::string written = "0123456789";
  for (size_t size = 1; size < 20; ++size) {
    const std::string piece(size, static_cast<char>('a' + size));
    ASSERT_TRUE(file->Append(piece).ok());
    written += piece;
  }
  for (uint64_t seed = 0; seed < 500; ++seed) {
    const std::string bytes = ReadAll(*store.Crash(CrashChoice::Drawn(seed)), "file");
    ASSERT_GE(bytes.size(), 10u) << "seed " << seed;
    ASSERT_EQ(bytes.substr(0, 10), "0123456789") << "seed " << seed;
    for (size_t i = 10; i < bytes.size(); ++i) {
      ASSERT_TRUE(bytes[i] == written[i] || bytes[i] == '\0') << "seed " << seed << " offset " << i;
    }
  }
}

TEST(SimulatedStore, DamageIsDurableAndReachesThisStoreOnly) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "0123456789", "");
  const auto snapshot = store.Clone();
  ASSERT_TRUE(store.Overwrite("file", 3, "xy").ok());
  EXPECT_EQ(ReadAll(*store.Crash(CrashChoice::Nothing()), "file"), "012xy56789");
  ASSERT_TRUE(store.Truncate("file", 4).ok());
  EXPECT_EQ(ReadAll(*store.Crash(CrashChoice::Nothing()), "file"), "012x");
  EXPECT_EQ(ReadAll(*snapshot, "file"), "0123456789");
}

TEST(SimulatedStore, DamageBeyondTheEndIsRefused) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "0123", "");
  EXPECT_EQ(store.Overwrite("missing", 0, "x").code(), StatusCode::kNotFound);
  EXPECT_EQ(store.Overwrite("file", 3, "xy").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store.Overwrite("file", UINT64_MAX, "xy").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(store.Truncate("file", 5).code(), StatusCode::kInvalidArgument);
}

// A runtime whose scheduler only writes down where it was asked.
class TracingRuntime final : public Runtime, public Scheduler {
 public:
  std::chrono::nanoseconds Now() override { return {}; }
  uint64_t Random() override { return 0; }
  void Execute(std::function<void()> job) override { job(); }
  void ExecuteAfter(std::chrono::nanoseconds, std::function<void()> job) override { job(); }
  Scheduler* scheduler() override { return this; }

  void LockMutex(const void*) override {}
  void UnlockMutex(const void*) override {}
  bool Wait(const void*, const void*, std::optional<std::chrono::nanoseconds>) override { return false; }
  void NotifyOne(const void*) override {}
  void NotifyAll(const void*) override {}
  void Yield(std::string_view point) override { points.emplace_back(point); }

  std::vector<std::string> points;
};

TEST(SimulatedStore, EveryCallIsASchedulingPoint) {
  TracingRuntime runtime;
  SimulatedStore store(runtime);
  const auto file = Create(store, "file");
  ASSERT_TRUE(file->Append("x").ok());
  ASSERT_TRUE(file->Sync().ok());
  ASSERT_TRUE(file->Finish().ok());
  ReadAll(store, "file");
  ASSERT_TRUE(store.Lock(LockMode::kShared).ok());
  ASSERT_TRUE(store.List().ok());
  ASSERT_TRUE(store.Remove("file").ok());
  const std::vector<std::string> expected = {"store.create", "store.append", "store.sync", "store.finish", "store.open",
                                             "store.read",   "store.lock",   "store.list", "store.remove"};
  EXPECT_EQ(runtime.points, expected);
}

TEST(SimulatedStore, CrashMayMoveToAnotherRuntime) {
  TracingRuntime runtime;
  SimulatedStore store = NewStore();
  ASSERT_TRUE(store.Crash(CrashChoice::Nothing(), runtime)->List().ok());
  ASSERT_TRUE(store.Clone(runtime)->List().ok());
  EXPECT_EQ(runtime.points.size(), 2u);
}

// Crashes are taken of a store in use: threads must not see one another's halves.
TEST(SimulatedStore, CrashesMayBeTakenWhileOthersWrite) {
  SimulatedStore store = NewStore();
  const auto file = Write(store, "file", "synced", "");
  Status written;
  std::thread writer([&] {
    for (int i = 0; i < 500 && written.ok(); ++i) written = file->Append("0123456789");
  });
  for (uint64_t seed = 0; seed < 50; ++seed) {
    const auto after = store.Clone()->Crash(CrashChoice::Drawn(seed));
    EXPECT_EQ(ReadAll(*after, "file").substr(0, 6), "synced") << "seed " << seed;
  }
  writer.join();
  EXPECT_TRUE(written.ok());
  EXPECT_EQ(ReadAll(store, "file").size(), 5006u);
}

}  // namespace
}  // namespace logwood::testing
