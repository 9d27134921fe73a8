#include "tests/crash/crash_explorer.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <utility>

#include "api/database_factory.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "tests/crash/history.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

constexpr Options kRecoveryOptions = {
    .memory_budget_bytes = 16384, .memtable_size_bytes = 4096, .log_file_size_bytes = 4096};

// Failures after which nothing more is tried: they are all one.
constexpr int kFailuresMax = 5;

bool GivenUp() {
  const ::testing::TestResult* const result = ::testing::UnitTest::GetInstance()->current_test_info()->result();
  return result->total_part_count() >= kFailuresMax;
}

// A hash over what a process can find on a device, and the names that it must not use again.
uint64_t FingerprintOf(SimulatedStore& device) {
  uint64_t hash = 0;
  std::vector<std::string> names = device.List().value();
  std::ranges::sort(names);
  std::string bytes;
  for (const std::string& name : names) {
    const std::unique_ptr<ReadableFile> file = device.Open(name).value();
    bytes.resize(file->size());
    const size_t count = file->Read(0, std::as_writable_bytes(std::span(bytes))).value();
    hash = Hash64(name, Hash64(Bytes(bytes).First(count), hash));
  }
  for (const std::string& name : device.names_used_up()) hash = Hash64(name, hash + 1);
  return hash;
}

// That a database which was flushed and closed keeps one manifest and one log: nothing was left lying about.
Status CheckFiles(SimulatedStore& device) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, device.List());
  const auto count = [&](std::string_view ending) {
    return std::ranges::count_if(names, [&](const std::string& name) { return name.ends_with(ending); });
  };
  if (count(".manifest") == 1 && count(".log") == 1) return Status::Ok();
  std::string message = "files left over:";
  for (const std::string& name : names) message += " " + name;
  return Status::Corruption(message);
}

}  // namespace

MomentRecorder::MomentRecorder(SimulatedStore& store, const Ledger& ledger, Runtime& runtime)
    : store_(store), ledger_(ledger), runtime_(runtime) {
  store.SetCallObserver([this](const StoreCall& call) { Observe(call); });
}

std::string MomentRecorder::Calls() const {
  std::string calls;
  for (const auto& [kind, name] : calls_) calls += std::string(ToString(kind)) + " " + name + "\n";
  return calls;
}

uint64_t MomentRecorder::CountOf(StoreCallKind kind, const std::string& ending) const {
  return static_cast<uint64_t>(std::ranges::count_if(
      calls_, [&](const auto& call) { return call.first == kind && call.second.ends_with(ending); }));
}

void MomentRecorder::Observe(const StoreCall& call) {
  ++point_count_;
  const bool after = call.phase == StoreCallPhase::kAfter;
  if (!after) calls_.emplace_back(call.kind, std::string(call.name));
  if (after && call.kind == StoreCallKind::kRemove && ++removals_pending_ > kRemovalsPendingMax) {
    store_.SettleRemovals();
    removals_pending_ = 0;
  }
  const bool wrote = after && kWritingCalls.contains(call.kind);
  if (!moments_.empty() && !wrote && moments_.back().bounds == ledger_.bounds()) return;
  moments_.push_back({.device = store_.Clone(runtime_),
                      .bounds = ledger_.bounds(),
                      .call = "call " + std::to_string(call.index) + " " + std::string(ToString(call.kind)) + " " +
                              std::string(call.name) + (after ? ", after" : ", before")});
}

void CrashExplorer::Explore(const MomentRecorder& recorder, const Ledger& ledger, int depth, const DeathPlan& plan) {
  counts_.points += recorder.point_count();
  for (const Moment& moment : recorder.moments()) DieAt(moment, ledger, depth, plan);
}

void CrashExplorer::ExploreMoment(const Moment& moment, const Ledger& ledger, const DeathPlan& plan) {
  ++counts_.points;
  DieAt(moment, ledger, 1, plan);
}

void CrashExplorer::DieAt(const Moment& moment, const Ledger& ledger, int depth, const DeathPlan& plan) {
  path_.push_back(moment.call);
  for (const Death& death : DeathsAt(moment, plan)) {
    if (GivenUp()) break;
    path_.push_back(death.name);
    const auto device = DeviceAfter(death, moment);
    const std::optional<Cut> cut = Check(*device, death, moment, ledger);
    if (cut && depth > 1) Nest(*device, death, NextLedger(ledger, *cut, death, moment), depth - 1);
    path_.pop_back();
  }
  path_.pop_back();
}

void CrashExplorer::ExploreOnePath(const MomentRecorder& recorder, const Ledger& ledger, int depth, uint64_t seed) {
  SeededRandom random(seed);
  if (GivenUp() || recorder.moments().empty()) return;
  const Moment& moment = recorder.moments()[random.Below(recorder.moments().size())];
  const Death death = DrawDeath(random.Next());
  ++counts_.points;
  path_.push_back("seed " + std::to_string(seed) + " " + moment.call);
  path_.push_back(death.name);
  const auto device = DeviceAfter(death, moment);
  const std::optional<Cut> cut = Check(*device, death, moment, ledger);
  if (cut && depth > 1) {
    Ledger next = NextLedger(ledger, *cut, death, moment);
    const MomentRecorder recovery(*device, next, runtime_);
    History history({*device, runtime_, next}, seed);
    history.RunRecovery();
    EXPECT_EQ(history.failure(), Status::Ok()) << Path();
    ExploreOnePath(recovery, next, depth - 1, random.Next());
  }
  path_.resize(path_.size() - 2);
}

std::vector<CrashExplorer::Death> CrashExplorer::DeathsAt(const Moment& moment, const DeathPlan& plan) {
  std::vector<Death> deaths;
  deaths.push_back({"nothing kept", CrashChoice::Nothing()});
  deaths.push_back({"everything kept", CrashChoice::Everything()});
  const size_t pending = moment.device->PendingItems().size();
  const bool singles = plan.singles == DeathPlan::Singles::kEach;
  for (size_t item = 0; singles && item < pending; ++item) {
    deaths.push_back({"only item " + std::to_string(item) + " kept", CrashChoice::Only(item)});
    deaths.push_back({"all but item " + std::to_string(item) + " kept", CrashChoice::AllBut(item)});
  }
  for (uint64_t seed = 0; pending > 0 && seed < plan.drawn_count; ++seed) {
    deaths.push_back({"what seed " + std::to_string(seed) + " draws kept", CrashChoice::Drawn(seed)});
  }
  deaths.push_back({"the process alone died", std::nullopt});
  return deaths;
}

CrashExplorer::Death CrashExplorer::DrawDeath(uint64_t seed) {
  if (seed % 4 == 0) return {"the process alone died", std::nullopt};
  return {"what seed " + std::to_string(seed) + " draws kept", CrashChoice::Drawn(seed)};
}

std::unique_ptr<SimulatedStore> CrashExplorer::DeviceAfter(const Death& death, const Moment& moment) {
  return death.choice ? moment.device->Crash(*death.choice, runtime_) : moment.device->Clone(runtime_);
}

std::optional<Cut> CrashExplorer::Check(const SimulatedStore& device, const Death& death, const Moment& moment,
                                        const Ledger& ledger) {
  ++counts_.devices;
  const Recovery& recovery = Recover(device);
  const bool must_be_synced = death.choice || moment.bounds.is_unlogged;
  const size_t min = must_be_synced ? moment.bounds.synced : moment.bounds.acknowledged;
  const auto cut = recovery.status.ok() ? ledger.FindCut(recovery.contents, moment.bounds, min) : recovery.status;
  if (cut.ok()) return *cut;
  ADD_FAILURE() << Path() << cut.status();
  return std::nullopt;
}

// What a process finds after a crash is all durable. What the death of the process alone left may yet be lost, until it
// has been synced.
Ledger CrashExplorer::NextLedger(const Ledger& ledger, const Cut& cut, const Death& death, const Moment& moment) {
  if (death.choice) return ledger.Reopened(cut, cut);
  return ledger.Reopened(cut, {.commits = moment.bounds.synced, .changes = moment.bounds.changes_acknowledged});
}

void CrashExplorer::Nest(SimulatedStore& device, const Death& death, Ledger ledger, int depth) {
  const ExplorationCounts before = counts_;
  const Fingerprint fingerprint = FingerprintOf(device);
  if (const auto known = nested_.find(fingerprint); death.choice && known != nested_.end()) {
    counts_.points += known->second.points;
    counts_.devices += known->second.devices;
    return;
  }
  const MomentRecorder recorder(device, ledger, runtime_);
  History history({device, runtime_, ledger}, 0);
  history.RunRecovery();
  EXPECT_EQ(history.failure(), Status::Ok()) << Path();
  Explore(recorder, ledger, depth, {});
  if (!death.choice) return;
  nested_[fingerprint] = {.points = counts_.points - before.points, .devices = counts_.devices - before.devices};
}

const CrashExplorer::Recovery& CrashExplorer::Recover(const SimulatedStore& device) {
  const auto clone = device.Clone(runtime_);
  const auto [place, is_new] = recoveries_.try_emplace(FingerprintOf(*clone));
  if (is_new) place->second = RecoverAndUse(*clone);
  return place->second;
}

// Opened by a reader; then by a writer, read, written to, flushed and closed; and once more, which must find the same.
CrashExplorer::Recovery CrashExplorer::RecoverAndUse(SimulatedStore& device) {
  Recovery recovery;
  DatabaseContents read_only;
  recovery.status = ReadOnly(device, read_only);
  if (recovery.status.ok()) recovery.status = UseOnce(device, recovery.contents);
  if (recovery.status.ok() && read_only != recovery.contents) {
    recovery.status = Status::Corruption("a reader finds other contents than a writer");
  }
  if (!recovery.status.ok()) return recovery;
  DatabaseContents expected = recovery.contents;
  if (expected.contains("left")) expected["left"]["~"] = "used";
  DatabaseContents again;
  recovery.status = UseOnce(device, again);
  if (recovery.status.ok() && again != expected) {
    recovery.status = Status::Corruption("the second open finds other contents than the first");
  }
  for (const std::string& violation : device.violations()) recovery.status = Status::Corruption(violation);
  return recovery;
}

// A reader must find what a writer will, and change nothing.
Status CrashExplorer::ReadOnly(SimulatedStore& device, DatabaseContents& contents) {
  Options options = kRecoveryOptions;
  options.mode = OpenMode::kReadOnly;
  const Fingerprint before = FingerprintOf(device);
  const auto db = DatabaseFactory::Open(device, options, runtime_, kSmallSegments);
  if (db.status().code() == StatusCode::kNotFound) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(db.status());
  LOGWOOD_ASSIGN_OR_RETURN(contents, ReadAll(*db));
  return FingerprintOf(device) == before ? Status::Ok() : Status::Corruption("a reader changed the device");
}

Status CrashExplorer::UseOnce(SimulatedStore& device, DatabaseContents& contents) {
  LOGWOOD_ASSIGN_OR_RETURN(Database db, DatabaseFactory::Open(device, kRecoveryOptions, runtime_, kSmallSegments));
  LOGWOOD_ASSIGN_OR_RETURN(contents, ReadAll(db));
  LOGWOOD_ASSIGN_OR_RETURN(const Verification verification, db.Verify());
  if (!verification.damages.empty()) return verification.damages.front();
  if (stale_ == StaleBytes::kZeros && !verification.strangers.empty()) {
    return Status::Corruption("stranger " + verification.strangers.front());
  }
  if (contents.contains("left")) {
    LOGWOOD_ASSIGN_OR_RETURN(Collection left, db.OpenCollection("left"));
    LOGWOOD_RETURN_IF_ERROR(left.Put("~", "used"));
    LOGWOOD_ASSIGN_OR_RETURN(const std::optional<PinnedValue> value, left.Get("~"));
    if (!value || *value != Bytes("used")) return Status::Corruption("what was put after recovery is not there");
  }
  LOGWOOD_RETURN_IF_ERROR(db.Flush());
  LOGWOOD_RETURN_IF_ERROR(db.Close());
  return stale_ == StaleBytes::kZeros ? CheckFiles(device) : Status::Ok();
}

std::string CrashExplorer::Path() const {
  std::string path;
  for (const std::string& step : path_) path += step + "\n";
  return path;
}

}  // namespace logwood::testing
