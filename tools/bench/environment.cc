#include "tools/bench/environment.h"

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <fstream>
#include <string_view>
#include <unistd.h>

#include "logwood/version.h"

namespace logwood::bench {
namespace {

constexpr std::string_view kCoverage = LOGWOOD_BUILD_COVERAGE;

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

double Load() {
  double load = 0;
  return ::getloadavg(&load, 1) == 1 ? load : 0;
}

std::string Date() {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return fmt::format("{:%FT%TZ}", fmt::gmtime(now));
}

}  // namespace

Environment Environment::Now() {
  return {.date = Date(),
          .cpu_model = CpuModel(),
          .cores = static_cast<unsigned>(::sysconf(_SC_NPROCESSORS_ONLN)),
          .load = Load(),
          .logwood_version = fmt::format("{}.{}.{}", kVersionMajor, kVersionMinor, kVersionPatch),
          .build_type = LOGWOOD_BUILD_TYPE,
          .compiler = LOGWOOD_BUILD_COMPILER,
          .compiler_flags = LOGWOOD_BUILD_FLAGS,
          .sanitizers = LOGWOOD_BUILD_SANITIZERS};
}

std::vector<std::string> Environment::Warnings() const {
  std::vector<std::string> warnings;
  const bool is_optimised = build_type == "Release" || build_type == "RelWithDebInfo";
  if (!is_optimised) {
    warnings.push_back("built as \"" + build_type +
                       "\", not optimised or with assertions: use CMAKE_BUILD_TYPE=Release");
  }
  const bool has_sanitizer = !sanitizers.empty() || compiler_flags.find("-fsanitize") != std::string::npos;
  if (has_sanitizer) warnings.push_back("built with sanitizers (" + sanitizers + compiler_flags + ")");
  const bool counts_coverage = !kCoverage.empty() || compiler_flags.find("--coverage") != std::string::npos;
  if (counts_coverage) warnings.emplace_back("built with coverage counters");
  return warnings;
}

}  // namespace logwood::bench
