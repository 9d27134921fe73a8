#include "base/ids.h"

namespace logwood {

std::string ToString(Sequence sequence) {
  return std::to_string(sequence.epoch()) + ":" + std::to_string(sequence.counter());
}

}  // namespace logwood
