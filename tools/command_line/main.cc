#include "tools/command_line/program.h"
#include "tools/command_line/standard_streams.h"

int main(int argument_count, char** arguments) {
  if (!logwood::command_line::OpenStandardStreams()) return 2;
  return logwood::command_line::RunProgram(argument_count, arguments);
}
