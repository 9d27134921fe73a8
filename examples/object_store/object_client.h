#pragma once

#include <chrono>
#include <cstdint>

#include "object_service.h"
#include "simulated_service.h"

namespace example {

struct RetryOptions {
  int attempts = 5;  // Of each request, the first one included; at least 1.
  std::chrono::nanoseconds first_delay = std::chrono::milliseconds(50);  // Doubles from attempt to attempt.
  Wait wait = SleepingWait();
};

// Makes requests until an answer comes, so that one lost request or answer is no error. All errors are those of the
// last attempt. Thread-safe. `service` must outlive it.
class ObjectClient {
 public:
  ObjectClient(ObjectService& service, RetryOptions options) : service_(service), options_(std::move(options)) {}

  // Creates the object. `body` must be unlike what anybody else would put there, for after a lost answer an object that
  // holds it counts as created by this call. Errors: kAlreadyExists (somebody else's), kIo (unknown).
  logwood::Status Put(std::string_view key, logwood::Bytes body);
  // As those of the service.
  [[nodiscard]] logwood::Result<size_t> Get(std::string_view key, uint64_t offset, std::span<std::byte> into);
  [[nodiscard]] logwood::Result<std::vector<ObjectInfo>> List(std::string_view prefix);
  logwood::Status Delete(std::string_view key);

 private:
  template <class Request>
  auto Repeat(const Request& request) -> decltype(request());
  [[nodiscard]] logwood::Result<bool> Holds(std::string_view key, logwood::Bytes body);

  ObjectService& service_;
  const RetryOptions options_;
};

}  // namespace example
