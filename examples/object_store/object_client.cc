#include "object_client.h"

#include <utility>

namespace example {

using logwood::Bytes;
using logwood::Result;
using logwood::Status;
using logwood::StatusCode;

namespace {

const Status& StatusOf(const Status& status) { return status; }
template <class T>
const Status& StatusOf(const Result<T>& result) {
  return result.status();
}

}  // namespace

template <class Request>
auto ObjectClient::Repeat(const Request& request) -> decltype(request()) {
  std::chrono::nanoseconds delay = options_.first_delay;
  for (int attempt = 1;; ++attempt, delay *= 2) {
    auto answer = request();
    if (StatusOf(answer).code() != StatusCode::kIo || attempt >= options_.attempts) return answer;
    options_.wait(delay);
  }
}

// An object that is there already may be this call's own: put by an attempt whose answer was lost.
Status ObjectClient::Put(std::string_view key, Bytes body) {
  const Result<PutOutcome> outcome = Repeat([&] { return service_.PutIfAbsent(key, body); });
  if (!outcome.ok()) return outcome.status();
  if (*outcome == PutOutcome::kCreated) return Status::Ok();
  const Result<bool> own = Holds(key, body);
  if (!own.ok()) return own.status();
  return *own ? Status::Ok() : Status::AlreadyExists(std::string(key) + ": somebody else put this object");
}

Result<bool> ObjectClient::Holds(std::string_view key, Bytes body) {
  std::vector<std::byte> found(body.size() + 1);  // One more, to see whether it is longer.
  const Result<size_t> count = Get(key, 0, found);
  if (count.status().code() == StatusCode::kNotFound) return false;
  if (!count.ok()) return count.status();
  return Bytes(found.data(), *count) == body;
}

Result<size_t> ObjectClient::Get(std::string_view key, uint64_t offset, std::span<std::byte> into) {
  return Repeat([&] { return service_.Get(key, offset, into); });
}

Result<std::vector<ObjectInfo>> ObjectClient::List(std::string_view prefix) {
  return Repeat([&] { return service_.List(prefix); });
}

Status ObjectClient::Delete(std::string_view key) {
  return Repeat([&] { return service_.Delete(key); });
}

}  // namespace example
