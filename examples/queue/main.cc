// A work queue on transactions: several workers, processes that are killed in the midst of their work, and at the end
// each task done once.
//
//   queue_example DIRECTORY [TASKS [KILLS]]

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "queue.h"

namespace {

constexpr int kWorkers = 4;
// So short that tasks of a process that was killed come back soon; a worker that is slower loses its claim and nothing
// else.
constexpr Queue::Time kPatience{50};

Queue::Time Now() {
  return std::chrono::duration_cast<Queue::Time>(std::chrono::system_clock::now().time_since_epoch());
}

// Does what a task says, that is squares a number, and counts how often it was done: one too many would show.
logwood::Status Do(logwood::Transaction& transaction, const logwood::Collection& results, const Queue::Task& task) {
  const auto before = transaction.Get(results, task.id);
  if (!before.ok()) return before.status();
  const int times = *before ? std::stoi((*before)->ToString()) + 1 : 1;
  const long number = std::stol(task.what);
  return transaction.Put(results, task.id, std::to_string(times) + " time: " + std::to_string(number * number));
}

void Work(logwood::Database& db, const logwood::Collection& results) {
  Queue queue = Queue::Open(db).value();
  while (!queue.empty()) {
    const std::optional<Queue::Task> task = queue.Claim(Now(), kPatience).value();
    if (!task) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      continue;
    }
    const logwood::Status status =
        queue.Acknowledge(*task, [&](logwood::Transaction& transaction) { return Do(transaction, results, *task); });
    if (status.code() != logwood::StatusCode::kNotFound) status.Check();
  }
}

// One life of the process that works.
int Live(const std::string& directory) {
  logwood::Database db = logwood::Database::Open(directory).value();
  const logwood::Collection results = db.OpenOrCreate("results").value();
  std::vector<std::thread> workers;
  for (int i = 0; i < kWorkers; ++i) workers.emplace_back([&] { Work(db, results); });
  for (std::thread& worker : workers) worker.join();
  db.Close().Check();
  return 0;
}

// Lets a child work, and kills it after a while if `milliseconds` says so. A process that has opened a database must
// not fork; this one has not, or has closed it.
bool LetLive(const std::string& directory, long milliseconds) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(Live(directory));
  if (milliseconds > 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    ::kill(child, SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void Fill(const std::string& directory, long tasks) {
  logwood::Database db = logwood::Database::Open(directory, {.mode = logwood::OpenMode::kCreate}).value();
  Queue queue = Queue::Open(db).value();
  for (long i = 0; i < tasks; ++i) queue.Enqueue("task" + std::to_string(i), std::to_string(i), Now()).Check();
}

// Returns how many tasks are not done exactly once.
long Check(const std::string& directory, long tasks) {
  logwood::Database db = logwood::Database::Open(directory).value();
  const logwood::Collection results = db.OpenCollection("results").value();
  long wrong = Queue::Open(db).value().empty() ? 0 : 1;
  for (long i = 0; i < tasks; ++i) {
    const auto result = results.Get("task" + std::to_string(i)).value();
    if (!result || result->ToString() != "1 time: " + std::to_string(i * i)) ++wrong;
  }
  return wrong;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: queue_example DIRECTORY [TASKS [KILLS]]\n";
    return 2;
  }
  const std::string directory = argv[1];
  const long tasks = argc > 2 ? std::atol(argv[2]) : 1000;
  const long kills = argc > 3 ? std::atol(argv[3]) : 5;
  // In a child as well: a process that opens a database has threads, which a fork does not take along.
  const pid_t filler = ::fork();
  if (filler == 0) {
    Fill(directory, tasks);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(filler, &status, 0);
  if (status != 0) return 1;
  long killed = 0;
  for (long i = 0; i < kills; ++i) killed += LetLive(directory, 20 + 10 * i) ? 0 : 1;
  if (!LetLive(directory, 0)) return 1;
  const long wrong = Check(directory, tasks);
  std::cout << tasks << " tasks, " << kWorkers << " workers, " << killed << " kills: " << wrong
            << " tasks lost or done twice\n";
  return wrong == 0 ? 0 : 1;
}
