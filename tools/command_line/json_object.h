#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/bytes.h"

namespace logwood::command_line {

// One JSON object on one line, its members in the order in which they were added. Thread-compatible.
class JsonObject {
 public:
  JsonObject();
  JsonObject(const JsonObject&) = delete;  // Built once, written once.
  JsonObject& operator=(const JsonObject&) = delete;
  ~JsonObject();

  // Bytes that are no UTF-8 become member `name`_base64.
  void Add(const std::string& name, Bytes bytes);
  void AddNumber(const std::string& name, uint64_t number);
  void AddNull(const std::string& name);
  void AddList(const std::string& name, const std::vector<std::string>& texts);

  [[nodiscard]] std::string ToString() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace logwood::command_line
