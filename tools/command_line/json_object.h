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
  JsonObject(JsonObject&&) noexcept;
  JsonObject& operator=(JsonObject&&) noexcept;
  ~JsonObject();

  // Bytes that are no UTF-8 become member `name`_base64.
  void Add(const std::string& name, Bytes bytes);
  void AddNumber(const std::string& name, uint64_t number);
  void AddFraction(const std::string& name, double number);
  void AddNull(const std::string& name);
  void AddList(const std::string& name, const std::vector<std::string>& texts);
  void AddObject(const std::string& name, const JsonObject& object);
  void AddObjects(const std::string& name, const std::vector<JsonObject>& objects);

  [[nodiscard]] std::string ToString() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace logwood::command_line
