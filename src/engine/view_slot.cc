#include "engine/view_slot.h"

#include <utility>

namespace logwood {

// The slots of one thread: one for each database that it has read from and that is still there.
class ViewSlot::Table {
 public:
  Table() = default;
  Table(const Table&) = delete;  // Its thread knows it.
  Table& operator=(const Table&) = delete;
  // Only marks them: what a slot refers to may need locks to go, and a thread that ends may take none.
  ~Table() {
    // Release: partner of the acquire in is_left().
    for (const std::shared_ptr<ViewSlot>& slot : slots_) slot->is_left_.store(true, std::memory_order_release);
    of_this_thread = nullptr;
    this_thread_ends = true;
  }

  [[nodiscard]] ViewSlot* Find(const ReadStates* owner) const noexcept {
    for (const std::shared_ptr<ViewSlot>& slot : slots_) {
      if (slot->owner_.load(std::memory_order_relaxed) == owner) return slot.get();
    }
    return nullptr;
  }
  void Add(std::shared_ptr<ViewSlot> slot) {
    std::erase_if(slots_, [](const auto& each) { return each->owner_.load(std::memory_order_relaxed) == nullptr; });
    slots_.push_back(std::move(slot));
  }

  // Apart from the table, which has a destructor: these are there for as long as the thread runs, and cost no guard.
  static constinit thread_local Table* of_this_thread;
  static constinit thread_local bool this_thread_ends;

 private:
  std::vector<std::shared_ptr<ViewSlot>> slots_;
};

constinit thread_local ViewSlot::Table* ViewSlot::Table::of_this_thread = nullptr;
constinit thread_local bool ViewSlot::Table::this_thread_ends = false;

ViewSlot* ViewSlot::OfThisThread(const ReadStates& owner) noexcept {
  const Table* const table = Table::of_this_thread;
  return table == nullptr ? nullptr : table->Find(&owner);
}

bool ViewSlot::AddToThisThread(const std::shared_ptr<ViewSlot>& slot) {
  if (Table::this_thread_ends) {
    slot->is_left_.store(true, std::memory_order_release);
    return false;
  }
  thread_local Table table;
  Table::of_this_thread = &table;
  table.Add(slot);
  return true;
}

}  // namespace logwood
