#pragma once

#include <memory>

#include "logwood/result.h"
#include "logwood/store.h"
#include "store/directory.h"

namespace logwood {

// As Store::Lock(). `directory` must outlive the lock.
[[nodiscard]] Result<std::unique_ptr<StoreLock>> LockDirectory(const Directory& directory, LockMode mode);

}  // namespace logwood
