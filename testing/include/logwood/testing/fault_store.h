#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/result.h"
#include "logwood/store.h"
#include "logwood/testing/store_call.h"

namespace logwood::testing {

// How much of a failing call takes effect.
enum class FaultWhen : uint8_t {
  kBeforeEffect = 0,  // Nothing.
  kHalfway = 1,       // The first half of an append; nothing of other calls.
  kAfterEffect = 2,   // Everything, and still it fails.
};

enum class FaultFor : uint8_t {
  kOnce = 0,
  kForEver = 1,  // This call and all later ones of the kinds.
};

struct Fault {
  FaultWhen when = FaultWhen::kBeforeEffect;
  FaultFor how_long = FaultFor::kOnce;
  Status status = Status::Io("injected fault");  // Must not be OK.
  StoreCallKinds kinds = {};                     // Which calls are counted and fail.
};

// Wraps any store: counts its calls, fails the k-th, stops at the k-th as if the process had died, is full at a number
// of bytes, and makes the store that a power cut would leave. As the contract demands, a file whose append failed takes
// no more, and a file whose sync failed never syncs again. Thread-safe; threads decide which call is the k-th.
class FaultStore final : public Store {
 public:
  // `store` must outlive this one. What it holds already counts as durable.
  explicit FaultStore(Store& store) : store_(store) {}

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override;
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override;
  Result<std::vector<std::string>> List() override;
  Status Remove(std::string_view name) override;
  Result<std::unique_ptr<StoreLock>> Lock(LockMode mode) override;
  [[nodiscard]] StoreCapabilities capabilities() const override { return store_.capabilities(); }
  [[nodiscard]] std::string description() const override { return store_.description(); }

  // Fails the `call`-th call of the fault's kinds since this object was made (1 is the first). Several faults may be
  // set; the one set first wins.
  void FailAt(uint64_t call, Fault fault = {});
  // From the `call`-th call of any kind on, every call has no effect and gives kIo "stopped". For a process that dies
  // in the middle of an append, also fail the call before it halfway.
  void StopAt(uint64_t call);
  // Forgets all faults and stops; what failed files remember stays.
  void Heal();
  // A full disk: files created through this object take whole blocks of 4 KiB, and so many bytes together at most. Of
  // an append beyond that only the beginning takes effect, and it gives kNoSpace. What is removed makes room.
  // UINT64_MAX: no bound.
  void SetCapacity(uint64_t bytes);
  // What files created through this object take, in whole blocks.
  [[nodiscard]] uint64_t bytes_used() const;
  // Calls of these kinds so far, failed ones included.
  [[nodiscard]] uint64_t calls(StoreCallKinds kinds = {}) const;

  // What a power cut now would leave if the device lost all it may lose: of each file what was appended before its last
  // Sync() that returned OK, in a memory store; files never synced are gone. Removed files stay removed. After StopAt()
  // the wrapped store itself is what the death of the process leaves. Errors: those of the wrapped store.
  [[nodiscard]] Result<std::unique_ptr<Store>> SurvivorsOf();

 private:
  class Appender;
  class Reader;

  enum class Effect : uint8_t { kNone, kHalf, kWhole };
  struct Verdict {
    Effect effect = Effect::kWhole;
    Status status;
  };
  struct PlannedFault {
    uint64_t call;
    Fault fault;
  };
  // What is known of a file created through this object.
  struct FileState {
    uint64_t appended_size = 0;
    std::optional<uint64_t> synced_size;  // Absent: never synced.
  };

  template <class Act>
  auto Call(StoreCallKind kind, const Act& act);
  [[nodiscard]] Verdict Judge(StoreCallKind kind);
  [[nodiscard]] uint64_t Count(StoreCallKinds kinds) const;
  Status SyncFile(const std::string& name, const std::function<Status()>& sync);
  void NoteAppended(const std::string& name, uint64_t size_bytes);
  [[nodiscard]] uint64_t RoomLeft() const;
  // How many bytes of the file a power cut leaves, at most; absent: not even its name.
  [[nodiscard]] std::optional<uint64_t> SizeLeft(std::string_view name) const;

  Store& store_;

  // Held for a moment and never while waiting, so that no scheduler needs to know. Guards all below.
  mutable std::mutex mutex_;
  std::array<uint64_t, kStoreCallKindCount> counts_{};
  std::vector<PlannedFault> faults_;
  std::optional<uint64_t> stop_at_;
  uint64_t capacity_ = UINT64_MAX;
  std::map<std::string, FileState, std::less<>> files_;
  std::map<std::string, Status, std::less<>> failed_syncs_;
};

}  // namespace logwood::testing
