#pragma once

#include <cstdint>
#include <string>

#include "logwood/salvage.h"
#include "tools/command_line/form.h"
#include "tools/command_line/terminal.h"

namespace logwood::command_line {

// What came of a repair.
struct Repaired {
  std::string into;
  uint64_t collections = 0;
  uint64_t entries = 0;
  SalvageReport report;
};

// A line for each damage and total, or one JSON object.
void WriteRepaired(const Repaired& repaired, const Form& form, Terminal& terminal);

}  // namespace logwood::command_line
