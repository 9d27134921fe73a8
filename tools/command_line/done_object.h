#pragma once

#include <optional>
#include <string>

#include "tools/command_line/json_object.h"

namespace logwood::command_line {

// What a verb or a command did.
struct Done {
  std::optional<std::string> what;  // "put"; nullopt: nothing.
  std::string database;             // Its path.
  std::optional<std::string> collection = {};
};

// {"done":"put","database":"data","collection":"users"}: how --json tells it. More may be added.
[[nodiscard]] JsonObject ObjectOf(const Done& done);

}  // namespace logwood::command_line
