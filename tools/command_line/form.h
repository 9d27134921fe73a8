#pragma once

#include <string>
#include <string_view>

#include "logwood/bytes.h"
#include "logwood/result.h"

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own name.
class App;
}

namespace logwood::command_line {

// How keys and values are given on the command line and shown: as text, in hexadecimal, or (shown only) as JSON.
struct Form {
  bool hex = false;
  bool json = false;

  // Adds the options --hex and --json, which set the fields; the form must outlive the parse.
  void AddTo(CLI::App& verb);
  // Adds --json alone, for verbs that know no keys and values.
  void AddJsonTo(CLI::App& verb);

  // The bytes that an argument stands for; `what` names it in messages. Errors: kInvalidArgument.
  [[nodiscard]] Result<std::string> Read(const std::string& argument, std::string_view what) const;
  // The same for a key. Errors: also one that is too large.
  [[nodiscard]] Result<std::string> ReadKey(const std::string& argument) const;
  // `bytes` as a field of a line that is not JSON.
  [[nodiscard]] std::string Show(Bytes bytes) const;
  // A line for one entry: both with a tab between, as load reads them where they are not in hexadecimal, or an object.
  [[nodiscard]] std::string ShowEntry(Bytes key, Bytes value) const;
};

}  // namespace logwood::command_line
