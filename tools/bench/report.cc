#include "tools/bench/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

namespace logwood::bench {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kMegabyte = 1e6;
constexpr double kMebibyte = 1048576;
constexpr double kMicrosecond = 1e3;  // In nanoseconds.

double PerSecond(uint64_t count, const Measurement& measurement) {
  return measurement.seconds > 0 ? static_cast<double>(count) / measurement.seconds : 0;
}

// Nullopt where there is nothing to divide, or nothing to divide by.
std::optional<double> Ratio(uint64_t bytes, uint64_t user_bytes) {
  if (bytes == 0 || user_bytes == 0) return std::nullopt;
  return static_cast<double>(bytes) / static_cast<double>(user_bytes);
}

std::optional<double> WriteAmplification(const Measurement& measurement) {
  return Ratio(measurement.written_bytes, measurement.user_bytes_written);
}

std::optional<double> SpaceAmplification(const Measurement& measurement) {
  return Ratio(measurement.occupied_bytes, measurement.present_bytes);
}

std::optional<double> Microseconds(const Measurement& measurement, double share) {
  if (measurement.latency.count() == 0) return std::nullopt;
  return static_cast<double>(measurement.latency.Quantile(share)) / kMicrosecond;
}

std::optional<double> MaxMicroseconds(const Measurement& measurement) {
  if (measurement.latency.count() == 0) return std::nullopt;
  return static_cast<double>(measurement.latency.max()) / kMicrosecond;
}

std::optional<double> ConflictsPerCommit(const TransactionFigures& transactions) {
  if (transactions.committed == 0) return std::nullopt;
  return static_cast<double>(transactions.conflicts) / static_cast<double>(transactions.committed);
}

// How many bytes went to the store for each of the user's, by what for; null where the user wrote none.
Json AmplificationByCause(const WrittenStatistics& written) {
  const auto share = [&](uint64_t bytes) {
    return written.user_bytes == 0 ? Json(nullptr)
                                   : Json(static_cast<double>(bytes) / static_cast<double>(written.user_bytes));
  };
  return {{"log", share(written.log_bytes)},        {"log_prepared", share(written.log_prepared_bytes)},
          {"flushes", share(written.flush_bytes)},  {"merges", share(written.merge_bytes)},
          {"ingests", share(written.ingest_bytes)}, {"manifest", share(written.manifest_bytes)}};
}

Json OrNull(std::optional<double> number) { return number ? Json(*number) : Json(nullptr); }

std::string OrDash(std::optional<double> number, int decimals) {
  return number ? fmt::format("{:.{}f}", *number, decimals) : "-";
}

// Three digits are enough to compare by.
std::string ShownMicroseconds(std::optional<double> microseconds) {
  return OrDash(microseconds, microseconds && *microseconds < 10 ? 2 : 1);
}

std::string Joined(const std::vector<std::string>& names) { return fmt::format("{}", fmt::join(names, ",")); }

const char* NameOf(KeyForm form) { return form == KeyForm::kDecimal ? "decimal" : "random"; }
const char* NameOf(LogMode log) { return log == LogMode::kOn ? "on" : "off"; }

std::string TextOf(const WrittenStatistics& written) {
  const auto share = [&](uint64_t bytes) {
    return static_cast<double>(bytes) / static_cast<double>(written.user_bytes);
  };
  return fmt::format("  (WA: log {:.2f} + {:.2f} prepared, flushes {:.2f}, merges {:.2f})", share(written.log_bytes),
                     share(written.log_prepared_bytes), share(written.flush_bytes), share(written.merge_bytes));
}

constexpr const char* kColumns = "{:<16} {:>11} {:>11} {:>9} {:>8} {:>8} {:>9} {:>10} {:>7} {:>10} {:>6} {:>6} {:>8}";

}  // namespace

std::string TextOf(const Environment& environment, const Settings& settings) {
  return fmt::format("{}  logwood {} ({}, {})  {}, {} cores, load {:.1f}\n", environment.date,
                     environment.logwood_version, environment.build_type, environment.compiler, environment.cpu_model,
                     environment.cores, environment.load) +
         fmt::format(
             "num {}, keys {} B {}, values {} B, threads {}, batch {}, log {}, sync {}, seed {}, budget {:.0f} MiB, "
             "memtable {}\n\n",
             settings.num, settings.key_size_bytes, NameOf(settings.keys), settings.value_size_bytes, settings.threads,
             settings.batch, NameOf(settings.log), settings.sync ? "yes" : "no", settings.seed,
             static_cast<double>(settings.memory_budget_bytes) / kMebibyte,
             settings.memtable_size_bytes == 0
                 ? "of a share"
                 : fmt::format("{:.0f} MiB", static_cast<double>(settings.memtable_size_bytes) / kMebibyte)) +
         fmt::format(kColumns, "benchmark", "entries/s", "ops/s", "MB/s", "p50 us", "p99 us", "p99.9 us", "max us",
                     "CPU s", "written MB", "WA", "SA", "RSS MiB");
}

std::string JsonOf(const Environment& environment, const Settings& settings) {
  const Json options = {{"benchmarks", Joined(settings.benchmarks)},
                        {"num", settings.num},
                        {"reads", settings.read_count()},
                        {"seconds", settings.seconds},
                        {"key_size", settings.key_size_bytes},
                        {"value_size", settings.value_size_bytes},
                        {"threads", settings.threads},
                        {"batch", settings.batch},
                        {"seek_nexts", settings.seek_nexts},
                        {"series", settings.series},
                        {"seed", settings.seed},
                        {"budget", settings.memory_budget_bytes},
                        {"memtable_size", settings.memtable_size_bytes},
                        {"keys", NameOf(settings.keys)},
                        {"log", NameOf(settings.log)},
                        {"sync", settings.sync},
                        {"verify", settings.verify},
                        {"use_existing_db", settings.use_existing_db}};
  return Json{{"environment",
               {{"date", environment.date},
                {"cpu_model", environment.cpu_model},
                {"cores", environment.cores},
                {"load", environment.load},
                {"logwood_version", environment.logwood_version},
                {"build_type", environment.build_type},
                {"compiler", environment.compiler},
                {"compiler_flags", environment.compiler_flags},
                {"sanitizers", environment.sanitizers},
                {"warnings", environment.Warnings()},
                {"options", options}}}}
      .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string TextOf(const Measurement& measurement) {
  const auto microseconds = [&](double share) { return ShownMicroseconds(Microseconds(measurement, share)); };
  std::string line =
      fmt::format(kColumns, measurement.name, fmt::format("{:.0f}", PerSecond(measurement.entries, measurement)),
                  fmt::format("{:.0f}", PerSecond(measurement.operations, measurement)),
                  fmt::format("{:.1f}", PerSecond(measurement.user_bytes, measurement) / kMegabyte), microseconds(0.5),
                  microseconds(0.99), microseconds(0.999), ShownMicroseconds(MaxMicroseconds(measurement)),
                  fmt::format("{:.2f}", measurement.user_cpu_seconds + measurement.system_cpu_seconds),
                  fmt::format("{:.1f}", static_cast<double>(measurement.written_bytes) / kMegabyte),
                  OrDash(WriteAmplification(measurement), 2), OrDash(SpaceAmplification(measurement), 2),
                  fmt::format("{:.0f}", static_cast<double>(measurement.resident_bytes_peak) / kMebibyte));
  if (measurement.sample_every > 1) line += fmt::format("  (1 of {} timed)", measurement.sample_every);
  if (measurement.beside_entries > 0) {
    line += fmt::format("  (and {:.0f} puts/s)", PerSecond(measurement.beside_entries, measurement));
  }
  if (const auto conflicts = ConflictsPerCommit(measurement.transactions)) {
    line += fmt::format("  ({:.3f} conflicts a commit)", *conflicts);
  }
  if (measurement.operations == 0) {
    line += fmt::format("  ({} entries of {:.1f} MB in {:.1f} MB)", measurement.present_entries,
                        static_cast<double>(measurement.present_bytes) / kMegabyte,
                        static_cast<double>(measurement.occupied_bytes) / kMegabyte);
  }
  if (measurement.written.user_bytes > 0) line += TextOf(measurement.written);
  if (measurement.interrupted) line += "  (interrupted)";
  return line;
}

std::string JsonOf(const Measurement& measurement) {
  const auto microseconds = [&](double share) { return OrNull(Microseconds(measurement, share)); };
  return Json{{"benchmark", measurement.name},
              {"threads", measurement.threads},
              {"operations", measurement.operations},
              {"entries", measurement.entries},
              {"seconds", measurement.seconds},
              {"entries_per_second", PerSecond(measurement.entries, measurement)},
              {"operations_per_second", PerSecond(measurement.operations, measurement)},
              {"megabytes_per_second", PerSecond(measurement.user_bytes, measurement) / kMegabyte},
              {"p50_us", microseconds(0.5)},
              {"p99_us", microseconds(0.99)},
              {"p999_us", microseconds(0.999)},
              {"max_us", OrNull(MaxMicroseconds(measurement))},
              {"timed_one_in", measurement.sample_every},
              {"user_cpu_seconds", measurement.user_cpu_seconds},
              {"system_cpu_seconds", measurement.system_cpu_seconds},
              {"user_bytes", measurement.user_bytes},
              {"user_bytes_written", measurement.user_bytes_written},
              {"written_bytes", measurement.written_bytes},
              {"write_amplification", OrNull(WriteAmplification(measurement))},
              {"write_amplification_by_cause", AmplificationByCause(measurement.written)},
              {"transactions_committed", measurement.transactions.committed},
              {"transaction_conflicts", measurement.transactions.conflicts},
              {"conflicts_per_commit", OrNull(ConflictsPerCommit(measurement.transactions))},
              {"occupied_bytes", measurement.occupied_bytes},
              {"present_entries", measurement.present_entries},
              {"present_bytes", measurement.present_bytes},
              {"space_amplification", OrNull(SpaceAmplification(measurement))},
              {"peak_resident_bytes", measurement.resident_bytes_peak},
              {"beside_entries", measurement.beside_entries},
              {"interrupted", measurement.interrupted}}
      .dump();
}

}  // namespace logwood::bench
