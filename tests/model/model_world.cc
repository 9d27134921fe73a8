#include "tests/model/model_world.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "api/database_factory.h"
#include "tests/api/map_cursor.h"
#include "tests/model/small_segments.h"
#include "tests/model/store_audit.h"

namespace logwood::testing {
namespace {

constexpr size_t kHistorySize = 25;
constexpr size_t kHeldMax = 4;

}  // namespace

ModelWorld::ModelWorld(Store& store, Runtime& runtime, uint64_t seed)
    : store_(store), runtime_(runtime), seed_(seed), random_(seed), pool_(random_) {
  options_.memtable_size_bytes = uint64_t{512} << random_.Below(9);
  options_.log_file_size_bytes = uint64_t{4096} << random_.Below(5);
  // In one of three as little as may be: then indexes and filters come and go all the time.
  const uint64_t budget_min = std::max<uint64_t>(4 * options_.memtable_size_bytes, 16384);
  options_.memory_budget_bytes = budget_min << (random_.OneIn(3) ? 0 : random_.Below(10));
}

std::string ModelWorld::Run(uint64_t step_count) {
  Open();
  Create();
  for (step_ = 1; step_ <= step_count && failure_.empty(); ++step_) {
    const WeightedStep& step = DrawStep();
    history_.push_back(std::to_string(step_) + " " + step.name);
    if (history_.size() > kHistorySize) history_.pop_front();
    ++counts_[step.name];
    (this->*step.step)();
  }
  if (failure_.empty()) Verify();
  if (failure_.empty()) CloseAndAudit();
  return failure_;
}

const std::vector<ModelWorld::WeightedStep>& ModelWorld::Steps() {
  static const std::vector<WeightedStep> kSteps = {
      {"put", 260, &ModelWorld::Put},
      {"delete", 90, &ModelWorld::Delete},
      {"delete range", 12, &ModelWorld::DeleteRange},
      {"batch", 60, &ModelWorld::CommitBatch},
      {"empty batch", 4, &ModelWorld::CommitNothing},
      {"ingest", 8, &ModelWorld::Ingest},
      {"get", 120, &ModelWorld::Get},
      {"hold value", 10, &ModelWorld::HoldValue},
      {"scan", 40, &ModelWorld::Scan},
      {"hold cursor", 12, &ModelWorld::HoldCursor},
      {"move held cursor", 60, &ModelWorld::MoveHeldCursor},
      {"release cursor", 6, &ModelWorld::ReleaseCursor},
      {"take view", 10, &ModelWorld::TakeView},
      {"read view", 30, &ModelWorld::ReadView},
      {"release view", 6, &ModelWorld::ReleaseView},
      {"flush", 10, &ModelWorld::Flush},
      {"compact", 5, &ModelWorld::Compact},
      {"create", 4, &ModelWorld::Create},
      {"drop", 3, &ModelWorld::Drop},
      {"use dropped", 4, &ModelWorld::UseDropped},
      {"list", 4, &ModelWorld::List},
      {"verify", 2, &ModelWorld::Verify},
      {"reopen", 4, &ModelWorld::Reopen},
  };
  return kSteps;
}

const ModelWorld::WeightedStep& ModelWorld::DrawStep() {
  uint64_t total = 0;
  for (const WeightedStep& step : Steps()) total += step.weight;
  uint64_t drawn = random_.Below(total);
  for (const WeightedStep& step : Steps()) {
    if (drawn < step.weight) return step;
    drawn -= step.weight;
  }
  return Steps().front();
}

// Opening and closing.

void ModelWorld::Open() {
  options_.log = random_.OneIn(4) ? LogMode::kOff : LogMode::kOn;
  if (options_.log == LogMode::kOff) ++counts_["opens without a log"];
  Result<Database> opened = DatabaseFactory::Open(store_, options_, runtime_, kSmallSegments);
  Expect(opened.status());
  if (!opened.ok()) return;
  db_.emplace(*std::move(opened));
  for (auto& [name, member] : members_) {
    const Result<Collection> collection = db_->OpenCollection(name);
    Expect(collection.status());
    if (collection.ok()) member.collection = *collection;
  }
}

// What is held outlives the database now and then: it then gives kClosed, or keeps what it has.
void ModelWorld::Reopen() {
  if (random_.OneIn(2)) {
    CloseAndAudit();
  } else {
    const std::vector<HeldView> views = std::exchange(views_, {});
    const auto cursors = std::exchange(cursors_, {});
    if (random_.OneIn(2)) Expect(db_->Close());
    db_.reset();
    for (const HeldView& held : views) {
      for (const auto& [name, member] : held.members) {
        Expect(held.view.Get(member.collection, "x").status().code() == StatusCode::kClosed, "a closed view reads");
      }
    }
  }
  dropped_.reset();
  for (const HeldValue& held : values_) Expect(held.value == Bytes(held.expected), "a value held over close changed");
  values_.clear();
  if (failure_.empty()) Open();
}

void ModelWorld::CloseAndAudit() {
  views_.clear();
  cursors_.clear();
  if (random_.OneIn(2)) Expect(db_->Close());
  db_.reset();
  for (const std::string& finding : AuditStore(store_)) Note("after close: " + finding);
  counts_["partitions at close"] += CountPartitions(store_);
}

// Writing.

ModelWorld::Member* ModelWorld::DrawMember() {
  if (members_.empty()) return nullptr;
  return &std::next(members_.begin(), static_cast<int64_t>(random_.Below(members_.size())))->second;
}

std::string ModelWorld::DrawValue() {
  if (random_.OneIn(400)) return RandomBytes(random_, random_.Below(200'000));
  if (random_.OneIn(40)) return RandomBytes(random_, random_.Below(4'000));
  return RandomBytes(random_, random_.Below(100));
}

CommitOptions ModelWorld::DrawCommitOptions() {
  const bool is_logged = options_.log == LogMode::kOn;
  return {.sync = is_logged && random_.OneIn(3) ? Sync::kYes : Sync::kNo};
}

void ModelWorld::Put() {
  Member* const member = DrawMember();
  if (member == nullptr) return;
  const std::string key = DrawKey();
  const std::string value = DrawValue();
  Expect(member->collection.Put(key, value, DrawCommitOptions()));
  member->entries.insert_or_assign(key, value);
}

void ModelWorld::Delete() {
  Member* const member = DrawMember();
  if (member == nullptr) return;
  const std::string key = DrawKey();
  Expect(member->collection.Delete(key, DrawCommitOptions()));
  member->entries.erase(key);
}

// Few keys most often, now and then up to all.
ModelWorld::Range ModelWorld::DrawDeletion(Entries& entries) {
  Range range{.start = pool_.DrawNearby(random_), .limit = std::nullopt};
  range.start.resize(std::min<size_t>(range.start.size(), kKeySizeMax));
  auto end = entries.lower_bound(range.start);
  for (uint64_t left = 1 + random_.Below(random_.OneIn(4) ? 200 : 6); left > 0 && end != entries.end(); --left) ++end;
  if (end != entries.end()) range.limit = end->first;
  if (end == entries.end() && random_.OneIn(2)) range.limit = range.start + "\xff" + pool_.DrawNearby(random_);
  if (range.limit && range.limit->size() > kKeySizeMax) range.limit.reset();
  entries.erase(entries.lower_bound(range.start), range.limit ? entries.lower_bound(*range.limit) : entries.end());
  return range;
}

void ModelWorld::DeleteRange() {
  Member* const member = DrawMember();
  if (member == nullptr) return;
  if (random_.OneIn(4)) {
    const std::string prefix = pool_.DrawPrefix(random_);
    Expect(member->collection.DeletePrefix(prefix, DrawCommitOptions()));
    std::erase_if(member->entries, [&](const auto& entry) { return entry.first.starts_with(prefix); });
    return;
  }
  const Range range = DrawDeletion(member->entries);
  if (range.limit) {
    Expect(member->collection.DeleteRange(range.start, *range.limit, DrawCommitOptions()));
  } else {
    Expect(member->collection.DeleteFrom(range.start, DrawCommitOptions()));
  }
  Expect(member->collection.DeleteRange(range.start, range.start).code() == StatusCode::kInvalidArgument,
         "a range without keys is deleted");
}

void ModelWorld::CommitBatch() {
  Batch batch;
  const uint64_t count = 1 + random_.Below(random_.OneIn(10) ? 200 : 12);
  for (uint64_t i = 0; i < count; ++i) {
    Member* const member = DrawMember();
    if (member == nullptr) return;
    const std::string key = DrawKey();
    if (random_.OneIn(16)) {
      const Range range = DrawDeletion(member->entries);
      range.limit ? batch.DeleteRange(member->collection, range.start, *range.limit)
                  : batch.DeleteFrom(member->collection, range.start);
    } else if (random_.OneIn(4)) {
      batch.Delete(member->collection, key);
      member->entries.erase(key);
    } else {
      const std::string value = DrawValue();
      batch.Put(member->collection, key, value);
      member->entries.insert_or_assign(key, value);
    }
  }
  Expect(batch.count() == count, "a batch counts wrong");
  Expect(db_->Commit(batch, DrawCommitOptions()));
}

void ModelWorld::CommitNothing() {
  Batch batch;
  Expect(db_->Commit(batch, DrawCommitOptions()));
}

// Random entries that are put into `entries` and returned: from a map, or from a segment of that.
std::unique_ptr<RawCursor> ModelWorld::DrawEntries(Entries& entries, Store& segments) {
  RawEntries drawn;
  for (uint64_t left = random_.Below(random_.OneIn(10) ? 200 : 12); left > 0; --left) {
    std::optional<std::string>& value = drawn[DrawKey()];
    if (!random_.OneIn(4)) value = DrawValue();
  }
  for (const auto& [key, value] : drawn) {
    if (value) {
      entries.insert_or_assign(key, *value);
    } else {
      entries.erase(key);
    }
  }
  std::unique_ptr<RawCursor> cursor = NewMapCursor(std::move(drawn));
  if (random_.OneIn(2)) return cursor;
  const std::string name = std::to_string(random_.Next());
  SegmentBuilder builder = SegmentBuilder::Create(segments, name, {.block_size_bytes = 256}).value();
  Expect(builder.AddAll(*cursor));
  Expect(builder.Finish());
  return Segment::Open(segments, name).value().NewCursor();
}

void ModelWorld::Ingest() {
  const std::unique_ptr<Store> segments = NewMemoryStore();
  std::vector<IngestedEntries> parts;
  for (uint64_t count = random_.Below(4); count > 0; --count) {
    Member* const member = DrawMember();
    if (member == nullptr) return;
    // In front of those before it: what the model takes last is the newest.
    parts.insert(parts.begin(), {.collection = member->collection, .entries = DrawEntries(member->entries, *segments)});
  }
  Expect(db_->Ingest(std::move(parts)));
}

// Reading.

void ModelWorld::CompareGet(const Result<std::optional<PinnedValue>>& got, const Entries& entries,
                            const std::string& key) {
  Expect(got.status());
  if (!got.ok()) return;
  const auto expected = entries.find(key);
  if (expected == entries.end()) {
    Expect(!got->has_value(), "get " + Printable(key) + " finds what is not there");
  } else {
    Expect(got->has_value() && **got == Bytes(expected->second), "get " + Printable(key) + " misses or is wrong");
  }
}

void ModelWorld::Get() {
  const Member* const member = DrawMember();
  if (member == nullptr) return;
  const std::string key = pool_.DrawNearby(random_);
  CompareGet(member->collection.Get(key), member->entries, key);
}

void ModelWorld::HoldValue() {
  const Member* const member = DrawMember();
  if (member == nullptr) return;
  Result<std::optional<PinnedValue>> got = member->collection.Get(DrawKey());
  if (!got.ok() || !got->has_value()) return;
  std::string copy = (*got)->ToString();
  values_.push_back({.value = **std::move(got), .expected = std::move(copy)});
  if (values_.size() <= kHeldMax) return;
  Expect(values_.front().value == Bytes(values_.front().expected), "a value changed while it was held");
  values_.erase(values_.begin());
}

std::unique_ptr<CheckedCursor> ModelWorld::NewCursor(const Collection& collection, const Entries& entries,
                                                     const View* view) {
  switch (random_.Below(4)) {
    case 0:
      return std::make_unique<CheckedCursor>(view != nullptr ? view->Scan(collection) : collection.Scan(), entries);
    case 1: {
      const std::string prefix = pool_.DrawPrefix(random_);
      return std::make_unique<CheckedCursor>(
          view != nullptr ? view->ScanPrefix(collection, prefix) : collection.ScanPrefix(prefix),
          EntriesWithPrefix(entries, prefix));
    }
    case 2: {
      const std::string start = pool_.DrawNearby(random_);
      return std::make_unique<CheckedCursor>(
          view != nullptr ? view->ScanFrom(collection, start) : collection.ScanFrom(start),
          EntriesWithin(entries, {.start = start, .limit = std::nullopt}));
    }
    default: break;
  }
  const std::string start = pool_.DrawNearby(random_);
  const std::string limit = pool_.DrawNearby(random_);
  return std::make_unique<CheckedCursor>(
      view != nullptr ? view->Scan(collection, start, limit) : collection.Scan(start, limit),
      EntriesWithin(entries, {.start = start, .limit = limit}));
}

void ModelWorld::MoveRandomly(CheckedCursor& cursor, uint64_t move_count) {
  // Long walks in one direction now and then, else every mixture.
  const bool walks = random_.OneIn(4);
  const auto direction = random_.OneIn(2) ? CursorMove::kNext : CursorMove::kPrev;
  for (uint64_t i = 0; i < move_count && failure_.empty(); ++i) {
    uint64_t drawn = random_.Below(kCursorMoveCount + 4);
    if (drawn >= kCursorMoveCount) drawn = static_cast<uint64_t>(CursorMove::kNext) + (drawn % 2);
    const CursorMove move = walks ? direction : static_cast<CursorMove>(drawn);
    ++counts_["cursor moves"];
    Note(cursor.Move(move, pool_.DrawNearby(random_)));
  }
}

void ModelWorld::CompareScan(const Collection& collection, const Entries& entries, const View* view) {
  const std::unique_ptr<CheckedCursor> cursor = NewCursor(collection, entries, view);
  Note(cursor->Compare());
  if (random_.OneIn(4)) {
    Note(cursor->WalkAll());
  } else {
    MoveRandomly(*cursor, random_.Below(40));
  }
}

void ModelWorld::Scan() {
  const Member* const member = DrawMember();
  if (member != nullptr) CompareScan(member->collection, member->entries, nullptr);
}

void ModelWorld::HoldCursor() {
  const Member* const member = DrawMember();
  if (member == nullptr || cursors_.size() >= kHeldMax) return;
  cursors_.push_back(NewCursor(member->collection, member->entries, nullptr));
}

void ModelWorld::MoveHeldCursor() {
  if (!cursors_.empty()) MoveRandomly(*cursors_[random_.Below(cursors_.size())], random_.Below(10));
}

void ModelWorld::ReleaseCursor() {
  if (!cursors_.empty()) cursors_.erase(cursors_.begin() + static_cast<int64_t>(random_.Below(cursors_.size())));
}

void ModelWorld::TakeView() {
  if (views_.size() >= kHeldMax) return;
  Result<View> view = db_->NewView();
  Expect(view.status());
  if (view.ok()) views_.push_back({.view = *std::move(view), .members = members_});
}

void ModelWorld::ReadView() {
  if (views_.empty()) return;
  const HeldView& held = views_[random_.Below(views_.size())];
  if (held.members.empty()) return;
  const auto chosen = std::next(held.members.begin(), static_cast<int64_t>(random_.Below(held.members.size())));
  const Member& member = chosen->second;
  const std::string key = pool_.DrawNearby(random_);
  CompareGet(held.view.Get(member.collection, key), member.entries, key);
  CompareScan(member.collection, member.entries, &held.view);
  for (const auto& [name, younger] : members_) {
    if (held.members.contains(name)) continue;
    Expect(held.view.Get(younger.collection, key).status().code() == StatusCode::kNotFound,
           "a view knows a collection that is younger than it");
  }
}

void ModelWorld::ReleaseView() {
  if (!views_.empty()) views_.erase(views_.begin() + static_cast<int64_t>(random_.Below(views_.size())));
}

// Settling.

void ModelWorld::Flush() {
  Expect(db_->Flush());
  counts_["views found spilled"] += db_->Statistics()->views.spilled_views;
}

void ModelWorld::Compact() {
  const Member* const member = DrawMember();
  if (member != nullptr) Expect(db_->Compact(member->collection));
}

void ModelWorld::Verify() {
  const Result<Verification> verified = db_->Verify();
  Expect(verified.status());
  if (!verified.ok()) return;
  for (const Status& damage : verified->damages) Expect(damage);
  Expect(verified->strangers.empty(), "verify reports strangers");
}

// Collections.

void ModelWorld::Create() {
  if (members_.size() >= 4) return;
  // Names are used again only after a drop: a new collection of the old name begins empty.
  const std::string name = "collection " + std::to_string(random_.OneIn(3) ? random_.Below(5) : name_count_++);
  const CollectionOptions options{.kind = CollectionKind::kLsm, .block_size_bytes = 256u << random_.Below(6)};
  Result<Collection> created = db_->CreateCollection(name, options);
  if (members_.contains(name)) {
    Expect(created.status().code() == StatusCode::kAlreadyExists, "a collection is created twice");
    return;
  }
  Expect(created.status());
  if (!created.ok()) return;
  members_.emplace(name, Member{.collection = *std::move(created), .entries = {}});
  names_in_order_.push_back(name);
}

void ModelWorld::Drop() {
  if (members_.size() < 2) return;
  const Member* const member = DrawMember();
  const std::string name = member->collection.name();
  Expect(db_->DropCollection(name));
  dropped_ = member->collection;
  members_.erase(name);
  std::erase(names_in_order_, name);
  Expect(db_->DropCollection(name).code() == StatusCode::kNotFound, "a collection is dropped twice");
}

void ModelWorld::UseDropped() {
  if (!dropped_) return;
  Expect(dropped_->Put("key", "value", DrawCommitOptions()).code() == StatusCode::kNotFound,
         "a dropped collection takes a put");
  Expect(dropped_->Get("key").status().code() == StatusCode::kNotFound, "a dropped collection gives a value");
  Expect(dropped_->Scan().status().code() == StatusCode::kNotFound, "a dropped collection can be scanned");
}

void ModelWorld::List() {
  const Result<std::vector<std::string>> names = db_->Collections();
  Expect(names.status());
  if (names.ok()) Expect(*names == names_in_order_, "collections are listed wrong");
}

// Findings.

void ModelWorld::Expect(const Status& status) {
  if (!status.ok()) Note(status.ToString());
}

void ModelWorld::Expect(bool holds, const std::string& what) {
  if (!holds) Note(what);
}

void ModelWorld::Note(const std::string& difference) {
  if (difference.empty() || !failure_.empty()) return;
  std::ostringstream text;
  text << "seed " << seed_ << " step " << step_ << ": " << difference << "\nmemtable " << options_.memtable_size_bytes
       << " log file " << options_.log_file_size_bytes << " budget " << options_.memory_budget_bytes
       << " bytes; last steps:";
  for (const std::string& step : history_) text << "\n  " << step;
  failure_ = std::move(text).str();
}

}  // namespace logwood::testing
