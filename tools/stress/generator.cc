#include "tools/stress/generator.h"

#include <algorithm>
#include <set>

namespace logwood::stress {
namespace {

constexpr uint64_t kDeleteOneIn = 5;
constexpr uint64_t kDeleteRangeOneIn = 50;
constexpr uint64_t kSyncOneIn = 8;
constexpr uint64_t kBatchMax = 24;
constexpr uint64_t kIngestMax = 200;
constexpr uint64_t kRangeMax = 300;
constexpr uint64_t kAmountMax = 1000;

uint64_t SeedOf(uint64_t seed, uint32_t life, uint32_t lane) {
  return SeededRandom(SeededRandom(seed).Next() ^ OperationId{.life = life, .lane = lane}.Packed()).Next();
}

}  // namespace

KeyStretch StretchOf(const Settings& settings, uint32_t lane) {
  return {.begin = static_cast<uint32_t>(settings.keys * lane / settings.threads),
          .end = static_cast<uint32_t>(settings.keys * (lane + 1) / settings.threads)};
}

uint32_t LaneOf(const Settings& settings, uint32_t key) {
  if (key >= settings.keys) return static_cast<uint32_t>(key - settings.keys);
  auto lane = static_cast<uint32_t>(key * settings.threads / settings.keys);
  while (StretchOf(settings, lane).end <= key) ++lane;
  return lane;
}

Generator::Generator(const Settings& settings, uint32_t life, uint32_t lane)
    : settings_(settings), life_(life), lane_(lane), random_(SeedOf(settings.seed, life, lane)) {}

Operation Generator::Numbered(Operation operation) {
  operation.id = {.life = life_, .lane = lane_, .number = ++number_};
  return operation;
}

Operation Generator::Next() {
  Operation operation = Numbered(Draw());
  if (operation.kind == OperationKind::kTakeView) views_[operation.slot] = operation;
  return operation;
}

// By thousandths.
Operation Generator::Draw() {
  const uint64_t drawn = random_.Below(1000);
  if (drawn < 400) return OneWrite();
  if (drawn < 500) return BatchOverCollections();
  if (drawn < 600) return BatchInOne();
  if (drawn < 660) return Transfer();
  if (drawn < 670) return {.kind = OperationKind::kReadBank};
  if (drawn < 850) {
    return {.kind = OperationKind::kGet, .collection = AnyCollection(), .begin = OwnKey()};
  }
  if (drawn < 910) return Scan(OperationKind::kScan);
  if (drawn < 930) return Scan(OperationKind::kTakeView);
  if (drawn < 980) return SecondLook();
  if (drawn < 988) return Ingest();
  if (drawn < 991) return {.kind = OperationKind::kFlush};
  if (drawn < 992) return OnCollection(OperationKind::kCompact);
  if (lane_ != 0) return OneWrite();
  return OnCollection(drawn < 997 ? OperationKind::kEnsure : OperationKind::kDrop);
}

// Lane 0 alone writes to the last one, which comes and goes.
uint32_t Generator::AnyCollection() {
  return static_cast<uint32_t>(random_.Below(settings_.collections + (lane_ == 0 ? 1 : 0)));
}

uint32_t Generator::OwnKey() {
  const KeyStretch own = StretchOf(settings_, lane_);
  return own.begin + static_cast<uint32_t>(random_.Below(own.end - own.begin));
}

Direction Generator::AnyDirection() { return random_.OneIn(2) ? Direction::kForward : Direction::kBackward; }

Operation Generator::OneWrite() {
  Operation operation{.kind = OperationKind::kWrite, .sync = random_.OneIn(kSyncOneIn) ? Sync::kYes : Sync::kNo};
  operation.writes.push_back(AnyWrite(AnyCollection()));
  return operation;
}

// Of the lane's own keys.
Write Generator::AnyWrite(uint32_t collection) {
  Write write{.collection = collection, .key = OwnKey(), .deletes = random_.OneIn(kDeleteOneIn)};
  if (!random_.OneIn(kDeleteRangeOneIn)) return write;
  write.deletes = true;
  write.range_end = static_cast<uint32_t>(
      std::min<uint64_t>(write.key + 1 + random_.Below(kRangeMax), StretchOf(settings_, lane_).end));
  return write;
}

// Keys may come twice: the last write to one counts.
Operation Generator::BatchOverCollections() {
  Operation operation = OneWrite();
  const uint64_t count = 1 + random_.Below(kBatchMax);
  for (uint64_t i = 0; i < count; ++i) {
    operation.writes.push_back(AnyWrite(static_cast<uint32_t>(random_.Below(settings_.collections))));
  }
  const auto mark = static_cast<uint32_t>(settings_.keys + lane_);
  for (uint32_t collection = 0; collection < std::min<uint64_t>(2, settings_.collections); ++collection) {
    operation.writes.push_back({.collection = collection, .key = mark});
  }
  return operation;
}

Operation Generator::BatchInOne() {
  Operation operation = OneWrite();
  const uint32_t collection = operation.writes.front().collection;
  const uint64_t count = 1 + random_.Below(kBatchMax);
  for (uint64_t i = 0; i < count; ++i) {
    operation.writes.push_back(AnyWrite(collection));
  }
  return operation;
}

Operation Generator::Ingest() {
  Operation operation{.kind = OperationKind::kIngest, .collection = AnyCollection()};
  std::set<uint32_t> keys;
  const uint64_t count = 1 + random_.Below(kIngestMax);
  for (uint64_t i = 0; i < count; ++i) keys.insert(OwnKey());
  for (const uint32_t key : keys) {
    operation.writes.push_back(
        {.collection = operation.collection, .key = key, .deletes = random_.OneIn(kDeleteOneIn)});
  }
  return operation;
}

// A range that begins among the lane's own keys and may reach into those of the next.
Operation Generator::Scan(OperationKind kind) {
  Operation operation{.kind = kind, .direction = AnyDirection(), .collection = AnyCollection(), .begin = OwnKey()};
  operation.end = static_cast<uint32_t>(
      std::min<uint64_t>(operation.begin + 1 + random_.Below(kRangeMax), settings_.keys + settings_.threads));
  operation.slot = static_cast<uint32_t>(random_.Below(kViews));
  return operation;
}

Operation Generator::SecondLook() {
  const Operation& taken = views_[random_.Below(kViews)];
  if (taken.id.number == 0) return Scan(OperationKind::kTakeView);
  Operation operation = taken;
  operation.kind = OperationKind::kReadView;
  operation.direction = AnyDirection();
  return operation;
}

Operation Generator::Transfer() {
  Operation operation{.kind = OperationKind::kTransfer, .sync = random_.OneIn(kSyncOneIn) ? Sync::kYes : Sync::kNo};
  operation.begin = static_cast<uint32_t>(random_.Below(kAccounts));
  operation.end = (operation.begin + 1 + static_cast<uint32_t>(random_.Below(kAccounts - 1))) % kAccounts;
  operation.amount = 1 + static_cast<uint32_t>(random_.Below(kAmountMax));
  return operation;
}

// Of those that make and drop collections, the last one is meant.
Operation Generator::OnCollection(OperationKind kind) {
  const auto last = static_cast<uint32_t>(settings_.collections);
  return {.kind = kind, .collection = kind == OperationKind::kCompact ? AnyCollection() : last};
}

}  // namespace logwood::stress
