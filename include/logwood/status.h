#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace logwood {

// What went wrong, by what the caller can do about it.
enum class StatusCode : uint8_t {
  kOk = 0,
  kNotFound = 1,         // What was named is not there: create it, or name another.
  kAlreadyExists = 2,    // What was to be made is there: open it, or name another.
  kInvalidArgument = 3,  // The call itself is wrong, whatever the state: mend the call.
  kConflict = 4,         // Another transaction was faster: retry the whole transaction.
  kCorruption = 5,       // Stored bytes are not what was written: verify, repair, or restore a backup.
  kIo = 6,               // The store failed: look at the device; then re-open.
  kNoSpace = 7,          // The store is full: make room.
  kReadOnly = 8,         // This database was opened for reading, or stopped writing after an error.
  kUnsupported = 9,      // A newer format, or something this version does not do.
  kTimeout = 10,         // Waited as long as was asked.
  kDeadlock = 11,        // Waiting would never end: roll back and retry.
  kBusy = 12,            // Held by another process or handle: close that one first.
  kClosed = 13,          // The database was closed: open it again.
};

// The code's name as in the source without its k, for instance "NotFound".
[[nodiscard]] std::string_view ToString(StatusCode code);

// What became of the write that a status speaks of.
enum class Outcome : uint8_t {
  kApplied = 0,     // It took effect (every OK status says so).
  kNotApplied = 1,  // It had no effect and never will have.
  kUnknown = 2,     // It may or may not be there after the next open.
};

// The result of an operation: OK, or a code with a message that says what, where, numbers, and what to do next.
// An OK status costs nothing. Immutable but for assignment; thread-compatible.
class [[nodiscard]] Status {
 public:
  Status() noexcept = default;
  // Requires: code is not kOk.
  Status(StatusCode code, std::string message, Outcome outcome = Outcome::kNotApplied);

  static Status Ok() noexcept { return {}; }
  static Status NotFound(std::string message) { return {StatusCode::kNotFound, std::move(message)}; }
  static Status AlreadyExists(std::string message) { return {StatusCode::kAlreadyExists, std::move(message)}; }
  static Status InvalidArgument(std::string message) { return {StatusCode::kInvalidArgument, std::move(message)}; }
  static Status Conflict(std::string message) { return {StatusCode::kConflict, std::move(message)}; }
  static Status Corruption(std::string message) { return {StatusCode::kCorruption, std::move(message)}; }
  static Status Io(std::string message) { return {StatusCode::kIo, std::move(message)}; }
  static Status NoSpace(std::string message) { return {StatusCode::kNoSpace, std::move(message)}; }
  static Status ReadOnly(std::string message) { return {StatusCode::kReadOnly, std::move(message)}; }
  static Status Unsupported(std::string message) { return {StatusCode::kUnsupported, std::move(message)}; }
  static Status Busy(std::string message) { return {StatusCode::kBusy, std::move(message)}; }
  static Status Closed(std::string message) { return {StatusCode::kClosed, std::move(message)}; }

  [[nodiscard]] bool ok() const noexcept { return error_ == nullptr; }
  [[nodiscard]] StatusCode code() const noexcept { return ok() ? StatusCode::kOk : error_->code; }
  [[nodiscard]] Outcome outcome() const noexcept { return ok() ? Outcome::kApplied : error_->outcome; }
  // Empty when OK. Lives as long as this status or a copy of it.
  [[nodiscard]] std::string_view message() const noexcept;
  // "OK", or "Corruption: log file 7 offset 4096: ...".
  [[nodiscard]] std::string ToString() const;

  // The same error with another outcome; OK stays OK.
  [[nodiscard]] Status WithOutcome(Outcome outcome) const;
  // The same error with "context: " before its message; OK stays OK.
  [[nodiscard]] Status WithContext(std::string_view context) const;

  // Throws StatusError unless OK: for callers who prefer exceptions.
  void Check() const;
  // Ends the process if OK: for those who hold an error, or nothing.
  void RequireError() const;
  // Says that an error is of no consequence here. Write behind it why.
  void IgnoreError() const noexcept {}

  friend bool operator==(const Status& a, const Status& b) noexcept {
    return a.code() == b.code() && a.outcome() == b.outcome() && a.message() == b.message();
  }
  friend std::ostream& operator<<(std::ostream& out, const Status& status);

 private:
  struct Error {
    StatusCode code;
    Outcome outcome;
    std::string message;
  };
  std::shared_ptr<const Error> error_;
};

// Thrown by Status::Check() and Result::value() alone, and only when the caller chose to call them.
class StatusError : public std::runtime_error {
 public:
  explicit StatusError(Status status);
  [[nodiscard]] const Status& status() const noexcept { return status_; }

 private:
  Status status_;
};

}  // namespace logwood
