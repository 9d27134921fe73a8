#pragma once

#include "logwood/database.h"
#include "tools/command_line/form.h"
#include "tools/command_line/terminal.h"

namespace logwood::command_line {

// Shows what a verification found: a line for each stranger, damage and total, or one JSON object.
void WriteVerification(const Verification& found, const Form& form, Terminal& terminal);

}  // namespace logwood::command_line
