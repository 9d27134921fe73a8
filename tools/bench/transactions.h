#pragma once

#include "logwood/status.h"
#include "tools/bench/worker.h"

namespace logwood::bench {

// Operations on transactions. Those that write --num entries do it once by batches and once by transactions, each
// thread under keys of its own, to tell what a transaction costs where nobody is in the way. The others are
// repeated by Database::Transact() until they are committed, and check in the end what only serializable transactions
// leave.

Status PutByBatches(Worker& worker);
Status PutByTransactions(Worker& worker);
// Get each key, there or not, before it is put.
Status UpdateByBatches(Worker& worker);
Status UpdateByTransactions(Worker& worker);

// Accounts with the same amount each; a transfer takes from one and gives to another. The sum stays.
Status PrepareBank(Workplace& place);
Status TransferMoney(Worker& worker);
Status CheckBank(Workplace& place);

// In the manner of TPC-B: an account, its teller and its branch are changed by an amount, which goes into a history.
// The sums of all four stay the same.
Status PrepareTpcB(Workplace& place);
Status RunTpcB(Worker& worker);
Status CheckTpcB(Workplace& place);

// Rooms with numbered entries: the entries of one are counted, and another is put under the next number, or all are
// deleted where there are many. No number is given twice.
Status PrepareRooms(Workplace& place);
Status EnterRoom(Worker& worker);
Status CheckRooms(Workplace& place);

}  // namespace logwood::bench
