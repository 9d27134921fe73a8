#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "logwood/result.h"
#include "logwood/status.h"

namespace logwood::command_line {

// What stands at the path of an output file before.
enum class Present : uint8_t {
  kRefuse = 0,
  kReplace = 1,
};

// A file that is written once from front to back. Thread-compatible.
class OutputFile {
 public:
  // Makes the file. Errors: kAlreadyExists, kInvalidArgument (a directory), kReadOnly, kIo, kNoSpace.
  [[nodiscard]] static Result<std::unique_ptr<OutputFile>> Create(const std::string& path, Present present);

  OutputFile(const OutputFile&) = delete;  // Owns what it opened.
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  // Errors: kIo, kNoSpace.
  Status Write(std::string_view text);
  // Makes what was written durable, and closes the file. Errors: kIo, kNoSpace.
  Status Finish();

 private:
  OutputFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  int fd_;
  std::string path_;
};

}  // namespace logwood::command_line
