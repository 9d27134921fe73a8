#include "tests/transactions/commit_order_checker.h"

#include <algorithm>
#include <sstream>
#include <tuple>

namespace logwood::testing {
namespace {

using State = std::map<HistoryKey, std::string>;

bool IsWithin(const HistoryKey& key, const HistoryStep& range) {
  return key.collection == range.key.collection && key.key >= range.key.key &&
         (range.limit.empty() || key.key < range.limit);
}

std::map<std::string, std::string> Scan(const State& state, const HistoryStep& range) {
  std::map<std::string, std::string> found;
  for (const auto& [key, value] : state) {
    if (IsWithin(key, range)) found.emplace(key.key, value);
  }
  return found;
}

std::string Print(const std::optional<std::string>& value) { return value ? "\"" + *value + "\"" : "nothing"; }

// Applies a step and tells how what it was told differs from what is there.
std::optional<std::string> Replay(const HistoryStep& step, State& state) {
  switch (step.kind) {
    case HistoryStep::Kind::kPut: state[step.key] = *step.value; break;
    case HistoryStep::Kind::kDelete: state.erase(step.key); break;
    case HistoryStep::Kind::kDeleteRange:
      std::erase_if(state, [&step](const auto& entry) { return IsWithin(entry.first, step); });
      break;
    case HistoryStep::Kind::kGet: {
      const auto there = state.find(step.key);
      const std::optional<std::string> expected = there == state.end() ? std::nullopt : std::optional(there->second);
      if (step.value != expected)
        return "read " + Print(step.value) + " of key " + step.key.key + ", not " + Print(expected);
      break;
    }
    case HistoryStep::Kind::kScan: {
      const std::map<std::string, std::string> expected = Scan(state, step);
      if (step.found == expected) break;
      std::ostringstream out;
      out << "scanned from " << step.key.key << " to " << step.limit << ":";
      for (const auto& [key, value] : step.found) out << " " << key << "=" << value;
      out << "; expected:";
      for (const auto& [key, value] : expected) out << " " << key << "=" << value;
      return out.str();
    }
  }
  return std::nullopt;
}

bool Writes(const HistoryTransaction& transaction) {
  return std::ranges::any_of(transaction.steps, [](const HistoryStep& step) {
    return step.kind != HistoryStep::Kind::kGet && step.kind != HistoryStep::Kind::kScan;
  });
}

}  // namespace

std::vector<std::string> CheckCommitOrder(const History& history) {
  // One that only reads stands behind the write that it saw last.
  std::vector<std::tuple<uint64_t, uint64_t, bool, size_t>> order;
  for (size_t i = 0; i < history.size(); ++i) {
    if (history[i].fate != Fate::kCommitted) continue;
    order.emplace_back(history[i].place->epoch, history[i].place->counter, !Writes(history[i]), i);
  }
  std::ranges::sort(order);
  std::vector<std::string> findings;
  State state;
  for (const auto& [epoch, counter, only_reads, index] : order) {
    for (const HistoryStep& step : history[index].steps) {
      if (const auto finding = Replay(step, state)) {
        findings.push_back("transaction " + std::to_string(index) + " at " + std::to_string(epoch) + ":" +
                           std::to_string(counter) + " " + *finding);
      }
    }
  }
  return findings;
}

}  // namespace logwood::testing
