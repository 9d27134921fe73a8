#include "tools/bench/transactions.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <optional>
#include <string>

#include "base/random.h"

namespace logwood::bench {
namespace {

constexpr uint32_t kAttemptsMax = 1'000'000;
constexpr uint64_t kPreparedABatch = 1000;

TransactOptions OptionsOf(const Worker& worker) {
  return {.transaction = {}, .commit = {.sync = worker.task.sync}, .attempts_max = kAttemptsMax};
}

// Writes the quota in pieces of --batch entries.
template <class WriteBatch>
Status WriteQuota(Worker& worker, const WriteBatch& write_batch) {
  const Worker::Task& task = worker.task;
  const auto step = [&]() -> Status {
    const uint64_t count = std::min(task.batch, task.quota - worker.entries);
    LOGWOOD_RETURN_IF_ERROR(write_batch(count));
    worker.entries += count;
    worker.user_bytes += count * (worker.keys.size_bytes() + worker.value_size_bytes);
    return Status::Ok();
  };
  return worker.Repeat((task.quota + task.batch - 1) / task.batch, step);
}

template <bool gets_before>
Status WriteByBatches(Worker& worker) {
  Workplace& place = worker.workplace;
  return WriteQuota(worker, [&](uint64_t count) -> Status {
    worker.batch.Clear();
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t index = worker.indexes.Next();
      const Bytes key = worker.keys.Key(index);
      if (gets_before) LOGWOOD_RETURN_IF_ERROR(place.collection.Get(key).status());
      worker.batch.Put(place.collection, key, place.values.ValueOf(index));
    }
    return place.database.Commit(worker.batch, {.sync = worker.task.sync});
  });
}

template <bool gets_before>
Status WriteByTransactions(Worker& worker) {
  Workplace& place = worker.workplace;
  return WriteQuota(worker, [&](uint64_t count) -> Status {
    LOGWOOD_ASSIGN_OR_RETURN(Transaction transaction, place.database.Begin());
    for (uint64_t i = 0; i < count; ++i) {
      const uint64_t index = worker.indexes.Next();
      const Bytes key = worker.keys.Key(index);
      if (gets_before) LOGWOOD_RETURN_IF_ERROR(transaction.Get(place.collection, key).status());
      LOGWOOD_RETURN_IF_ERROR(transaction.Put(place.collection, key, place.values.ValueOf(index)));
    }
    return transaction.Commit({.sync = worker.task.sync}).status();
  });
}

// --- Amounts ---

std::string NumberKey(uint64_t number) { return fmt::format("{:012}", number); }

// A decimal number, and blanks up to the size of a value.
std::string AmountValue(int64_t amount, uint64_t size) { return fmt::format("{:<{}}", amount, size); }

Result<int64_t> AmountIn(Bytes value) {
  const std::string_view text = value.string_view();
  int64_t amount = 0;
  if (std::from_chars(text.data(), text.data() + text.size(), amount).ec == std::errc()) return amount;
  return Status::Corruption("a value is no amount: " + std::string(text.substr(0, 40)));
}

Result<int64_t> AmountOf(const Result<std::optional<PinnedValue>>& found, const std::string& key) {
  LOGWOOD_RETURN_IF_ERROR(found.status());
  if (!*found) return Status::Corruption("there is no entry " + key + ", though it was prepared");
  return AmountIn((*found)->bytes());
}

// Entries 0 to count-1, those that are there already left as they are.
Status PrepareAmounts(Workplace& place, Collection& collection, uint64_t count, int64_t amount) {
  const std::string value = AmountValue(amount, place.values.value_size_bytes());
  Batch batch;
  for (uint64_t i = 0; i < count && !place.interrupted; ++i) {
    LOGWOOD_ASSIGN_OR_RETURN(const auto found, collection.Get(NumberKey(i)));
    if (!found) batch.Put(collection, NumberKey(i), value);
    if ((i + 1) % kPreparedABatch != 0 && i + 1 < count) continue;
    LOGWOOD_RETURN_IF_ERROR(place.database.Commit(batch, {.sync = Sync::kNo}));
    batch.Clear();
  }
  return Status::Ok();
}

struct Sum {
  uint64_t entries = 0;
  int64_t amount = 0;
};

Result<Sum> SumOf(const Collection& collection) {
  Sum sum;
  Cursor cursor = collection.Scan();
  for (; cursor.valid(); cursor.Next()) {
    LOGWOOD_ASSIGN_OR_RETURN(const int64_t amount, AmountIn(cursor.value()));
    ++sum.entries;
    sum.amount += amount;
  }
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  return sum;
}

// Adds to an amount that `found` is under `key`, and counts it as written.
Status AddTo(Worker& worker, Transaction& transaction, const Collection& collection, const std::string& key,
             const Result<std::optional<PinnedValue>>& found, int64_t delta) {
  LOGWOOD_ASSIGN_OR_RETURN(const int64_t amount, AmountOf(found, key));
  return transaction.Put(collection, key, AmountValue(amount + delta, worker.value_size_bytes));
}

void CountWritten(Worker& worker, uint64_t entries, uint64_t key_size) {
  const uint64_t bytes = entries * (key_size + worker.value_size_bytes);
  worker.entries += entries;
  worker.user_bytes += bytes;
  worker.user_bytes_written += bytes;
}

// --- Bank ---

constexpr uint64_t kAccountsMax = 1000;
constexpr int64_t kAmountAtFirst = 1000;

uint64_t BankAccounts(const Workplace& place) { return std::clamp<uint64_t>(place.settings.num, 2, kAccountsMax); }

// --- TPC-B ---

constexpr uint64_t kBranches = 10;
constexpr uint64_t kTellersABranch = 10;
constexpr uint64_t kTpcAccountsMax = 1'000'000;
constexpr int64_t kDeltaMax = 999'999;

uint64_t TpcAccounts(const Workplace& place) { return std::min(place.settings.num, kTpcAccountsMax); }

struct TpcB {
  static Result<TpcB> In(Database& database) {
    LOGWOOD_ASSIGN_OR_RETURN(Collection accounts, database.OpenOrCreate("tpcb accounts"));
    LOGWOOD_ASSIGN_OR_RETURN(Collection tellers, database.OpenOrCreate("tpcb tellers"));
    LOGWOOD_ASSIGN_OR_RETURN(Collection branches, database.OpenOrCreate("tpcb branches"));
    LOGWOOD_ASSIGN_OR_RETURN(Collection history, database.OpenOrCreate("tpcb history"));
    return TpcB{.accounts = accounts, .tellers = tellers, .branches = branches, .history = history};
  }

  Collection accounts;
  Collection tellers;
  Collection branches;
  Collection history;
};

// The history of a thread goes on where an earlier one of the same seed has ended.
Result<uint64_t> FirstFree(const Collection& history, const std::string& prefix) {
  Cursor cursor = history.ScanPrefix(prefix);
  cursor.Last();
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  if (!cursor.valid()) return uint64_t{0};
  return std::stoull(cursor.key().ToString().substr(prefix.size())) + 1;
}

// The hot ones first, and held: who comes to the same branch waits instead of working for nothing.
Status ChangeAmounts(Worker& worker, TpcB& tables, Transaction& transaction, const std::string& history_key) {
  SeededRandom random(worker.task.indexes.seed + worker.operations);
  const uint64_t teller = random.Below(kBranches * kTellersABranch);
  const auto delta = static_cast<int64_t>(random.Below(2 * kDeltaMax + 1)) - kDeltaMax;
  const std::string branch_key = NumberKey(teller / kTellersABranch);
  const std::string teller_key = NumberKey(teller);
  const std::string account_key = NumberKey(random.Below(TpcAccounts(worker.workplace)));
  LOGWOOD_RETURN_IF_ERROR(AddTo(worker, transaction, tables.branches, branch_key,
                                transaction.GetForUpdate(tables.branches, branch_key), delta));
  LOGWOOD_RETURN_IF_ERROR(AddTo(worker, transaction, tables.tellers, teller_key,
                                transaction.GetForUpdate(tables.tellers, teller_key), delta));
  LOGWOOD_RETURN_IF_ERROR(
      AddTo(worker, transaction, tables.accounts, account_key, transaction.Get(tables.accounts, account_key), delta));
  return transaction.Put(tables.history, history_key, AmountValue(delta, worker.value_size_bytes));
}

// --- Rooms ---

constexpr uint64_t kRooms = 8;
constexpr uint64_t kEntriesARoom = 64;

std::string RoomPrefix(uint64_t room) { return fmt::format("{:04}/", room); }

// Accounts with the same amount each; a transfer takes from one and gives to another. The sum stays.
Status PrepareBank(Workplace& place) {
  return PrepareAmounts(place, place.collection, BankAccounts(place), kAmountAtFirst);
}

Status TransferMoney(Worker& worker) {
  Workplace& place = worker.workplace;
  const uint64_t accounts = BankAccounts(place);
  SeededRandom random(worker.task.indexes.seed);
  const auto step = [&]() -> Status {
    const uint64_t from = random.Below(accounts);
    const std::string from_key = NumberKey(from);
    const std::string to_key = NumberKey((from + 1 + random.Below(accounts - 1)) % accounts);
    const auto amount = static_cast<int64_t>(1 + random.Below(kAmountAtFirst));
    const auto transfer = [&](Transaction& transaction) {
      LOGWOOD_RETURN_IF_ERROR(
          AddTo(worker, transaction, place.collection, from_key, transaction.Get(place.collection, from_key), -amount));
      return AddTo(worker, transaction, place.collection, to_key, transaction.Get(place.collection, to_key), amount);
    };
    LOGWOOD_RETURN_IF_ERROR(place.database.Transact(transfer, OptionsOf(worker)).status());
    CountWritten(worker, 2, from_key.size());
    return Status::Ok();
  };
  return worker.Repeat(worker.task.quota, step);
}

Status CheckBank(Workplace& place) {
  LOGWOOD_ASSIGN_OR_RETURN(const Sum sum, SumOf(place.collection));
  const int64_t expected = static_cast<int64_t>(sum.entries) * kAmountAtFirst;
  if (sum.amount == expected) return Status::Ok();
  return Status::Corruption(
      fmt::format("{} accounts have {} together, expected {}", sum.entries, sum.amount, expected));
}

// In the manner of TPC-B: an account, its teller and its branch are changed by an amount, which goes into a history.
// The sums of all four stay the same.
Status PrepareTpcB(Workplace& place) {
  LOGWOOD_ASSIGN_OR_RETURN(TpcB tables, TpcB::In(place.database));
  LOGWOOD_RETURN_IF_ERROR(PrepareAmounts(place, tables.branches, kBranches, 0));
  LOGWOOD_RETURN_IF_ERROR(PrepareAmounts(place, tables.tellers, kBranches * kTellersABranch, 0));
  return PrepareAmounts(place, tables.accounts, TpcAccounts(place), 0);
}

Status RunTpcB(Worker& worker) {
  Workplace& place = worker.workplace;
  LOGWOOD_ASSIGN_OR_RETURN(TpcB tables, TpcB::In(place.database));
  const std::string prefix = fmt::format("{:016x}/", worker.task.indexes.seed);
  LOGWOOD_ASSIGN_OR_RETURN(const uint64_t first, FirstFree(tables.history, prefix));
  const auto step = [&]() -> Status {
    const std::string history_key = prefix + NumberKey(first + worker.operations);
    const auto change = [&](Transaction& transaction) {
      return ChangeAmounts(worker, tables, transaction, history_key);
    };
    LOGWOOD_RETURN_IF_ERROR(place.database.Transact(change, OptionsOf(worker)).status());
    CountWritten(worker, 3, NumberKey(0).size());
    CountWritten(worker, 1, history_key.size());
    return Status::Ok();
  };
  return worker.Repeat(worker.task.quota, step);
}

Status CheckTpcB(Workplace& place) {
  LOGWOOD_ASSIGN_OR_RETURN(const TpcB tables, TpcB::In(place.database));
  LOGWOOD_ASSIGN_OR_RETURN(const Sum history, SumOf(tables.history));
  for (const Collection* const table : {&tables.accounts, &tables.tellers, &tables.branches}) {
    LOGWOOD_ASSIGN_OR_RETURN(const Sum sum, SumOf(*table));
    if (sum.amount == history.amount) continue;
    return Status::Corruption(
        fmt::format("{}: {} together, and the history has {}", table->name(), sum.amount, history.amount));
  }
  return Status::Ok();
}

// Rooms with numbered entries: the entries of one are counted, and another is put under the next number, or all are
// deleted where there are many. No number is given twice.
Status PrepareRooms(Workplace& place) {
  LOGWOOD_ASSIGN_OR_RETURN(const Sum sum, SumOf(place.collection));
  place.entries_balance = static_cast<int64_t>(sum.entries);
  return Status::Ok();
}

Status EnterRoom(Worker& worker) {
  Workplace& place = worker.workplace;
  SeededRandom random(worker.task.indexes.seed);
  const auto step = [&]() -> Status {
    const std::string prefix = RoomPrefix(random.Below(kRooms));
    int64_t change = 0;
    const auto enter = [&](Transaction& transaction) -> Status {
      uint64_t found = 0;
      Cursor cursor = transaction.ScanPrefix(place.collection, prefix);
      for (; cursor.valid(); cursor.Next()) ++found;
      LOGWOOD_RETURN_IF_ERROR(cursor.status());
      change = found < kEntriesARoom ? 1 : -static_cast<int64_t>(found);
      if (found >= kEntriesARoom) return transaction.DeletePrefix(place.collection, prefix);
      return transaction.Put(place.collection, prefix + NumberKey(found), AmountValue(1, worker.value_size_bytes));
    };
    LOGWOOD_RETURN_IF_ERROR(place.database.Transact(enter, OptionsOf(worker)).status());
    place.entries_balance += change;
    CountWritten(worker, 1, prefix.size() + NumberKey(0).size());
    return Status::Ok();
  };
  return worker.Repeat(worker.task.quota, step);
}

Status CheckRooms(Workplace& place) {
  LOGWOOD_ASSIGN_OR_RETURN(const Sum sum, SumOf(place.collection));
  const int64_t expected = place.entries_balance;
  if (static_cast<int64_t>(sum.entries) == expected) return Status::Ok();
  return Status::Corruption(
      fmt::format("there are {} entries, expected {}: a number was given twice", sum.entries, expected));
}

constexpr std::array kOperations = {
    Operation{"batchput", "put --num entries, each once, in random order, in batches of --batch, or else of 4",
              WriteByBatches<false>, IndexOrder::kPermutation, Quota::kEntries, Effect::kInsert, 1, nullptr, 4},
    Operation{"txput", "the same writes by transactions; no two threads put the same key", WriteByTransactions<false>,
              IndexOrder::kPermutation, Quota::kEntries, Effect::kInsert, 1, nullptr, 4},
    Operation{"batchupdate", "batchput, each key got before it is put", WriteByBatches<true>, IndexOrder::kPermutation,
              Quota::kEntries, Effect::kInsert, 1, nullptr, 4},
    Operation{"txupdate", "the same by transactions, in which the gets count as read", WriteByTransactions<true>,
              IndexOrder::kPermutation, Quota::kEntries, Effect::kInsert, 1, nullptr, 4},
    Operation{.name = "txbank",
              .help = "--reads transfers between accounts, --num of them, 1,000 at most; the sum must stay",
              .run = TransferMoney,
              .quota = Quota::kReads,
              .collection = "bank",
              .prepare = PrepareBank,
              .check = CheckBank},
    Operation{.name = "txtpcb",
              .help = "like TPC-B: change an account of --num, a teller of 100 and a branch of 10, put into a history; "
                      "teller and branch by GetForUpdate; the sums must agree",
              .run = RunTpcB,
              .quota = Quota::kReads,
              .prepare = PrepareTpcB,
              .check = CheckTpcB},
    Operation{.name = "txphantom",
              .help = "count the entries of one of 8 ranges, then put one under that number, or delete all of 64; none "
                      "may be put twice",
              .run = EnterRoom,
              .quota = Quota::kReads,
              .collection = "rooms",
              .prepare = PrepareRooms,
              .check = CheckRooms},
};

}  // namespace

std::span<const Operation> TransactionOperations() { return kOperations; }

}  // namespace logwood::bench
