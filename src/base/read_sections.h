#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace logwood {

// Lets readers look at shared objects without a lock, and tells who unlinked such an object when none of them can look
// at it any more. Sections are counted in stripes, of which each thread has its own, up to 64 threads of a process: so
// nobody waits for sections that begin later, be it by chance, and a section costs two atomic steps on memory that no
// other thread writes to. After McKenney, "Sleepable RCU", LWN 2006, without its waiting. Thread-safe.
class ReadSections {
 public:
  static constexpr size_t kStripes = 64;

  // Of stripes in which sections may be left that had begun before an object was unlinked.
  class Pending {
   public:
    [[nodiscard]] bool empty() const noexcept { return stripes_ == 0; }

   private:
    friend class ReadSections;
    uint64_t stripes_ = ~uint64_t{0};
  };

  ReadSections() = default;
  ReadSections(const ReadSections&) = delete;  // Sections refer to it.
  ReadSections& operator=(const ReadSections&) = delete;

  // Takes those out of `pending` that have no section now. Call it only after the unlinking; as often as it takes.
  void Update(Pending& pending) const noexcept;

 private:
  friend class ReadSection;

  struct alignas(64) Stripe {
    std::atomic<uint64_t> sections = 0;
  };

  std::array<Stripe, kStripes> stripes_;
};

// What is reached by an atomic pointer while this lives stays in memory for as long as this lives. May be nested.
class ReadSection {
 public:
  // `sections` must outlive it.
  explicit ReadSection(ReadSections& sections) noexcept;
  ReadSection(const ReadSection&) = delete;  // Counted once.
  ReadSection& operator=(const ReadSection&) = delete;
  ~ReadSection() { stripe_.sections.fetch_sub(1, std::memory_order_release); }  // Partner: Update().

 private:
  ReadSections::Stripe& stripe_;
};

}  // namespace logwood
