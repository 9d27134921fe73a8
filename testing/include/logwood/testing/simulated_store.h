#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/bytes.h"
#include "logwood/result.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "logwood/testing/crash_choice.h"
#include "logwood/testing/store_call.h"

namespace logwood::testing {

// What stands where nothing was written: in sectors that a crash lost below a length that it kept, and in prepared
// space.
enum class StaleBytes : uint8_t {
  kZeros = 0,
  kGarbage = 1,  // Bytes that the seed, the file's name and the offset decide.
};

// Whether a file is made as large as CreateOptions::size_expected says, until Finish() cuts it.
enum class PreparedSpace : uint8_t {
  kNone = 0,
  kExpected = 1,
};

struct SimulatedStoreOptions {
  size_t sector_size_bytes = 512;  // What the device writes whole or not at all. Greater than 0.
  StoreCapabilities capabilities = {.survives_process = true, .cheap_small_appends = true};
  StaleBytes stale = StaleBytes::kZeros;
  uint64_t stale_seed = 0;
  PreparedSpace prepared = PreparedSpace::kNone;
};

class SimulatedFile;

// A store on a model of a device: it knows of every sector, length and name whether a crash could still lose it, and
// makes the device that is found after any crash.
//   - Append() leaves sectors and the file's length pending, Create() the name, Remove() the removal.
//   - Sync() makes a file's bytes, length and name durable. A removal stays pending until SettleRemovals().
//   - The death of the process alone loses nothing: Clone() is what the next process finds, still pending.
// Calls take effect one at a time; under a scheduler each is a point where another actor may get the turn
// ("store.append" and so on), before it takes effect. It also checks its user: see violations(). Thread-safe, but for
// what says otherwise.
class SimulatedStore final : public Store {
 public:
  using Observer = std::function<void(const StoreCall& call)>;

  // `runtime` must outlive the store.
  explicit SimulatedStore(Runtime& runtime, SimulatedStoreOptions options = {});
  ~SimulatedStore() override;

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override;
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override;
  Result<std::vector<std::string>> List() override;
  Status Remove(std::string_view name) override;
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override;
  [[nodiscard]] StoreCapabilities capabilities() const override { return options_.capabilities; }
  [[nodiscard]] std::string description() const override { return "simulated"; }

  // Called before and after every call, by the thread that makes it and with nothing locked, so it may do all that
  // stands below. Set it before the store is used; null for none. Copies of the store have none.
  void SetCallObserver(Observer observer);
  // Calls that began so far.
  [[nodiscard]] uint64_t calls() const;

  // What a crash now could lose, in an order that only the history decides. Files removed but not settled take part.
  [[nodiscard]] std::vector<PendingItem> PendingItems() const;
  // The device after a crash now: what was chosen is durable, all else is gone; nothing is open or locked, calls are
  // counted from 0. This store goes on as it was. Costs what the pending files cost to copy. `runtime` is the new
  // store's, this one's if not given.
  [[nodiscard]] std::unique_ptr<SimulatedStore> Crash(const CrashChoice& choice) const;
  [[nodiscard]] std::unique_ptr<SimulatedStore> Crash(const CrashChoice& choice, Runtime& runtime) const;
  // The device as another process would find it now: everything is there, and what is pending still is. Also a snapshot
  // to crash later. Cheap: bytes are shared until one of both is appended to.
  [[nodiscard]] std::unique_ptr<SimulatedStore> Clone() const;
  [[nodiscard]] std::unique_ptr<SimulatedStore> Clone(Runtime& runtime) const;
  // Makes all removals durable, as a device does in its own time.
  void SettleRemovals();

  // Damage to bytes, or to a length, that were durable; durable itself and not counted as a call.
  // Errors: kNotFound, kInvalidArgument (beyond the end of the file).
  Status Overwrite(std::string_view name, uint64_t offset, Bytes data);
  Status Truncate(std::string_view name, uint64_t size_bytes);

  // How the user broke the contract: a name created a second time after it was removed (what a crash lost was never
  // there). One sentence each; copies of the store begin without any.
  [[nodiscard]] std::vector<std::string> violations() const;
  // The names that nobody may create again: of files removed, whether settled or not. In order.
  [[nodiscard]] std::vector<std::string> names_used_up() const;

 private:
  class Appender;
  class Reader;
  class HeldLock;

  template <class Act>
  auto Call(StoreCallKind kind, std::string_view name, const Act& act);
  void Observe(const StoreCall& call) const;
  [[nodiscard]] Result<std::unique_ptr<AppendFile>> CreateNow(std::string_view name, CreateOptions options);
  [[nodiscard]] Result<std::unique_ptr<ReadableFile>> OpenNow(std::string_view name);
  Status RemoveNow(std::string_view name);
  [[nodiscard]] Result<std::unique_ptr<StoreLock>> LockNow(LockMode mode);

  Runtime& runtime_;
  const SimulatedStoreOptions options_;
  Observer observer_;

  // Held while a call takes effect and never while waiting, so that no scheduler needs to know. Guards all below.
  mutable std::mutex mutex_;
  uint64_t calls_ = 0;
  std::map<std::string, std::shared_ptr<SimulatedFile>, std::less<>> files_;
  std::vector<std::shared_ptr<SimulatedFile>> removed_;  // Whose removal is pending, in order.
  std::set<std::string, std::less<>> names_used_up_;     // Removed for good.
  std::vector<std::string> violations_;
  bool writer_ = false;
  int reader_count_ = 0;
};

}  // namespace logwood::testing
