#include "logwood/testing/temporary_directory.h"

#include <stdlib.h>
#include <string>
#include <system_error>

#include "base/assert.h"

namespace logwood::testing {

TemporaryDirectory::TemporaryDirectory() {
  std::string name = std::filesystem::temp_directory_path() / "logwood-XXXXXX";
  LOGWOOD_ASSERT(mkdtemp(name.data()) != nullptr);
  path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;  // What a test took the permission away from stays behind.
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace logwood::testing
