#include "simulated_service.h"

#include <algorithm>
#include <cstring>
#include <thread>

namespace example {

using logwood::Bytes;
using logwood::Result;
using logwood::Status;

Wait SleepingWait() {
  return [](std::chrono::nanoseconds time) { std::this_thread::sleep_for(time); };
}

// Counts a request, and carries it out unless it is lost.
template <class Act>
auto SimulatedService::Call(const Act& act) -> decltype(act()) {
  const std::lock_guard lock(mutex_);
  ++requests_;
  const bool is_lost = loss_ && (loss_->how_long == LostFor::kForEver ? requests_ >= loss_->request  //
                                                                      : requests_ == loss_->request);
  if (!is_lost) return act();
  if (loss_->lost == Lost::kAnswer) static_cast<void>(act());
  return Status::Io("request " + std::to_string(requests_) + ": no answer came");
}

Result<PutOutcome> SimulatedService::PutIfAbsent(std::string_view key, Bytes body) {
  if (times_.put_latency.count() > 0) times_.wait(times_.put_latency);
  return Call([&]() -> Result<PutOutcome> {
    const bool created = objects_.try_emplace(std::string(key), body.string_view()).second;
    objects_created_ += created ? 1 : 0;
    return created ? PutOutcome::kCreated : PutOutcome::kExists;
  });
}

Result<size_t> SimulatedService::Get(std::string_view key, uint64_t offset, std::span<std::byte> into) {
  return Call([&]() -> Result<size_t> {
    const auto object = objects_.find(key);
    if (object == objects_.end()) return Status::NotFound(std::string(key) + ": there is no object of this key");
    const std::string& body = object->second;
    if (offset >= body.size()) return size_t{0};
    const size_t count = std::min(into.size(), body.size() - static_cast<size_t>(offset));
    std::memcpy(into.data(), body.data() + offset, count);
    return count;
  });
}

Result<std::vector<ObjectInfo>> SimulatedService::List(std::string_view prefix) {
  return Call([&]() -> Result<std::vector<ObjectInfo>> {
    std::vector<ObjectInfo> found;
    for (auto object = objects_.lower_bound(prefix); object != objects_.end(); ++object) {
      if (!object->first.starts_with(prefix)) break;
      found.push_back({object->first, object->second.size()});
    }
    return found;
  });
}

Status SimulatedService::Delete(std::string_view key) {
  return Call([&] {
    const auto object = objects_.find(key);
    if (object != objects_.end()) objects_.erase(object);
    return Status::Ok();
  });
}

void SimulatedService::LoseAt(uint64_t request, Lost lost, LostFor how_long) {
  const std::lock_guard lock(mutex_);
  loss_ = Loss{request, lost, how_long};
}

void SimulatedService::Heal() {
  const std::lock_guard lock(mutex_);
  loss_.reset();
}

uint64_t SimulatedService::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

uint64_t SimulatedService::objects_created() const {
  const std::lock_guard lock(mutex_);
  return objects_created_;
}

std::unique_ptr<SimulatedService> SimulatedService::Copy() const {
  auto copy = std::make_unique<SimulatedService>();
  const std::lock_guard lock(mutex_);
  copy->objects_ = objects_;
  return copy;
}

}  // namespace example
