#include "tools/command_line/json_object.h"

#include <nlohmann/json.hpp>

#include "tools/command_line/escape.h"

namespace logwood::command_line {

struct JsonObject::State {
  nlohmann::ordered_json object = nlohmann::ordered_json::object();
};

JsonObject::JsonObject() : state_(std::make_unique<State>()) {}
JsonObject::JsonObject(JsonObject&&) noexcept = default;
JsonObject& JsonObject::operator=(JsonObject&&) noexcept = default;
JsonObject::~JsonObject() = default;

void JsonObject::Add(const std::string& name, Bytes bytes) {
  if (IsUtf8(bytes)) {
    state_->object[name] = bytes.ToString();
  } else {
    state_->object[name + "_base64"] = ToBase64(bytes);
  }
}

void JsonObject::AddNumber(const std::string& name, uint64_t number) { state_->object[name] = number; }

void JsonObject::AddFraction(const std::string& name, double number) { state_->object[name] = number; }

void JsonObject::AddNull(const std::string& name) { state_->object[name] = nullptr; }

void JsonObject::AddList(const std::string& name, const std::vector<std::string>& texts) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const std::string& text : texts) list.push_back(IsUtf8(text) ? text : Escape(text));
  state_->object[name] = std::move(list);
}

void JsonObject::AddObject(const std::string& name, const JsonObject& object) {
  state_->object[name] = object.state_->object;
}

void JsonObject::AddObjects(const std::string& name, const std::vector<JsonObject>& objects) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const JsonObject& object : objects) list.push_back(object.state_->object);
  state_->object[name] = std::move(list);
}

std::string JsonObject::ToString() const { return state_->object.dump(); }

}  // namespace logwood::command_line
