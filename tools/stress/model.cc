#include "tools/stress/model.h"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>

#include "tools/stress/entry_bytes.h"
#include "tools/stress/generator.h"

namespace logwood::stress {
namespace {

std::string WhereOf(const Operation& operation) {
  return fmt::format("{}: {}", operation.id.ToString(), operation.ToString());
}

std::string ValueName(uint64_t id) { return id == 0 ? "no entry" : "the value of " + OperationId::Of(id).ToString(); }

std::string EntryName(uint32_t collection, uint32_t key) {
  return fmt::format("{} key {}", NameOfCollection(collection), key);
}

Violation NewViolation(const Operation& operation, std::string what, std::string expected, std::string found) {
  return {
      .what = std::move(what), .where = WhereOf(operation), .expected = std::move(expected), .found = std::move(found)};
}

// What stands under each of a write's keys once it is done.
uint64_t IdLeftBy(const Operation& operation, const Write& write) { return write.deletes ? 0 : operation.id.Packed(); }

bool SameEntries(const std::vector<FoundEntry>& a, const std::vector<FoundEntry>& b) {
  return std::ranges::equal(a, b, [](const FoundEntry& x, const FoundEntry& y) {
    return x.collection == y.collection && x.key == y.key && x.id == y.id;
  });
}

std::vector<FoundEntry> InKeyOrder(const Operation& operation, std::vector<FoundEntry> entries) {
  if (operation.direction == Direction::kBackward) std::ranges::reverse(entries);
  return entries;
}

}  // namespace

Model::Model(const Settings& settings)
    : settings_(settings),
      collections_(settings.collections + 1),
      accounts_(kAccounts, kAmountAtFirst),
      signatures_(settings.threads),
      doubts_(settings.threads) {
  for (CollectionState& state : collections_) state.ids.resize(settings.keys + settings.threads);
}

void Model::BeginLife(uint32_t life) {
  life_ = life;
  views_.clear();
}

bool Model::AllExist(const Operation& operation) const {
  if (operation.kind != OperationKind::kWrite) return Exists(operation.collection);
  return std::ranges::all_of(operation.writes, [&](const Write& write) { return Exists(write.collection); });
}

std::optional<Violation> Model::Judge(const Operation& operation, const Reply& reply) {
  if (reply.result == Reply::Result::kFailed) {
    return NewViolation(operation, "an operation failed", "success", reply.message);
  }
  if (operation.kind == OperationKind::kTakeView || operation.kind == OperationKind::kReadView) {
    return JudgeView(operation, reply);
  }
  if (operation.kind == OperationKind::kReadBank) return JudgeBank(operation, reply);
  if (reply.result == Reply::Result::kAbsent) return JudgeAbsence(operation);
  if (Finding finding = JudgePresence(operation)) return finding;
  if (operation.kind == OperationKind::kScan) return JudgeEntries(operation, reply.entries);
  if (operation.kind == OperationKind::kGet) {
    return JudgeKey(operation, operation.begin, reply.entries.empty() ? 0 : reply.entries.front().id);
  }
  Apply(operation);
  return std::nullopt;
}

Model::Doubtful* Model::DoubtAbout(const Operation& operation, OperationKind kind) {
  for (std::optional<Doubtful>& doubtful : doubts_) {
    if (!doubtful || doubtful->operation.kind != kind) continue;
    if (doubtful->operation.collection == operation.collection) return &*doubtful;
  }
  return nullptr;
}

// What was found says whether the doubtful operation took effect; nothing may say the contrary.
Model::Finding Model::Note(Doubtful& doubtful, Evidence evidence, const Operation& operation) {
  if (doubtful.evidence == Evidence::kNone) doubtful.evidence = evidence;
  if (doubtful.evidence == evidence) return std::nullopt;
  return NewViolation(operation, "an operation was applied in part", "all or nothing of " + WhereOf(doubtful.operation),
                      "a part of it");
}

// A collection that an operation needs was not there.
Model::Finding Model::JudgeAbsence(const Operation& operation) {
  if (Doubtful* const dropping = DoubtAbout(operation, OperationKind::kDrop)) {
    if (Exists(operation.collection)) return Note(*dropping, Evidence::kApplied, operation);
  }
  if (Doubtful* const making = DoubtAbout(operation, OperationKind::kEnsure)) {
    if (!Exists(operation.collection)) return Note(*making, Evidence::kNotApplied, operation);
  }
  if (NeedsCollection(operation.kind) && !AllExist(operation)) return std::nullopt;
  return NewViolation(operation, "a collection is gone", "every collection that was created", "one is not there");
}

// All collections that an operation needs were there.
Model::Finding Model::JudgePresence(const Operation& operation) {
  if (!NeedsCollection(operation.kind)) return std::nullopt;
  if (Doubtful* const dropping = DoubtAbout(operation, OperationKind::kDrop)) {
    if (Exists(operation.collection)) return Note(*dropping, Evidence::kNotApplied, operation);
  }
  if (Doubtful* const making = DoubtAbout(operation, OperationKind::kEnsure)) {
    if (!Exists(operation.collection)) return Note(*making, Evidence::kApplied, operation);
  }
  if (AllExist(operation)) return std::nullopt;
  return NewViolation(operation, "a collection is there that was dropped, or never created", "none", "one");
}

Model::Finding Model::JudgeEntries(const Operation& operation, const std::vector<FoundEntry>& entries) {
  const std::vector<FoundEntry> in_order = InKeyOrder(operation, entries);
  uint32_t key = operation.begin;
  for (const FoundEntry& entry : in_order) {
    if (entry.key < key || entry.key >= operation.end) {
      return NewViolation(operation, "a scan is out of order or out of its bounds",
                          fmt::format("keys {} to {}, each once", operation.begin, operation.end),
                          fmt::format("key {} where {} or a later one could come", entry.key, key));
    }
    for (; key < entry.key; ++key) {
      if (Finding finding = JudgeKey(operation, key, 0)) return finding;
    }
    if (Finding finding = JudgeKey(operation, key, entry.id)) return finding;
    ++key;
  }
  for (; key < operation.end; ++key) {
    if (Finding finding = JudgeKey(operation, key, 0)) return finding;
  }
  return std::nullopt;
}

Model::Finding Model::JudgeKey(const Operation& operation, uint32_t key, uint64_t id) {
  const uint32_t lane = LaneOf(settings_, key);
  if (is_checking_ || lane == operation.id.lane) return JudgeOwnKey(operation, key, id);
  const OperationId writer = OperationId::Of(id);
  if (id == 0 || (writer.lane == lane && writer.life <= life_)) return std::nullopt;
  return NewViolation(operation, "an entry that nobody can have written",
                      fmt::format("{}: a value of lane {}", EntryName(operation.collection, key), lane), ValueName(id));
}

Model::Finding Model::JudgeOwnKey(const Operation& operation, uint32_t key, uint64_t id) {
  ++compared_;
  const uint64_t expected = collections_[operation.collection].ids[key];
  std::optional<Doubtful>& doubtful = doubts_[LaneOf(settings_, key)];
  std::string or_else;
  if (doubtful) {
    const auto changed = doubtful->ids.find({operation.collection, key});
    if (changed != doubtful->ids.end() && changed->second != expected) {
      if (id == changed->second) return Note(*doubtful, Evidence::kApplied, operation);
      if (id == expected) return Note(*doubtful, Evidence::kNotApplied, operation);
      or_else = ", or " + ValueName(changed->second);
    }
  }
  if (id == expected) return std::nullopt;
  return NewViolation(operation, id == 0 ? "an entry is gone" : "an entry is not the last that was acknowledged",
                      EntryName(operation.collection, key) + ": " + ValueName(expected) + or_else, ValueName(id));
}

// Batches over collections leave their mark in the first two.
Model::Finding Model::JudgeMarks(const Operation& operation, const Reply& reply) const {
  if (settings_.collections < 2) return std::nullopt;
  std::map<uint32_t, std::pair<uint64_t, uint64_t>> marks;  // By key: those of the first and of the second.
  for (const FoundEntry& mark : reply.marks) {
    auto& pair = marks[mark.key];
    (mark.collection == 0 ? pair.first : pair.second) = mark.id;
  }
  for (const auto& [key, pair] : marks) {
    if (pair.first == pair.second) continue;
    return NewViolation(operation, "a view shows a part of a batch",
                        EntryName(0, key) + " and " + EntryName(1, key) + " of one batch",
                        ValueName(pair.first) + " and " + ValueName(pair.second));
  }
  return std::nullopt;
}

Model::Finding Model::JudgeView(const Operation& operation, const Reply& reply) {
  if (Finding finding = JudgeMarks(operation, reply)) return finding;
  Reply forward = reply;
  forward.entries = InKeyOrder(operation, reply.entries);
  const std::pair place(operation.id.lane, operation.slot);
  if (operation.kind == OperationKind::kTakeView) {
    Finding finding;
    if (reply.result == Reply::Result::kAbsent) {
      finding = JudgeAbsence(operation);
    } else {
      finding = JudgePresence(operation);
      if (!finding) finding = JudgeEntries(operation, reply.entries);
    }
    views_.insert_or_assign(place, std::move(forward));
    return finding;
  }
  const Reply& first = views_.at(place);
  compared_ += forward.entries.size();
  if (first.result == forward.result && SameEntries(first.entries, forward.entries) &&
      SameEntries(first.marks, forward.marks)) {
    return std::nullopt;
  }
  return NewViolation(operation, "a view does not give the same again",
                      fmt::format("the {} entries of the first look", first.entries.size()),
                      fmt::format("{} entries, or other values", forward.entries.size()));
}

// What no account or lane has an entry for is as it was in the beginning.
Model::Finding Model::JudgeBank(const Operation& operation, const Reply& reply) {
  std::vector<uint64_t> found(kAccounts, kAmountAtFirst);
  std::vector<uint64_t> signatures(settings_.threads);
  for (const FoundEntry& entry : reply.entries) {
    if (entry.key >= kAccounts + settings_.threads) {
      return NewViolation(operation, "the bank has an entry that nobody wrote", "accounts and signatures of lanes",
                          fmt::format("key {}", entry.key));
    }
    (entry.key < kAccounts ? found[entry.key] : signatures[entry.key - kAccounts]) = entry.id;
  }
  const uint64_t sum = std::accumulate(found.begin(), found.end(), uint64_t{0});
  if (sum != kAccounts * kAmountAtFirst) {
    return NewViolation(operation, "money was made or lost", std::to_string(kAccounts * kAmountAtFirst),
                        fmt::format("{} in all accounts", sum));
  }
  for (uint32_t lane = 0; lane < settings_.threads; ++lane) {
    if (!is_checking_ && lane != operation.id.lane) continue;
    if (Finding finding = JudgeSignature(operation, lane, signatures[lane])) return finding;
  }
  if (!is_checking_) return std::nullopt;
  std::vector<uint64_t> expected = accounts_;
  for (const std::optional<Doubtful>& doubtful : doubts_) {
    if (doubtful && doubtful->evidence == Evidence::kApplied) Transfer(doubtful->operation, expected);
  }
  for (uint32_t account = 0; account < kAccounts; ++account) {
    ++compared_;
    if (found[account] == expected[account]) continue;
    return NewViolation(operation, "an account has not what transfers left there",
                        fmt::format("account {}: {}", account, expected[account]), std::to_string(found[account]));
  }
  return std::nullopt;
}

// Which of a lane's transfers was the last; its signature says, too, whether one in doubt was made.
Model::Finding Model::JudgeSignature(const Operation& operation, uint32_t lane, uint64_t id) {
  std::optional<Doubtful>& doubtful = doubts_[lane];
  if (doubtful && doubtful->operation.kind == OperationKind::kTransfer) {
    if (id == doubtful->operation.id.Packed()) return Note(*doubtful, Evidence::kApplied, operation);
    if (id == signatures_[lane]) return Note(*doubtful, Evidence::kNotApplied, operation);
  }
  if (id == signatures_[lane]) return std::nullopt;
  return NewViolation(operation, "a transfer is gone, or came back",
                      fmt::format("lane {}: {}", lane, ValueName(signatures_[lane])), ValueName(id));
}

void Model::Transfer(const Operation& operation, std::vector<uint64_t>& accounts) {
  if (operation.kind != OperationKind::kTransfer) return;
  accounts[operation.begin] -= operation.amount;
  accounts[operation.end] += operation.amount;
}

void Model::Apply(const Operation& operation) {
  switch (operation.kind) {
    case OperationKind::kEnsure: collections_[operation.collection].exists = true; break;
    case OperationKind::kDrop:
      collections_[operation.collection].exists = false;
      std::ranges::fill(collections_[operation.collection].ids, 0);
      break;
    case OperationKind::kWrite:
    case OperationKind::kIngest:
      for (const Write& write : operation.writes) {
        std::vector<uint64_t>& ids = collections_[write.collection].ids;
        std::fill(ids.begin() + write.key, ids.begin() + write.keys_end(), IdLeftBy(operation, write));
      }
      break;
    case OperationKind::kTransfer:
      Transfer(operation, accounts_);
      signatures_[operation.id.lane] = operation.id.Packed();
      break;
    default: break;
  }
}

void Model::Doubt(const Operation& operation) {
  const bool always_changes = operation.kind == OperationKind::kEnsure || operation.kind == OperationKind::kDrop ||
                              operation.kind == OperationKind::kTransfer;
  if (!always_changes && !(operation.writes_entries() && AllExist(operation))) return;
  Doubtful doubtful{.operation = operation, .ids = {}};
  for (const Write& write : operation.writes) {
    for (uint32_t key = write.key; key < write.keys_end(); ++key) {
      doubtful.ids[{write.collection, key}] = IdLeftBy(operation, write);
    }
  }
  doubts_[operation.id.lane] = std::move(doubtful);
}

Model::Settled Model::SettleDoubts() {
  Settled settled;
  for (std::optional<Doubtful>& doubtful : doubts_) {
    if (!doubtful) continue;
    if (doubtful->evidence == Evidence::kApplied) {
      Apply(doubtful->operation);
      ++settled.applied;
    } else {
      ++settled.not_applied;
    }
    doubtful.reset();
  }
  return settled;
}

}  // namespace logwood::stress
