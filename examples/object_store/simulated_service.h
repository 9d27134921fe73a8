#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

#include "object_service.h"

namespace example {

// How time passes: sleeps in production; adds up in a test.
using Wait = std::function<void(std::chrono::nanoseconds)>;
[[nodiscard]] Wait SleepingWait();

struct ServiceTimes {
  std::chrono::nanoseconds put_latency{0};  // Of each put; other requests take no time.
  Wait wait = SleepingWait();
};

// What of a request is lost.
enum class Lost : uint8_t {
  kRequest = 0,  // It never arrives.
  kAnswer = 1,   // It is carried out, and nobody learns of it.
};

enum class LostFor : uint8_t {
  kOnce = 0,
  kForEver = 1,  // This request and all after it.
};

// An object service in memory, with the latency and the losses of a network. Thread-safe; threads decide which request
// is the k-th.
class SimulatedService final : public ObjectService {
 public:
  explicit SimulatedService(ServiceTimes times = {}) : times_(std::move(times)) {}

  logwood::Result<PutOutcome> PutIfAbsent(std::string_view key, logwood::Bytes body) override;
  logwood::Result<size_t> Get(std::string_view key, uint64_t offset, std::span<std::byte> into) override;
  logwood::Result<std::vector<ObjectInfo>> List(std::string_view prefix) override;
  logwood::Status Delete(std::string_view key) override;

  // Loses the `request`-th request since this object was made (1 is the first).
  void LoseAt(uint64_t request, Lost lost, LostFor how_long);
  // Loses nothing any more.
  void Heal();
  [[nodiscard]] uint64_t requests() const;
  // Puts that created an object.
  [[nodiscard]] uint64_t objects_created() const;
  // The same objects in a service of their own, which loses nothing and takes no time.
  [[nodiscard]] std::unique_ptr<SimulatedService> Copy() const;

 private:
  struct Loss {
    uint64_t request = 0;
    Lost lost = Lost::kRequest;
    LostFor how_long = LostFor::kOnce;
  };

  template <class Act>
  auto Call(const Act& act) -> decltype(act());

  const ServiceTimes times_;
  mutable std::mutex mutex_;  // Guards all below; never held while waiting.
  std::map<std::string, std::string, std::less<>> objects_;
  std::optional<Loss> loss_;
  uint64_t requests_ = 0;
  uint64_t objects_created_ = 0;
};

}  // namespace example
