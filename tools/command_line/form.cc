#include "tools/command_line/form.h"

#include <CLI/CLI.hpp>

#include "base/status_macros.h"
#include "logwood/options.h"
#include "tools/command_line/entry_format_tsv.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"

namespace logwood::command_line {

void Form::AddTo(CLI::App& verb) {
  verb.add_flag("--hex", hex, "keys and values are given, and but for JSON shown, in hexadecimal");
  AddJsonTo(verb);
}

void Form::AddJsonTo(CLI::App& verb) {
  verb.add_flag("--json", json, "show JSON, one object a line; what is no UTF-8 as base64");
}

Result<std::string> Form::Read(const std::string& argument, std::string_view what) const {
  if (!hex) return argument;
  std::optional<std::string> bytes = FromHex(argument);
  if (bytes) return *std::move(bytes);
  return Status::InvalidArgument(std::string(what) + " \"" + Escape(argument) +
                                 "\" is not hexadecimal: give two digits (0-9, a-f) a byte, or leave out --hex");
}

Result<std::string> Form::ReadKey(const std::string& argument) const {
  LOGWOOD_ASSIGN_OR_RETURN(std::string key, Read(argument, "KEY"));
  if (key.size() <= kKeySizeMax) return key;
  return Status::InvalidArgument("key of " + std::to_string(key.size()) + " bytes; it may have at most " +
                                 std::to_string(kKeySizeMax));
}

std::string Form::Show(Bytes bytes) const { return hex ? ToHex(bytes) : Escape(bytes); }

std::string Form::ShowEntry(Bytes key, Bytes value) const {
  if (hex && !json) return ToHex(key) + "\t" + ToHex(value);
  if (!json) {
    std::string line;
    AppendTsvEntry(key, value, line);
    line.pop_back();
    return line;
  }
  JsonObject object;
  object.Add("key", key);
  object.Add("value", value);
  return object.ToString();
}

}  // namespace logwood::command_line
