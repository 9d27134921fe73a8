#include "tests/simulation/database_simulation.h"

#include <algorithm>
#include <utility>

#include "api/database_factory.h"
#include "base/status_macros.h"
#include "tests/api/map_cursor.h"
#include "tests/model/small_segments.h"

namespace logwood::testing {
namespace {

constexpr uint64_t kCommitsOfAWriter = 9;
constexpr uint64_t kReadsOfAReader = 6;
constexpr size_t kReaderCount = 2;
constexpr size_t kImagesMax = 3;
constexpr uint64_t kEarlyImagesMax = 2;

SimulatedStoreOptions StoreOptions(uint64_t seed) {
  return {.capabilities = {.survives_process = true, .cheap_small_appends = seed % 3 != 0},
          .stale = seed % 2 == 0 ? StaleBytes::kZeros : StaleBytes::kGarbage,
          .stale_seed = seed,
          .prepared = seed % 5 == 0 ? PreparedSpace::kExpected : PreparedSpace::kNone};
}

void RaiseTo(Cut& cut, const Cut& to) {
  for (size_t writer = 0; writer < kWriterCount; ++writer) cut[writer] = std::max(cut[writer], to[writer]);
}

}  // namespace

DatabaseSimulation::DatabaseSimulation(uint64_t seed)
    : seed_(seed),
      random_(seed),
      crash_random_(~seed),
      simulator_({.seed = seed, .disposal = Disposal::kPark, .step_limit = 1'000'000}),
      store_(simulator_, StoreOptions(seed)) {
  options_.memtable_size_bytes = uint64_t{512} << random_.Below(4);
  options_.log_file_size_bytes = 4096;
  options_.memory_budget_bytes = uint64_t{16384} << (random_.OneIn(2) ? 0 : random_.Below(6));
  store_.SetCallObserver([this](const StoreCall& call) { OnStoreCall(call); });
}

SimulationReport DatabaseSimulation::RunActors() {
  simulator_.Spawn("begin", [this] { Begin(); });
  return simulator_.Run();
}

DatabaseSimulation::Tally DatabaseSimulation::Run() {
  Tally tally{.report = RunActors()};
  if (tally.report.completed()) {
    CheckEnd();
  } else {
    findings_.push_back(ToString(tally.report));
  }
  for (const std::string& violation : store_.violations()) findings_.push_back(violation);
  tally.findings = findings_;
  tally.images = images_.size();
  tally.seen_early = seen_early_;
  tally.spilled_views = spilled_views_;
  tally.cuts_seen = seen_.size();
  tally.store_calls = store_.calls();
  for (size_t writer = 0; writer < kWriterCount; ++writer) {
    tally.commits += acknowledged_[writer];
    tally.commits_lost += kCommitsOfAWriter - acknowledged_[writer];
  }
  return tally;
}

void DatabaseSimulation::CheckEnd() {
  // Views were taken by several readers: brought into order by what they hold, each must hold all of the one before.
  std::ranges::sort(seen_, {}, [](const Cut& cut) { return cut[0] + cut[1] + cut[2]; });
  for (size_t i = 1; i < seen_.size(); ++i) {
    Expect(IsWithin(seen_[i - 1], seen_[i]),
           "views saw " + ToString(seen_[i - 1]) + " and " + ToString(seen_[i]) + ": one order cannot hold both");
  }
  images_.push_back({.what = "after close, all lost that may be",
                     .store = store_.Crash(CrashChoice::Nothing()),
                     .known = {.required = acknowledged_, .begun = acknowledged_, .passing = passing_}});
  const bool leaves_garbage = StoreOptions(seed_).stale == StaleBytes::kGarbage;
  const CrashCheck check{.seed = seed_,
                         .options = options_,
                         .strangers = leaves_garbage ? Strangers::kAllowed : Strangers::kFound,
                         .seen = seen_,
                         .finished = acknowledged_};
  for (const CrashImage& image : images_) {
    for (const std::string& finding : CheckImage(image, check)) findings_.push_back(finding);
  }
}

// The actors.

void DatabaseSimulation::Begin() {
  db_.emplace(DatabaseFactory::Open(store_, options_, simulator_, kSmallSegments).value());
  for (size_t i = 0; i < kCollectionCount; ++i) {
    const CollectionOptions options{.block_size_bytes = 256u << random_.Below(3)};
    collections_.push_back(db_->CreateCollection(CollectionName(i), options).value());
  }
  began_ = true;
  for (size_t i = 0; i < kWriterCount; ++i) {
    simulator_.Spawn("writer " + std::to_string(i), [this, i] { Write(i); });
  }
  for (size_t i = 0; i < kReaderCount; ++i) simulator_.Spawn("reader", [this] { Read(); });
  simulator_.Spawn("watcher", [this] { Watch(); });
  simulator_.Spawn("flusher", [this] { FlushNowAndThen(); });
  simulator_.Spawn("compactor", [this] { CompactNowAndThen(); });
  simulator_.Spawn("verifier", [this] { VerifyNowAndThen(); });
  simulator_.Spawn("creator", [this] { CreateAndDrop(); });
  simulator_.Spawn("closer", [this] { CloseSometime(); });
}

// Commits a plan, or ingests it: that is a commit with sync by other means, but for ranges.
Status DatabaseSimulation::Apply(const CommitPlan& plan, uint64_t number) {
  const bool has_ranges =
      std::ranges::any_of(plan.writes, [](const PlannedWrite& write) { return !write.limit.empty(); });
  if (plan.sync == Sync::kYes && number % 4 == 0 && !has_ranges) {
    std::map<size_t, RawEntries> entries;
    for (const PlannedWrite& write : plan.writes) {
      std::optional<std::string>& value = entries[write.collection][write.key];
      value = write.is_delete ? std::nullopt : std::optional(write.value);
    }
    std::vector<IngestedEntries> parts;
    for (auto& [collection, own] : entries) {
      parts.push_back({.collection = collections_[collection], .entries = NewMapCursor(std::move(own))});
    }
    return db_->Ingest(std::move(parts));
  }
  Batch batch;
  for (const PlannedWrite& write : plan.writes) {
    if (!write.limit.empty()) {
      batch.DeleteRange(collections_[write.collection], write.key, write.limit);
    } else if (write.is_delete) {
      batch.Delete(collections_[write.collection], write.key);
    } else {
      batch.Put(collections_[write.collection], write.key, write.value);
    }
  }
  return db_->Commit(batch, {.sync = plan.sync});
}

void DatabaseSimulation::Write(size_t writer) {
  for (uint64_t number = 1; number <= kCommitsOfAWriter; ++number) {
    const CommitPlan plan = PlanOf(seed_, writer, number);
    begun_[writer] = number;
    const Cut acknowledged_before = acknowledged_;
    const Status status = Apply(plan, number);
    Expect(status.ok() || status.outcome() == Outcome::kNotApplied, "a refused commit has an unknown outcome");
    if (!GoesOn(status)) return;
    Acknowledge(writer, number, plan.sync, acknowledged_before);
    const auto own = collections_.front().Get(NumberKey(writer));
    if (!GoesOn(own.status())) return;
    Expect(own->has_value() && **own == Bytes(std::to_string(number)), "a commit is not seen by its writer");
    Pause(20);
  }
}

void DatabaseSimulation::Acknowledge(size_t writer, uint64_t number, Sync sync, const Cut& acknowledged_before) {
  acknowledged_[writer] = number;
  if (sync == Sync::kNo) return;
  synced_[writer] = number;
  RaiseTo(synced_, acknowledged_before);  // A sync covers all before it.
}

void DatabaseSimulation::Read() {
  Cut last{};
  for (uint64_t i = 0; i < kReadsOfAReader; ++i) {
    if (!ReadOnce(last)) return;
    Pause(60);
  }
}

// Takes a view, reads it, and after a while reads it again.
bool DatabaseSimulation::ReadOnce(Cut& last) {
  const Cut acknowledged_before = acknowledged_;
  const Result<View> view = db_->NewView();
  if (!GoesOn(view.status())) return false;
  Cut cut{};
  if (!GoesOn(Observe(*view, cut))) return false;
  Expect(IsWithin(acknowledged_before, cut), "a view misses what was acknowledged before it was taken");
  Expect(IsWithin(last, cut), "a view shows less than an earlier one: " + ToString(last) + ", then " + ToString(cut));
  last = cut;
  seen_.push_back(cut);
  const Contents contents = ContentsAt(seed_, cut);
  Cursor cursor = view->Scan(collections_.front());
  for (int round = 0; round < 2; ++round) {
    const Result<std::string> difference = CompareContents(*view, collections_, contents);
    if (!GoesOn(difference.status())) return false;
    Expect(difference->empty(), "a view at " + ToString(cut) + ": " + *difference);
    Pause(100);
  }
  return Walk(cursor, contents.front());
}

// Goes through what a cursor shows, slowly: its view may be spilled meanwhile.
bool DatabaseSimulation::Walk(Cursor& cursor, const std::map<std::string, std::string>& contents) {
  for (const auto& [key, value] : contents) {
    if (!GoesOn(cursor.status())) return false;
    Expect(cursor.valid() && cursor.key() == Bytes(key) && cursor.value() == Bytes(value), "a cursor misses " + key);
    if (!cursor.valid()) return false;
    Pause(10);
    cursor.Next();
  }
  Expect(!cursor.valid(), "a cursor shows more than its view");
  const Result<DatabaseStatistics> statistics = db_->Statistics();
  if (!GoesOn(statistics.status())) return false;
  spilled_views_ += statistics->views.spilled_views;
  return GoesOn(cursor.status());
}

Status DatabaseSimulation::Observe(const View& view, Cut& cut) {
  LOGWOOD_ASSIGN_OR_RETURN(cut, ReadCut(view, collections_));
  Expect(IsWithin(cut, begun_), "a view shows what was never written");
  See(cut);
  return Status::Ok();
}

// Gets go only forward, too.
void DatabaseSimulation::Watch() {
  Cut last{};
  while (last != Cut{kCommitsOfAWriter, kCommitsOfAWriter, kCommitsOfAWriter}) {
    for (size_t writer = 0; writer < kWriterCount; ++writer) {
      const auto got = collections_.back().Get(NumberKey(writer));
      if (!GoesOn(got.status())) return;
      const uint64_t number = got->has_value() ? std::stoull((*got)->ToString()) : 0;
      Expect(number >= last[writer], "a get shows less than an earlier one");
      last[writer] = number;
      See(last);
    }
    Pause(10);
  }
}

// The narrowest moment: a commit that asked for sync is seen, and its writer does not know yet.
void DatabaseSimulation::See(const Cut& cut) {
  const Cut synced_before = SyncedAmong(visible_);
  RaiseTo(visible_, cut);
  const Cut synced = SyncedAmong(visible_);
  if (synced == synced_before || IsWithin(synced, acknowledged_)) return;
  ++seen_early_;
  if (seen_early_ <= kEarlyImagesMax) KeepImageOfWhatIsSeen();
}

void DatabaseSimulation::FlushNowAndThen() {
  do {
    Pause(300);
  } while (!random_.OneIn(4) && GoesOn(db_->Flush()));
}

void DatabaseSimulation::CompactNowAndThen() {
  do {
    Pause(300);
  } while (!random_.OneIn(4) && GoesOn(db_->Compact(collections_[random_.Below(kCollectionCount)])));
}

void DatabaseSimulation::VerifyNowAndThen() {
  do {
    Pause(300);
    const Result<Verification> verified = db_->Verify();
    if (!GoesOn(verified.status())) return;
    for (const Status& damage : verified->damages) Expect(false, damage.ToString());
  } while (!random_.OneIn(3));
}

void DatabaseSimulation::CreateAndDrop() {
  for (const std::string name : {"passing 1", "passing 2", "passing 1"}) {
    if (!GoesOn(CreateAndDropOnce(name))) return;
    Pause(100);
  }
}

Status DatabaseSimulation::CreateAndDropOnce(const std::string& name) {
  passing_[name] = Presence::kMay;
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, db_->OpenOrCreate(name));
  passing_[name] = Presence::kMust;
  const Cursor cursor = collection.Scan();
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  Expect(!cursor.valid(), "a new collection is not empty");
  LOGWOOD_RETURN_IF_ERROR(collection.Put("key", std::string(random_.Below(600), 'p'), {.sync = Sync::kNo}));
  Pause(100);
  if (random_.OneIn(2)) LOGWOOD_RETURN_IF_ERROR(db_->Flush());
  passing_[name] = Presence::kMay;
  LOGWOOD_RETURN_IF_ERROR(db_->DropCollection(name));
  passing_[name] = Presence::kMustNot;
  Expect(collection.Put("key", "late").code() != StatusCode::kOk, "a dropped collection takes a put");
  return Status::Ok();
}

void DatabaseSimulation::CloseSometime() {
  for (uint64_t i = random_.Below(8); i > 0; --i) Pause(300);
  closing_ = true;
  const Status status = db_->Close();
  closed_ = true;
  Expect(status.ok(), "close: " + status.ToString());
}

void DatabaseSimulation::Pause(uint64_t yields_max) {
  for (uint64_t i = random_.Below(yields_max + 1); i > 0; --i) simulator_.scheduler()->Yield("pause");
}

bool DatabaseSimulation::GoesOn(const Status& status) {
  const bool was_closed = status.code() == StatusCode::kClosed && closing_;
  Expect(status.ok() || was_closed, status.ToString());
  return status.ok();
}

void DatabaseSimulation::Expect(bool holds, const std::string& what) {
  if (!holds) findings_.push_back(what);
}

// Crashes.

void DatabaseSimulation::OnStoreCall(const StoreCall& call) {
  if (!began_) return;
  if (closed_ && kWritingCalls.contains(call.kind)) {
    findings_.push_back("after Close() returned: " + std::string(ToString(call.kind)) + " of " +
                        std::string(call.name));
  }
  if (images_.size() < kImagesMax && crash_random_.OneIn(80)) KeepImage(call);
}

void DatabaseSimulation::KeepImageOfWhatIsSeen() {
  CrashImage image{.what = "crash when a commit was seen before its writer knew",
                   .store = store_.Crash(CrashChoice::Nothing()),
                   .known = {.required = synced_, .begun = begun_, .passing = passing_}};
  RaiseTo(image.known.required, SyncedAmong(visible_));
  images_.push_back(std::move(image));
}

void DatabaseSimulation::KeepImage(const StoreCall& call) {
  CrashImage image{.known = {.required = synced_, .begun = begun_, .passing = passing_}};
  image.what = "crash at call " + std::to_string(call.index) + ", ";
  RaiseTo(image.known.required, SyncedAmong(visible_));  // I2: what is seen of synced commits is durable already.
  switch (crash_random_.Below(4)) {
    case 0:
      image.what += "all lost that may be";
      image.store = store_.Crash(CrashChoice::Nothing());
      break;
    case 1:
      image.what += "of the process alone";
      image.store = store_.Clone();
      image.crash_again = true;
      RaiseTo(image.known.required, acknowledged_);
      RaiseTo(image.known.required, visible_);
      break;
    default:
      image.what += "a drawn subset kept";
      image.store = store_.Crash(CrashChoice::Drawn(crash_random_.Next()));
      break;
  }
  images_.push_back(std::move(image));
}

Cut DatabaseSimulation::SyncedAmong(const Cut& cut) const {
  Cut synced{};
  for (size_t writer = 0; writer < kWriterCount; ++writer) {
    for (uint64_t number = 1; number <= cut[writer]; ++number) {
      if (PlanOf(seed_, writer, number).sync == Sync::kYes) synced[writer] = number;
    }
  }
  return synced;
}

}  // namespace logwood::testing
