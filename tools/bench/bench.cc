#include "tools/bench/bench.h"

#include <algorithm>
#include <barrier>
#include <filesystem>
#include <limits>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "base/status_macros.h"
#include "base/thread_pool.h"

namespace logwood::bench {
namespace {

constexpr const char* kCollection = "bench";
constexpr uint64_t kSyncsOfNum = 1000;  // Of so many entries of --num one is written by fillsync.

// A benchmark says nothing about a database that it did not fill, and may harm it.
Status CheckIsFree(const std::string& directory) {
  std::error_code error;
  if (!std::filesystem::exists(directory, error) || std::filesystem::is_empty(directory, error)) return Status::Ok();
  return Status::AlreadyExists(directory +
                               ": not empty; name a new or an empty directory, or run on the database that an earlier "
                               "benchmark left there with --use_existing_db");
}

// What is at `position` of `parts` parts of `total`, the first of which may be larger by one.
uint64_t PartOf(uint64_t total, uint64_t parts, uint64_t position) {
  return total / parts + (position < total % parts ? 1 : 0);
}

// How many are in the parts before `position`.
uint64_t PartsBefore(uint64_t total, uint64_t parts, uint64_t position) {
  return total / parts * position + std::min(position, total % parts);
}

uint64_t TotalOf(const Operation& operation, const Settings& settings) {
  switch (operation.quota) {
    case Quota::kEntries: return settings.num;
    case Quota::kSyncs: return std::max(uint64_t{1}, settings.num / kSyncsOfNum);
    case Quota::kReads: return settings.read_count();
    case Quota::kEveryThread: return settings.reads == 0 ? UINT64_MAX : settings.reads;
    case Quota::kOnce: return 1;
  }
  return 0;
}

// Whether --seconds is about it: its indexes do not run out.
bool IsTimed(const Operation& operation, const Settings& settings) {
  const bool draws = operation.order == IndexOrder::kRandom || operation.order == IndexOrder::kPresent;
  return settings.seconds > 0 && operation.quota == Quota::kEntries && draws;
}

uint64_t ThreadsOf(const Operation& operation, const Settings& settings) {
  return operation.quota == Quota::kOnce ? 1 : settings.threads;
}

WrittenStatistics Difference(const WrittenStatistics& after, const WrittenStatistics& before) {
  return {.user_bytes = after.user_bytes - before.user_bytes,
          .log_bytes = after.log_bytes - before.log_bytes,
          .log_prepared_bytes = after.log_prepared_bytes - before.log_prepared_bytes,
          .flush_bytes = after.flush_bytes - before.flush_bytes,
          .merge_bytes = after.merge_bytes - before.merge_bytes,
          .ingest_bytes = after.ingest_bytes - before.ingest_bytes,
          .manifest_bytes = after.manifest_bytes - before.manifest_bytes,
          .recovery_bytes = after.recovery_bytes - before.recovery_bytes};
}

TransactionFigures Difference(const TransactionStatistics& after, const TransactionStatistics& before) {
  return {.committed = after.committed - before.committed,
          .conflicts = after.conflicts.total() + after.deadlocks - before.conflicts.total() - before.deadlocks};
}

}  // namespace

Result<std::unique_ptr<Bench>> Bench::Open(const std::string& directory, const Settings& settings,
                                           const std::atomic<bool>& interrupted) {
  if (!settings.use_existing_db) LOGWOOD_RETURN_IF_ERROR(CheckIsFree(directory));
  const Options options{.mode = settings.use_existing_db ? OpenMode::kOpen : OpenMode::kCreate,
                        .memory_budget_bytes = settings.memory_budget_bytes,
                        .memtable_size_bytes = settings.memtable_size_bytes,
                        .log = settings.log};
  LOGWOOD_ASSIGN_OR_RETURN(Database database, Database::Open(directory, options));
  Result<Collection> collection =
      settings.use_existing_db ? database.OpenCollection(kCollection) : database.CreateCollection(kCollection);
  if (!collection.ok()) return collection.status().WithContext(directory + ": not the database of a benchmark");
  std::unique_ptr<Bench> bench(
      new Bench(directory, settings, interrupted, std::move(database), *std::move(collection)));
  if (settings.use_existing_db) LOGWOOD_RETURN_IF_ERROR(bench->CountEntries());
  return bench;
}

Bench::Bench(std::string directory, const Settings& settings, const std::atomic<bool>& interrupted, Database database,
             Collection collection)
    : directory_(std::move(directory)),
      settings_(settings),
      interrupted_(interrupted),
      database_(std::move(database)),
      collection_(std::move(collection)),
      values_(settings.value_size_bytes, settings.seed),
      present_(settings.num),
      next_new_index_(settings.num) {}

Status Bench::CountEntries() {
  KeyMaker keys(settings_.keys, settings_.key_size_bytes);
  Cursor cursor = collection_.Scan();
  for (; cursor.valid() && !interrupted_; cursor.Next()) {
    const std::optional<uint64_t> index = keys.IndexOf(cursor.key());
    if (index && *index < present_.limit()) {
      present_.Insert(*index);
    } else {
      ++other_entries_;
      if (index) next_new_index_ = std::max(next_new_index_, *index + 1);
      other_bytes_ += cursor.key().size() + cursor.value().size();
    }
  }
  return cursor.status();
}

Status Bench::Close() { return database_.Close(); }

Status Bench::CheckHasEntries(const Operation& operation) const {
  if (!GivesPresent(operation.order) || present_.count() > 0) return Status::Ok();
  return Status::InvalidArgument(std::string(operation.name) + ": there is no entry with an index below --num and " +
                                 "with these --keys and --key_size; run fillrandom before it, or give the options " +
                                 "with which the database was filled");
}

Worker::Task Bench::TaskOf(const Operation& operation, uint64_t thread) const {
  constexpr uint64_t kMoreThanAnyDoes = uint64_t{1} << 60;
  const uint64_t total = IsTimed(operation, settings_) ? kMoreThanAnyDoes : TotalOf(operation, settings_);
  const uint64_t threads = ThreadsOf(operation, settings_);
  const bool for_each = operation.quota == Quota::kEveryThread;
  const uint64_t batch = settings_.batch > 1 ? settings_.batch : std::min(operation.batch, settings_.batch_max());
  return {.indexes = {.order = operation.order,
                      .first = PartsBefore(total, threads, thread),
                      .seed = Mix(Mix(settings_.seed + operations_run_) + thread),
                      .permutation_seed = Mix(settings_.seed + operations_run_)},
          .quota = for_each ? total : PartOf(total, threads, thread),
          .batch = operation.syncs ? 1 : batch,
          .sample_every = operation.sample_every,
          .seconds = IsTimed(operation, settings_) ? static_cast<double>(settings_.seconds)
                                                   : std::numeric_limits<double>::infinity(),
          .sync = settings_.sync || operation.syncs ? Sync::kYes : Sync::kNo,
          .first_new_index = next_new_index_ + PartsBefore(total, threads, thread)};
}

Status Bench::RunThreads(const Operation& operation, std::vector<std::unique_ptr<Worker>>& workers,
                         Workplace& workplace, Measurement& total) {
  const uint64_t measured = ThreadsOf(operation, settings_);
  std::vector<Status> ends(workers.size());
  std::vector<uint64_t> ended_at(workers.size());
  uint64_t started_at = 0;
  std::barrier start(static_cast<std::ptrdiff_t>(workers.size()),
                     [&started_at]() noexcept { started_at = Worker::NowNanoseconds(); });
  workplace.measured_running = measured;
  Status watched;
  {
    const bool watches = IsTimed(operation, settings_);
    ThreadPool threads(static_cast<int>(workers.size() + (watches ? 1 : 0)));
    if (watches) threads.Run([&] { watched = Watch(workplace, total.timeline); });
    for (size_t i = 0; i < workers.size(); ++i) {
      threads.Run([&, i] {
        start.arrive_and_wait();
        ends[i] = i < measured ? operation.run(*workers[i]) : operation.run_beside(*workers[i]);
        ended_at[i] = Worker::NowNanoseconds();
        if (!ends[i].ok()) workplace.failed = true;
        if (i < measured) --workplace.measured_running;
      });
    }
  }
  const uint64_t last = *std::max_element(ended_at.begin(), ended_at.begin() + static_cast<std::ptrdiff_t>(measured));
  total.seconds = static_cast<double>(last - started_at) * 1e-9;
  LOGWOOD_RETURN_IF_ERROR(watched);
  const auto error = std::ranges::find_if(ends, [](const Status& end) { return !end.ok(); });
  return error == ends.end() ? Status::Ok() : error->WithContext(operation.name);
}

Status Bench::Watch(const Workplace& workplace, Timeline& timeline) const {
  timeline.Begin(Worker::NowNanoseconds());
  for (; workplace.measured_running > 0; std::this_thread::sleep_for(std::chrono::milliseconds(250))) {
    LOGWOOD_ASSIGN_OR_RETURN(const DatabaseStatistics statistics, database_.Statistics());
    Timeline::Second look{.debt_bytes = statistics.pacing.debt_bytes,
                          .stored_bytes = statistics.stored.logs.bytes + statistics.stored.trees.bytes};
    for (const CollectionStatistics& collection : statistics.collections) {
      look.runs = std::max(look.runs, collection.trees.runs);
    }
    timeline.AddLook(Worker::NowNanoseconds(), look);
  }
  return Status::Ok();
}

void Bench::KeepAccount(const Operation& operation, const Worker& worker) {
  if (operation.effect == Effect::kNone || GivesPresent(operation.order) || operation.collection != nullptr) return;
  IndexSequence indexes(worker.task.indexes, present_);
  for (uint64_t i = 0; i < worker.entries; ++i) {
    const uint64_t index = indexes.Next();
    if (operation.effect == Effect::kInsert) {
      present_.Insert(index);
    } else {
      present_.Erase(index);
    }
  }
}

void Bench::KeepAccountOfOthers(const Operation& operation, const Worker& worker) {
  if (operation.collection != nullptr && operation.effect == Effect::kInsert) elsewhere_bytes_ += worker.user_bytes;
  other_entries_ += worker.new_entries;
  other_bytes_ += worker.new_entries * (settings_.key_size_bytes + settings_.value_size_bytes);
}

void Bench::AddUp(const Operation& operation, const std::vector<std::unique_ptr<Worker>>& workers,
                  Measurement& total) const {
  for (size_t i = 0; i < workers.size(); ++i) {
    const Worker& worker = *workers[i];
    const bool is_beside = i >= total.threads;
    const bool only_writes = is_beside || operation.effect != Effect::kNone;
    total.user_bytes_written += only_writes ? worker.user_bytes : worker.user_bytes_written;
    if (is_beside) {
      total.beside_entries += worker.entries;
      continue;
    }
    total.operations += worker.operations;
    total.entries += worker.entries;
    total.user_bytes += worker.user_bytes;
    total.latency.Merge(worker.latency);
    total.timeline.Merge(worker.timeline);
  }
}

Workplace Bench::WorkplaceOf(Collection& collection, const ValueSource& values) {
  return {.settings = settings_,
          .database = database_,
          .collection = collection,
          .values = values,
          .present = present_,
          .other_entries = other_entries_,
          .interrupted = interrupted_};
}

Result<Measurement> Bench::Run(const Operation& operation) {
  LOGWOOD_RETURN_IF_ERROR(CheckHasEntries(operation));
  std::optional<Collection> elsewhere;
  if (operation.collection != nullptr) {
    LOGWOOD_ASSIGN_OR_RETURN(elsewhere, database_.OpenOrCreate(operation.collection));
  }
  std::optional<ValueSource> other_values;
  if (operation.value_size_bytes != 0) other_values.emplace(operation.value_size_bytes, settings_.seed);
  Workplace workplace = WorkplaceOf(elsewhere ? *elsewhere : collection_, other_values ? *other_values : values_);
  Measurement total{.name = std::string(operation.name),
                    .threads = ThreadsOf(operation, settings_),
                    .sample_every = operation.sample_every};
  std::vector<std::unique_ptr<Worker>> workers;
  for (uint64_t i = 0; i < total.threads; ++i) {
    workers.push_back(std::make_unique<Worker>(workplace, TaskOf(operation, i)));
  }
  if (operation.run_beside != nullptr) {
    Worker::Task task = TaskOf(operation, total.threads);
    task.sample_every = 1;
    workers.push_back(std::make_unique<Worker>(workplace, task));
  }
  if (operation.prepare != nullptr) LOGWOOD_RETURN_IF_ERROR(operation.prepare(workplace).WithContext(operation.name));
  LOGWOOD_ASSIGN_OR_RETURN(const DatabaseStatistics counted_before, database_.Statistics());
  const ProcessUsage before = ProcessUsage::Now();
  LOGWOOD_RETURN_IF_ERROR(RunThreads(operation, workers, workplace, total));
  const ProcessUsage after = ProcessUsage::Now();
  LOGWOOD_ASSIGN_OR_RETURN(const DatabaseStatistics counted_after, database_.Statistics());
  total.written = Difference(counted_after.written, counted_before.written);
  total.transactions = Difference(counted_after.transactions, counted_before.transactions);
  if (operation.check != nullptr) LOGWOOD_RETURN_IF_ERROR(operation.check(workplace).WithContext(operation.name));
  ++operations_run_;
  AddUp(operation, workers, total);
  for (uint64_t i = 0; i < total.threads; ++i) {
    KeepAccount(operation, *workers[i]);
    KeepAccountOfOthers(operation, *workers[i]);
  }
  if (operation.brings_new) next_new_index_ += TotalOf(operation, settings_);
  total.user_cpu_seconds = after.user_seconds - before.user_seconds;
  total.system_cpu_seconds = after.system_seconds - before.system_seconds;
  total.written_bytes = after.written_bytes - before.written_bytes;
  total.occupied_bytes = OccupiedBytes(directory_);
  total.present_entries = present_.count() + other_entries_;
  total.present_bytes =
      present_.count() * (settings_.key_size_bytes + settings_.value_size_bytes) + other_bytes_ + elsewhere_bytes_;
  total.resident_bytes_peak = after.resident_bytes_peak;
  total.interrupted = interrupted_;
  return total;
}

}  // namespace logwood::bench
