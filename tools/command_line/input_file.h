#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "logwood/result.h"

namespace logwood::command_line {

// A file, pipe or terminal that is read once from front to back; "-" is standard input. Thread-compatible.
class InputFile {
 public:
  // Errors: kNotFound, kInvalidArgument (a directory), kIo.
  [[nodiscard]] static Result<std::unique_ptr<InputFile>> Open(const std::string& path);

  InputFile(const InputFile&) = delete;  // Owns what it opened.
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  // As errors call it: the path, or "standard input".
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // Bytes from where reading begins, where that can be known: that of a pipe cannot.
  [[nodiscard]] std::optional<uint64_t> size() const noexcept { return size_; }

  // True where Read() would have to wait.
  [[nodiscard]] bool must_wait() const noexcept;
  // Fills the front of `into` and returns how many bytes it took; 0: the end. Waits until there is something.
  // Errors: kIo.
  [[nodiscard]] Result<size_t> Read(std::span<char> into);

 private:
  InputFile(int fd, std::string name) : fd_(fd), name_(std::move(name)) {}

  int fd_;
  std::string name_;
  std::optional<uint64_t> size_;
};

}  // namespace logwood::command_line
