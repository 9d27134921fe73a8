#include "logwood/bytes.h"

#include <ostream>

namespace logwood {

std::ostream& operator<<(std::ostream& out, Bytes bytes) { return out << bytes.string_view(); }

}  // namespace logwood
