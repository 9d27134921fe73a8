#include "tools/bench/report.h"

#include <gtest/gtest.h>
#include <string>

namespace logwood::bench {
namespace {

Environment ReleaseBuild() { return {.build_type = "Release", .compiler_flags = "-O3 -DNDEBUG"}; }

TEST(Environment, WarnsOfBuildsWhoseFiguresSayLittle) {
  EXPECT_TRUE(ReleaseBuild().Warnings().empty());
  Environment environment = ReleaseBuild();
  environment.build_type = "Debug";
  EXPECT_EQ(environment.Warnings().size(), 1u);
  environment = ReleaseBuild();
  environment.sanitizers = "address";
  EXPECT_EQ(environment.Warnings().size(), 1u);
  environment = ReleaseBuild();
  environment.compiler_flags = "-fsanitize=thread --coverage";
  EXPECT_EQ(environment.Warnings().size(), 2u);
}

TEST(Environment, KnowsWhereItIs) {
  const Environment environment = Environment::Now();
  EXPECT_EQ(environment.date.size(), std::string("2026-01-01T00:00:00Z").size());
  EXPECT_GT(environment.cores, 0u);
  EXPECT_FALSE(environment.cpu_model.empty());
  EXPECT_FALSE(environment.logwood_version.empty());
}

TEST(Report, DividesByWhatWasWrittenAndWhatIsThere) {
  Measurement measurement{.name = "fillseq",
                          .operations = 10,
                          .entries = 1000,
                          .user_bytes = 4'000'000,
                          .seconds = 2,
                          .written_bytes = 6'000'000,
                          .written = {.user_bytes = 1'000,
                                      .log_bytes = 1'250,
                                      .log_prepared_bytes = 500,
                                      .flush_bytes = 1'000,
                                      .merge_bytes = 2'500,
                                      .manifest_bytes = 125},
                          .transactions = {.committed = 8, .conflicts = 2},
                          .user_bytes_written = 4'000'000,
                          .occupied_bytes = 3'000'000,
                          .present_bytes = 2'000'000};
  measurement.latency.Add(100);
  const std::string json = JsonOf(measurement);
  for (const char* field :
       {"\"entries_per_second\":500.0", "\"operations_per_second\":5.0", "\"megabytes_per_second\":2.0",
        "\"write_amplification\":1.5", "\"space_amplification\":1.5", "\"p50_us\":0.1", "\"max_us\":0.1",
        "\"write_amplification_by_cause\":{\"log\":1.25,\"log_prepared\":0.5,\"flushes\":1.0,\"merges\":2.5,"
        "\"ingests\":0.0,\"manifest\":0.125}",
        "\"transactions_committed\":8,\"transaction_conflicts\":2,\"conflicts_per_commit\":0.25"}) {
    EXPECT_NE(json.find(field), std::string::npos) << field << " in " << json;
  }
  const std::string text = TextOf(measurement);
  EXPECT_NE(text.find("  (0.250 conflicts a commit)"), std::string::npos) << text;
  EXPECT_NE(text.find("  (WA: log 1.25 + 0.50 prepared, flushes 1.00, merges 2.50)"), std::string::npos) << text;
}

TEST(Report, HasNullForRatiosOfNothing) {
  const std::string json = JsonOf(Measurement{.name = "stats"});
  for (const char* field : {"\"write_amplification\":null", "\"space_amplification\":null", "\"p99_us\":null",
                            "\"max_us\":null", "\"entries_per_second\":0.0", "\"conflicts_per_commit\":null"}) {
    EXPECT_NE(json.find(field), std::string::npos) << field << " in " << json;
  }
}

}  // namespace
}  // namespace logwood::bench
