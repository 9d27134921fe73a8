#include "tests/crash/crash_oracle.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"

namespace logwood::testing {
namespace {

// What differs, in a line or two.
std::string Difference(const DatabaseContents& found, const DatabaseContents& expected) {
  std::ostringstream out;
  for (const auto& [name, entries] : found) {
    const auto other = expected.find(name);
    if (other == expected.end()) {
      out << "collection " << name << " should not be there; ";
      continue;
    }
    for (const auto& [key, value] : entries) {
      const auto at = other->second.find(key);
      if (at == other->second.end()) out << name << "/" << key << " should not be there; ";
      if (at != other->second.end() && at->second != value) {
        out << name << "/" << key << " is " << value.substr(0, 8) << ", expected " << at->second.substr(0, 8) << "; ";
      }
    }
    for (const auto& [key, value] : other->second) {
      if (!entries.contains(key)) out << name << "/" << key << " is missing; ";
    }
  }
  for (const auto& [name, entries] : expected) {
    if (!found.contains(name)) out << "collection " << name << " is missing; ";
  }
  return out.str();
}

}  // namespace

Result<DatabaseContents> ReadAll(const Database& db) {
  DatabaseContents contents;
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, db.Collections());
  for (const std::string& name : names) {
    LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, db.OpenCollection(name));
    Contents& entries = contents[name];
    Cursor cursor = collection.Scan();
    for (const auto [key, value] : cursor) entries.emplace(key.ToString(), value.ToString());
    LOGWOOD_RETURN_IF_ERROR(cursor.status());
  }
  return contents;
}

Ledger::Ledger() : states_(1), changes_(1) {}

void Ledger::Submit(const std::vector<LedgerWrite>& writes) {
  std::map<Incarnation, Contents> next = states_.back();
  for (const LedgerWrite& write : writes) {
    Contents& entries = next[changes_.back().at(write.collection)];
    if (write.limit) {
      entries.erase(entries.lower_bound(write.key), entries.lower_bound(*write.limit));
    } else if (write.value) {
      entries[write.key] = *write.value;
    } else {
      entries.erase(write.key);
    }
  }
  states_.push_back(std::move(next));
  ++bounds_.submitted;
}

void Ledger::Acknowledge(Sync sync) {
  bounds_.acknowledged = bounds_.submitted;
  if (sync == Sync::kYes) bounds_.synced = bounds_.submitted;
}

void Ledger::Reject() {
  LOGWOOD_ASSERT(bounds_.submitted > bounds_.acknowledged);
  states_.pop_back();
  --bounds_.submitted;
}

void Ledger::SubmitCreate(const std::string& collection) {
  changes_.push_back(changes_.back());
  changes_.back()[collection] = next_incarnation_++;
  ++bounds_.changes_submitted;
}

void Ledger::SubmitDrop(const std::string& collection) {
  changes_.push_back(changes_.back());
  changes_.back().erase(collection);
  ++bounds_.changes_submitted;
}

void Ledger::AcknowledgeChange() { bounds_.changes_acknowledged = bounds_.changes_submitted; }

void Ledger::AcknowledgeAll() {
  bounds_.synced = bounds_.acknowledged = bounds_.submitted;
  AcknowledgeChange();
}

Ledger Ledger::Reopened(const Cut& cut, const Cut& durable) const {
  Ledger next = *this;
  next.states_.resize(cut.commits + 1);
  next.changes_.resize(cut.changes + 1);
  next.bounds_ = {.synced = durable.commits,
                  .acknowledged = durable.commits,
                  .submitted = cut.commits,
                  .changes_acknowledged = durable.changes,
                  .changes_submitted = cut.changes};
  return next;
}

DatabaseContents Ledger::At(const Cut& cut) const {
  DatabaseContents contents;
  for (const auto& [name, incarnation] : changes_[cut.changes]) {
    const auto entries = states_[cut.commits].find(incarnation);
    contents[name] = entries == states_[cut.commits].end() ? Contents() : entries->second;
  }
  return contents;
}

bool Ledger::Matches(const DatabaseContents& found, const Cut& cut) const {
  const auto& collections = changes_[cut.changes];
  const auto& state = states_[cut.commits];
  if (collections.size() != found.size()) return false;
  return std::ranges::all_of(collections, [&](const auto& collection) {
    const auto entries = found.find(collection.first);
    if (entries == found.end()) return false;
    const auto expected = state.find(collection.second);
    return expected == state.end() ? entries->second.empty() : entries->second == expected->second;
  });
}

Result<Cut> Ledger::FindCut(const DatabaseContents& found, const LedgerBounds& bounds, size_t min) const {
  for (size_t changes = bounds.changes_submitted + 1; changes-- > bounds.changes_acknowledged;) {
    for (size_t commits = bounds.submitted + 1; commits-- > min;) {
      if (Matches(found, {commits, changes})) return Cut{commits, changes};
    }
  }
  std::ostringstream message;
  message << "no cut from commit " << min << " to " << bounds.submitted << ", change " << bounds.changes_acknowledged
          << " to " << bounds.changes_submitted << " fits";
  for (size_t commits = 0; commits < states_.size(); ++commits) {
    for (size_t changes = 0; changes < changes_.size(); ++changes) {
      if (Matches(found, {commits, changes})) message << "; commit " << commits << ", change " << changes << " would";
    }
  }
  message << "; at the lowest: " << Difference(found, At({min, bounds.changes_acknowledged}));
  return Status::Corruption(message.str());
}

}  // namespace logwood::testing
