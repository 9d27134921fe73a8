#include "queue.h"

#include <random>
#include <utility>
#include <vector>

using logwood::Bytes;
using logwood::Collection;
using logwood::PinnedValue;
using logwood::Result;
using logwood::Status;
using logwood::StatusCode;
using logwood::Transaction;

namespace {

constexpr size_t kTimeDigits = 16;
// Among so many of the first tasks a worker picks one, so that workers rarely want the same.
constexpr size_t kCandidates = 16;

// Times of a fixed width stand in order as bytes.
std::string DueKey(Queue::Time at, Bytes id) {
  std::string digits = std::to_string(at.count());
  return std::string(kTimeDigits - digits.size(), '0') + digits + id.ToString();
}

size_t Draw(size_t count) {
  thread_local std::minstd_rand random{std::random_device()()};
  return random() % count;
}

}  // namespace

Queue::Queue(logwood::Database& db, Collection tasks, Collection due, Collection claims)
    : db_(&db), tasks_(std::move(tasks)), due_(std::move(due)), claims_(std::move(claims)) {}

Result<Queue> Queue::Open(logwood::Database& db) {
  Result<Collection> tasks = db.OpenOrCreate("tasks");
  if (!tasks.ok()) return tasks.status();
  Result<Collection> due = db.OpenOrCreate("due");
  if (!due.ok()) return due.status();
  Result<Collection> claims = db.OpenOrCreate("claims");
  if (!claims.ok()) return claims.status();
  return Queue(db, *tasks, *due, *claims);
}

Status Queue::Enqueue(Bytes id, Bytes what, Time now) {
  logwood::Batch batch;
  batch.Put(tasks_, id, what);
  batch.Put(due_, DueKey(now, id), "");
  return db_->Commit(batch);
}

// The look for candidates is no part of the transaction: it would conflict with every claim and every new task. What
// counts is that the one key is still there.
Result<std::optional<Queue::Task>> Queue::Claim(Time now, Time patience) {
  for (;;) {
    const Result<std::optional<std::string>> due = FirstDue(now);
    if (!due.ok()) return due.status();
    if (!*due) return std::optional<Task>();
    Task task{.id = (*due)->substr(kTimeDigits)};
    task.claim = DueKey(now + patience, task.id);
    bool is_mine = false;
    const auto claim = [&](Transaction& transaction) -> Status {
      const Result<std::optional<PinnedValue>> still = transaction.GetForUpdate(due_, **due);
      if (!still.ok()) return still.status();
      is_mine = still->has_value();
      if (!is_mine) return Status::Ok();
      const Result<std::optional<PinnedValue>> what = transaction.Get(tasks_, task.id);
      if (!what.ok()) return what.status();
      task.what = (*what)->ToString();
      transaction.Delete(due_, **due).Check();
      transaction.Put(due_, task.claim, "").Check();
      return transaction.Put(claims_, task.id, task.claim);
    };
    const Status status = db_->Transact(claim).status();
    if (!status.ok()) return status;
    if (is_mine) return std::optional(task);
  }
}

Result<std::optional<std::string>> Queue::FirstDue(Time now) const {
  std::vector<std::string> candidates;
  logwood::Cursor cursor = due_.Scan("", DueKey(now + Time(1), ""));
  for (; cursor.valid() && candidates.size() < kCandidates; cursor.Next()) {
    candidates.push_back(cursor.key().ToString());
  }
  if (!cursor.status().ok()) return cursor.status();
  if (candidates.empty()) return std::optional<std::string>();
  return std::optional(candidates[Draw(candidates.size())]);
}

Status Queue::Acknowledge(const Task& task, const std::function<Status(Transaction&)>& write) {
  const auto acknowledge = [&](Transaction& transaction) -> Status {
    const Result<std::optional<PinnedValue>> claim = transaction.Get(claims_, task.id);
    if (!claim.ok()) return claim.status();
    if (!*claim || (*claim)->bytes() != Bytes(task.claim)) {
      return Status::NotFound("task " + task.id + " was claimed by another worker, or is done");
    }
    for (const Status& status : {transaction.Delete(due_, task.claim), transaction.Delete(claims_, task.id),
                                 transaction.Delete(tasks_, task.id)}) {
      if (!status.ok()) return status;
    }
    return write(transaction);
  };
  return db_->Transact(acknowledge).status();
}

bool Queue::empty() const { return !tasks_.Scan().valid(); }
