#pragma once

#include <memory>
#include <string>

#include "logwood/result.h"
#include "logwood/store.h"

namespace logwood::command_line {

// A store that holds one file, found under every name and read only: so that a stored file can be looked at wherever it
// lies, whatever it is called, and whoever writes to it. Links are followed.
// Errors: kNotFound, kInvalidArgument (a directory), kIo.
[[nodiscard]] Result<std::unique_ptr<Store>> OpenLoneFile(const std::string& path);

}  // namespace logwood::command_line
