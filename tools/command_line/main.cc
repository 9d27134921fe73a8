#include "tools/command_line/program.h"

int main(int argument_count, char** arguments) { return logwood::command_line::RunProgram(argument_count, arguments); }
