#include "base/asymmetric_fence.h"

#include <atomic>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace logwood {
namespace {

bool MemoryBarrier(int command) noexcept { return ::syscall(SYS_membarrier, command, 0U, 0) == 0; }

}  // namespace

AsymmetricFence::AsymmetricFence() : is_asymmetric_(MemoryBarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED)) {}

bool AsymmetricFence::Heavy() const noexcept {
  if (is_asymmetric_) return MemoryBarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return true;
}

}  // namespace logwood
