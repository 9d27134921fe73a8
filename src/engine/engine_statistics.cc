#include <tuple>

#include "base/status_macros.h"
#include "engine/engine.h"
#include "engine/statistics.h"

namespace logwood {

Result<DatabaseStatistics> Engine::Statistics() const {
  LOGWOOD_RETURN_IF_ERROR(CheckOpen());
  Result<DatabaseStatistics> statistics = TakeStatistics();
  OnViewReleased();  // It holds trees like a view.
  return statistics;
}

Result<DatabaseStatistics> Engine::TakeStatistics() const {
  const ReadView view = states_.View();
  DatabaseStatistics statistics;
  statistics.collections = StatisticsOfCollections(root_.collections(), *view.state);
  std::tie(statistics.active_memtables, statistics.sealed_memtables) = StatisticsOfMemtables(*view.state);
  LOGWOOD_ASSIGN_OR_RETURN(statistics.stored, StatisticsOfStore(parts_.store, strangers_));
  statistics.memory = StatisticsOf(*budget_);
  statistics.memory.budget_bytes = options_.memory_budget_bytes;
  statistics.cache = StatisticsOf(cache_);
  const ReadStates::Counts counts = states_.counts();
  statistics.reads = counts.reads;
  statistics.filters = counts.filters;
  statistics.views = StatisticsOf(view_census_.Summarize());
  statistics.views.pinned_memtables_bytes = states_.pinned_memtables_bytes();
  statistics.views.pinned_files = files_.held();
  std::tie(statistics.views.spilled_views, statistics.views.scratch_bytes) = held_views_.spilled();
  statistics.published = StatisticsOf(view.at);
  statistics.flushed = StatisticsOf(view.state->flushed);
  if (pipeline_ != nullptr) statistics.commits = pipeline_->statistics();
  statistics.transactions = TakeTransactions();
  statistics.flushes = StatisticsOf(flushes_);
  statistics.merges = StatisticsOf(merges_);
  statistics.ingests = StatisticsOf(ingests_);
  statistics.pacing = pacer_.statistics();
  statistics.written = TakeWritten(statistics);
  statistics.latencies = TakeLatencies();
  statistics.recovered_log_bytes = recovered_log_bytes_;
  return statistics;
}

WrittenStatistics Engine::TakeWritten(const DatabaseStatistics& counted) const {
  return {.user_bytes = counted.commits.user_bytes + counted.ingests.bytes_out,
          .log_bytes = counted.commits.log_bytes + log_headers_bytes_.value(),
          .log_prepared_bytes = counted.commits.log_bytes_prepared,
          .flush_bytes = counted.flushes.bytes_out + reserve_.bytes_written(),
          .merge_bytes = counted.merges.bytes_out,
          .ingest_bytes = counted.ingests.bytes_out,
          .manifest_bytes = root_.manifest_bytes_written(),
          .recovery_bytes = recovery_bytes_};
}

LatenciesStatistics Engine::TakeLatencies() const {
  LatenciesStatistics latencies{.get = StatisticsOf(states_.latencies().get),
                                .seek = StatisticsOf(states_.latencies().seek),
                                .commit = StatisticsOf(states_.latencies().commit),
                                .sync = {},
                                .flush = StatisticsOf(flushes_.latency),
                                .merge = StatisticsOf(merges_.latency)};
  if (pipeline_ != nullptr) latencies.sync = StatisticsOf(pipeline_->sync_latency());
  return latencies;
}

}  // namespace logwood
