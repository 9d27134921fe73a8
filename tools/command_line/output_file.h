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

// A file that is written once from front to back. Its path shows what stood there before, or all that was written: a
// file that goes before Finish() has succeeded leaves nothing behind. Devices and pipes are written straight to.
// Thread-compatible.
class OutputFile {
 public:
  // Makes the file; with kReplace beside the one that is there, until Finish(). Errors: kAlreadyExists,
  // kInvalidArgument (a directory), kNotFound (its directory), kReadOnly, kIo, kNoSpace.
  [[nodiscard]] static Result<std::unique_ptr<OutputFile>> Create(const std::string& path, Present present);

  OutputFile(const OutputFile&) = delete;  // Owns what it opened.
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  // Errors: kIo, kNoSpace.
  Status Write(std::string_view text);
  // Makes what was written durable, and closes the file. Errors: kIo, kNoSpace.
  Status Finish();

 private:
  OutputFile(int fd, std::string path, std::string written)
      : fd_(fd), path_(std::move(path)), written_(std::move(written)) {}

  int fd_;
  std::string path_;
  std::string written_;  // Where the bytes are until Finish(); empty: nothing is to be removed or renamed.
};

}  // namespace logwood::command_line
