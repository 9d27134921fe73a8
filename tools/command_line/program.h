#pragma once

namespace logwood::command_line {

// Carries out one command line: parses it, runs its verb, and returns how the process is to exit: 0 done, 1 the answer
// is no, 2 an error or a wrong call. Answers go to standard output; errors to standard error.
int RunProgram(int argument_count, const char* const* arguments);

}  // namespace logwood::command_line
