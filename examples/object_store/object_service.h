#pragma once

#include <cstddef>
#include <cstdint>
#include <logwood/bytes.h>
#include <logwood/result.h>
#include <logwood/status.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace example {

enum class PutOutcome : uint8_t {
  kCreated = 0,
  kExists = 1,  // There is an object of this key; nothing was changed.
};

struct ObjectInfo {
  std::string key;
  uint64_t size_bytes = 0;
};

// What is asked of an object service: whole objects that are never changed, and creation that only one can win. Whoever
// lists or gets after a put has been answered sees its object. Thread-safe.
//
// An error of kIo says that no answer came: the request may have been carried out or not.
class ObjectService {
 public:
  ObjectService() = default;
  ObjectService(const ObjectService&) = delete;  // Clients refer to it.
  ObjectService& operator=(const ObjectService&) = delete;
  virtual ~ObjectService() = default;

  // Creates the object unless there is one of this key. Errors: kIo.
  [[nodiscard]] virtual logwood::Result<PutOutcome> PutIfAbsent(std::string_view key, logwood::Bytes body) = 0;
  // Fills `into` from `offset` on; returns how many bytes there were. Errors: kNotFound, kIo.
  [[nodiscard]] virtual logwood::Result<size_t> Get(std::string_view key, uint64_t offset,
                                                    std::span<std::byte> into) = 0;
  // All objects whose keys begin with `prefix`, in the order of their keys. Errors: kIo.
  [[nodiscard]] virtual logwood::Result<std::vector<ObjectInfo>> List(std::string_view prefix) = 0;
  // Deletes the object if there is one. Errors: kIo.
  virtual logwood::Status Delete(std::string_view key) = 0;
};

}  // namespace example
