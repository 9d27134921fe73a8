#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <logwood/logwood.h>
#include <optional>
#include <string>

// A work queue: tasks are added, claimed by one worker at a time, and acknowledged when they are done. What is claimed
// and not acknowledged in time can be claimed again: its worker may be gone. What a worker writes for a task is
// committed together with the acknowledgement, so it is there once, however often the task was begun.
//
//   tasks    id -> what is to be done
//   due      time, id -> nothing: from then on the task may be claimed
//   claims   id -> the key in `due`, which is new with each claim: who has it still has the task
//
// Thread-safe. Any number of workers in one process.
class Queue {
 public:
  using Time = std::chrono::milliseconds;

  struct Task {
    std::string id;
    std::string what;
    std::string claim;
  };

  // `db` must outlive the queue.
  static logwood::Result<Queue> Open(logwood::Database& db);

  // Adds a task that may be claimed from `now` on, durably.
  logwood::Status Enqueue(logwood::Bytes id, logwood::Bytes what, Time now);
  // A task that is due; nullopt where there is none. It is the caller's for `patience`.
  logwood::Result<std::optional<Task>> Claim(Time now, Time patience);
  // Ends a task, together with what `write` writes. Errors: kNotFound where the task is not the caller's any more: then
  // nothing was written.
  logwood::Status Acknowledge(const Task& task, const std::function<logwood::Status(logwood::Transaction&)>& write);
  // Whether there are no tasks, claimed ones included.
  bool empty() const;

 private:
  Queue(logwood::Database& db, logwood::Collection tasks, logwood::Collection due, logwood::Collection claims);

  logwood::Result<std::optional<std::string>> FirstDue(Time now) const;

  logwood::Database* db_;
  logwood::Collection tasks_;
  logwood::Collection due_;
  logwood::Collection claims_;
};
