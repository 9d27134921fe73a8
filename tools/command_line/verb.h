#pragma once

#include <functional>

#include "logwood/result.h"
#include "tools/command_line/terminal.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own name.
class App;
}

namespace logwood::command_line {

// What a verb found out, and with that how the program ends: 0 or 1. An error instead of an answer makes it 2.
enum class Answer : int {
  kYes = 0,
  kNo = 1,  // The key is absent, or something is damaged.
};

// A verb with its arguments, ready to be carried out.
using Action = std::function<Result<Answer>(Terminal&)>;

// Each adds one verb to `program`: its arguments and their description. Where the verb is parsed, `chosen` is set to
// its action. Both must outlive the parse.
void AddCreate(CLI::App& program, Action& chosen);
void AddDrop(CLI::App& program, Action& chosen);
void AddCollections(CLI::App& program, Action& chosen);
void AddPut(CLI::App& program, Action& chosen);
void AddGet(CLI::App& program, Action& chosen);
void AddDelete(CLI::App& program, Action& chosen);
void AddScan(CLI::App& program, Action& chosen);
void AddCount(CLI::App& program, Action& chosen);
void AddFlush(CLI::App& program, Action& chosen);
void AddCompact(CLI::App& program, Action& chosen);
void AddVerify(CLI::App& program, Action& chosen);
void AddRepair(CLI::App& program, Action& chosen);
void AddStats(CLI::App& program, Action& chosen);
void AddDump(CLI::App& program, Action& chosen);
void AddLoad(CLI::App& program, Action& chosen);
void AddExport(CLI::App& program, Action& chosen);
void AddBench(CLI::App& program, Action& chosen);
void AddStress(CLI::App& program, Action& chosen);
void AddShell(CLI::App& program, Action& chosen);

}  // namespace logwood::command_line
