#include "tests/transactions/cycle_checker.h"

#include <algorithm>
#include <functional>
#include <set>
#include <sstream>

namespace logwood::testing {
namespace {

std::vector<std::string> Split(const std::string& list) {
  std::vector<std::string> items;
  std::istringstream in(list);
  for (std::string item; std::getline(in, item, ',');) items.push_back(item);
  return items;
}

// Who came before whom, and how that is known.
class Order {
 public:
  explicit Order(size_t count) : after_(count) {}

  void Add(size_t before, size_t behind, const std::string& because) {
    if (before != behind) after_[before].try_emplace(behind, because);
  }

  // One cycle, as text; empty without any. Depth first, with three colours.
  [[nodiscard]] std::string FindCycle() const {
    std::vector<int> colour(after_.size(), 0);
    std::vector<size_t> way;
    std::string cycle;
    const std::function<bool(size_t)> visit = [&](size_t at) {
      colour[at] = 1;
      way.push_back(at);
      for (const auto& [next, because] : after_[at]) {
        if (colour[next] == 1) {
          const auto begin = std::ranges::find(way, next);
          for (auto each = begin; each != way.end(); ++each) {
            const size_t to = each + 1 == way.end() ? next : *(each + 1);
            cycle += std::to_string(*each) + " -(" + after_[*each].at(to) + ")-> ";
          }
          cycle += std::to_string(next);
          return true;
        }
        if (colour[next] == 0 && visit(next)) return true;
      }
      way.pop_back();
      colour[at] = 2;
      return false;
    };
    for (size_t i = 0; i < after_.size(); ++i) {
      if (colour[i] == 0 && visit(i)) return cycle;
    }
    return {};
  }

 private:
  std::vector<std::map<size_t, std::string>> after_;
};

// What is known of one key.
struct Versions {
  std::map<std::string, size_t> writers;      // Of each value or last item.
  std::map<std::string, std::string> before;  // The value that each was written over, where its writer had read it.
  std::map<std::string, std::vector<size_t>> readers;  // Of each; the empty one: absent.
  std::vector<std::string> longest;
};

class Checker {
 public:
  explicit Checker(const History& history) : history_(history), order_(history.size()) {}

  std::vector<std::string> Run() {
    for (size_t i = 0; i < history_.size(); ++i) CollectWrites(i);
    for (size_t i = 0; i < history_.size(); ++i) {
      if (history_[i].fate != Fate::kAborted) CollectReads(i);
    }
    for (const auto& [key, versions] : keys_) Relate(key, versions);
    RelateInTime();
    if (const std::string cycle = order_.FindCycle(); !cycle.empty()) findings_.push_back("cycle: " + cycle);
    return findings_;
  }

 private:
  // The last item stands for the list.
  static std::string LastOf(const std::string& value) {
    const size_t comma = value.rfind(',');
    return comma == std::string::npos ? value : value.substr(comma + 1);
  }

  void CollectWrites(size_t index) {
    for (const HistoryStep& step : history_[index].steps) {
      if (step.kind == HistoryStep::Kind::kPut) keys_[step.key].writers[LastOf(*step.value)] = index;
    }
  }

  // Only what it read before it wrote the key itself says anything about others.
  void CollectReads(size_t index) {
    std::set<HistoryKey> written;
    std::map<HistoryKey, std::string> read;
    for (const HistoryStep& step : history_[index].steps) {
      switch (step.kind) {
        case HistoryStep::Kind::kGet:
          if (!written.contains(step.key)) Read(index, step.key, read[step.key] = step.value.value_or(""));
          break;
        case HistoryStep::Kind::kScan:
          for (const auto& [key, value] : step.found) {
            const HistoryKey at{.collection = step.key.collection, .key = key};
            if (!written.contains(at)) Read(index, at, read[at] = value);
          }
          break;
        case HistoryStep::Kind::kPut:
          if (const auto seen = read.find(step.key); seen != read.end() && !written.contains(step.key)) {
            keys_[step.key].before[LastOf(*step.value)] = LastOf(seen->second);
          }
          written.insert(step.key);
          break;
        case HistoryStep::Kind::kDelete:
        case HistoryStep::Kind::kDeleteRange: written.insert(step.key); break;
      }
    }
  }

  void Read(size_t index, const HistoryKey& key, const std::string& value) {
    Versions& versions = keys_[key];
    versions.readers[LastOf(value)].push_back(index);
    if (value.empty()) return;
    const std::vector<std::string> items = Split(value);
    for (const std::string& item : items) {
      const auto writer = versions.writers.find(item);
      if (writer == versions.writers.end()) {
        findings_.push_back("transaction " + std::to_string(index) + " read " + item + " of key " + key.key +
                            ", which nobody wrote");
      } else if (history_[writer->second].fate == Fate::kAborted) {
        findings_.push_back("transaction " + std::to_string(index) + " read " + item + " of key " + key.key +
                            ", which transaction " + std::to_string(writer->second) + " wrote and did not commit");
      }
    }
    const size_t common = std::min(items.size(), versions.longest.size());
    if (items.size() > 1 &&
        !std::equal(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(common), versions.longest.begin())) {
      findings_.push_back("key " + key.key + " was read as " + value + " by transaction " + std::to_string(index) +
                          ", which does not continue what others read");
    }
    if (items.size() > versions.longest.size()) versions.longest = items;
  }

  [[nodiscard]] bool IsCommitted(size_t index) const { return history_[index].fate == Fate::kCommitted; }

  void Relate(const HistoryKey& key, const Versions& versions) {
    for (const auto& [value, readers] : versions.readers) {
      const auto writer = versions.writers.find(value);
      if (writer == versions.writers.end()) continue;
      for (const size_t reader : readers) order_.Add(writer->second, reader, "read " + value + " of " + key.key);
    }
    // A value that was written over another, by one who had read that: so nothing came in between.
    for (const auto& [value, before] : versions.before) {
      const auto writer = versions.writers.find(value);
      if (writer == versions.writers.end() || !IsCommitted(writer->second)) continue;
      if (const auto previous = versions.writers.find(before); previous != versions.writers.end()) {
        order_.Add(previous->second, writer->second, "wrote " + value + " over " + before + " of " + key.key);
      }
      const auto readers = versions.readers.find(before);
      if (readers == versions.readers.end()) continue;
      // Absent may be meant of a later deletion as well.
      if (before.empty() && !IsList(versions)) continue;
      for (const size_t reader : readers->second) {
        order_.Add(reader, writer->second, "did not read " + value + " of " + key.key);
      }
    }
  }
  static bool IsList(const Versions& versions) { return versions.longest.size() > 1; }

  void RelateInTime() {
    for (size_t a = 0; a < history_.size(); ++a) {
      if (!IsCommitted(a)) continue;
      for (size_t b = 0; b < history_.size(); ++b) {
        if (IsCommitted(b) && history_[a].ended < history_[b].begun) order_.Add(a, b, "ended before");
      }
    }
  }

  const History& history_;
  std::map<HistoryKey, Versions> keys_;
  Order order_;
  std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> CheckForCycles(const History& history) { return Checker(history).Run(); }

}  // namespace logwood::testing
