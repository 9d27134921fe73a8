#include "tools/stress/report.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace logwood::stress {
namespace {

double PerSecond(const Figures& figures) {
  return figures.seconds > 0 ? static_cast<double>(figures.operations) / figures.seconds : 0;
}

std::string VerdictOf(const Report& report, const std::string& directory) {
  if (!report.violation) {
    return fmt::format("{}All promises were kept.", report.interrupted ? "Interrupted. Until then: " : "");
  }
  const Violation& violation = *report.violation;
  return fmt::format(
      "VIOLATION: {}\n  where:    {}\n  expected: {}\n  found:    {}\nThe database is left as it is in {}.",
      violation.what, violation.where, violation.expected, violation.found, directory);
}

}  // namespace

std::string ProgressLine(const Figures& figures) {
  return fmt::format("{:6.0f} s  {:8.0f} operations/s  {:6} lives  {:6} kills  {:6} checks  {:12} keys compared",
                     figures.seconds, PerSecond(figures), figures.lives, figures.kills, figures.checks,
                     figures.compared);
}

std::string TextOf(const Report& report, const std::string& directory) {
  const Figures& figures = report.figures;
  return fmt::format(
             "lives                     {:>12}, {} of them killed ({} before they were open and checked), {} closed\n"
             "operations                {:>12}, {:.0f} a second in {:.1f} s\n"
             "acknowledged changes      {:>12}, {} of them synced\n"
             "in doubt at a kill        {:>12}, of these found whole {}, found not at all {}\n"
             "checks of everything      {:>12}\n"
             "keys compared             {:>12}\n",
             figures.lives, figures.kills, figures.early_kills, figures.closes, figures.operations, PerSecond(figures),
             figures.seconds, figures.acknowledged, figures.synced, figures.found_applied + figures.found_missing,
             figures.found_applied, figures.found_missing, figures.checks, figures.compared) +
         VerdictOf(report, directory);
}

std::string JsonOf(const Report& report, const Settings& settings) {
  using Json = nlohmann::ordered_json;
  const Figures& figures = report.figures;
  Json object{{"seed", settings.seed},
              {"threads", settings.threads},
              {"collections", settings.collections},
              {"keys", settings.keys},
              {"seconds", figures.seconds},
              {"lives", figures.lives},
              {"kills", figures.kills},
              {"early_kills", figures.early_kills},
              {"closes", figures.closes},
              {"operations", figures.operations},
              {"operations_per_second", PerSecond(figures)},
              {"acknowledged", figures.acknowledged},
              {"synced", figures.synced},
              {"found_applied", figures.found_applied},
              {"found_missing", figures.found_missing},
              {"checks", figures.checks},
              {"compared", figures.compared},
              {"interrupted", report.interrupted},
              {"violation", nullptr}};
  if (report.violation) {
    object["violation"] = {{"what", report.violation->what},
                           {"where", report.violation->where},
                           {"expected", report.violation->expected},
                           {"found", report.violation->found}};
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace logwood::stress
