#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/random.h"
#include "logwood/database.h"
#include "logwood/testing/simulated_store.h"
#include "logwood/testing/simulator.h"
#include "tests/transactions/history.h"

namespace logwood::testing {

// Transactions of several actors over few keys, in an order that a seed decides, with flushes and merges between them:
// lists to which is appended, registers, scans and range deletes. Some seeds have actors who write without
// transactions as well. Keeps what all did as a history. Used once.
class TransactionSimulation {
 public:
  TransactionSimulation(uint64_t seed, Isolation isolation);

  struct Tally {
    SimulationReport report;
    History history;
    bool has_plain_writes = false;  // Whose places are not known.
    uint64_t commits = 0;
    uint64_t conflicts = 0;
    uint64_t conflicts_in_flight = 0;  // With a commit that was not published when it was found.
    uint64_t deadlocks = 0;
    std::vector<std::string> findings;  // Errors that should not have been.
  };
  [[nodiscard]] Tally Run();

 private:
  void Begin();
  void Transact(size_t actor);
  void TransactOnce(size_t index);
  Status Step(Transaction& transaction, std::vector<HistoryStep>& steps, size_t index);
  Status Get(Transaction& transaction, std::vector<HistoryStep>& steps, const HistoryKey& key);
  Status Append(Transaction& transaction, std::vector<HistoryStep>& steps, size_t index);
  Status Scan(Transaction& transaction, std::vector<HistoryStep>& steps);
  void WritePlain();
  void FlushNowAndThen();
  void Leave();
  void End(size_t index, const Result<SequenceStatistics>& committed);
  void Pause(uint64_t yields_max);
  [[nodiscard]] HistoryKey DrawRegister();
  [[nodiscard]] HistoryKey DrawList();
  [[nodiscard]] std::string NewValue(size_t index);

  SeededRandom random_;
  const Isolation isolation_;
  Simulator simulator_;
  SimulatedStore store_;
  std::optional<Database> db_;
  std::vector<Collection> collections_;
  uint64_t moment_ = 0;
  uint64_t values_ = 0;
  int working_ = 0;
  Tally tally_;
};

}  // namespace logwood::testing
