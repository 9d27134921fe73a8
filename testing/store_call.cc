#include "logwood/testing/store_call.h"

namespace logwood::testing {

std::string_view ToString(StoreCallKind kind) {
  switch (kind) {
    case StoreCallKind::kCreate: return "store.create";
    case StoreCallKind::kOpen: return "store.open";
    case StoreCallKind::kList: return "store.list";
    case StoreCallKind::kRemove: return "store.remove";
    case StoreCallKind::kLock: return "store.lock";
    case StoreCallKind::kAppend: return "store.append";
    case StoreCallKind::kSync: return "store.sync";
    case StoreCallKind::kFinish: return "store.finish";
    case StoreCallKind::kRead: return "store.read";
  }
  return "store.unknown";
}

}  // namespace logwood::testing
