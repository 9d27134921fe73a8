#include "logwood/status.h"

#include <ostream>
#include <utility>

#include "base/assert.h"

namespace logwood {

std::string_view ToString(StatusCode code) {
  switch (code) {
    case StatusCode::kOk: return "OK";
    case StatusCode::kNotFound: return "NotFound";
    case StatusCode::kAlreadyExists: return "AlreadyExists";
    case StatusCode::kInvalidArgument: return "InvalidArgument";
    case StatusCode::kConflict: return "Conflict";
    case StatusCode::kCorruption: return "Corruption";
    case StatusCode::kIo: return "Io";
    case StatusCode::kNoSpace: return "NoSpace";
    case StatusCode::kReadOnly: return "ReadOnly";
    case StatusCode::kUnsupported: return "Unsupported";
    case StatusCode::kTimeout: return "Timeout";
    case StatusCode::kDeadlock: return "Deadlock";
    case StatusCode::kBusy: return "Busy";
    case StatusCode::kClosed: return "Closed";
  }
  return "Unknown";
}

Status::Status(StatusCode code, std::string message, Outcome outcome)
    : error_(std::make_shared<const Error>(Error{code, outcome, std::move(message)})) {
  LOGWOOD_ASSERT(code != StatusCode::kOk);
}

std::string_view Status::message() const noexcept {
  return ok() ? std::string_view() : std::string_view(error_->message);
}

std::string Status::ToString() const {
  std::string text(logwood::ToString(code()));
  if (!ok()) text.append(": ").append(error_->message);
  return text;
}

Status Status::WithOutcome(Outcome outcome) const {
  return ok() ? Status() : Status(error_->code, error_->message, outcome);
}

Status Status::WithContext(std::string_view context) const {
  if (ok()) return {};
  return {error_->code, std::string(context).append(": ").append(error_->message), error_->outcome};
}

void Status::Check() const {
  if (!ok()) throw StatusError(*this);
}

void Status::RequireError() const { LOGWOOD_ASSERT(!ok()); }

std::ostream& operator<<(std::ostream& out, const Status& status) { return out << status.ToString(); }

StatusError::StatusError(Status status) : std::runtime_error(status.ToString()), status_(std::move(status)) {}

}  // namespace logwood
