#pragma once

#include <atomic>

namespace logwood {

// Two fences of which the one that is often used costs next to nothing: what one thread stores before Light() and
// another before Heavy(), at least one of the two loads after its own. As std::atomic_thread_fence(seq_cst) on both
// sides. Where the system cannot do it, Light() is such a fence, too. Copies are alike. Thread-safe.
// Dice, Huang and Yang, "Asymmetric Dekker Synchronization", 2001; membarrier(2).
class AsymmetricFence {
 public:
  // Asks the system.
  AsymmetricFence();

  void Light() const noexcept {
    if (is_asymmetric_) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);  // The system's barrier makes it a whole one.
    } else {
      std::atomic_thread_fence(std::memory_order_seq_cst);
    }
  }
  // Cost: an interruption of each processor that runs a thread of this process. Returns false where the system failed
  // to do it: then nothing follows.
  [[nodiscard]] bool Heavy() const noexcept;

 private:
  bool is_asymmetric_;
};

}  // namespace logwood
