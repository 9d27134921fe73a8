#include "tools/stress/channel.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <unistd.h>

namespace logwood::stress {

Result<std::pair<Channel, Channel>> Channel::NewPair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return Status::Io(std::string("no connection between processes: ") + std::strerror(errno));
  }
  return std::pair(Channel(ends[0]), Channel(ends[1]));
}

Channel::Channel(Channel&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      received_(std::move(other.received_)),
      begin_(std::exchange(other.begin_, 0)) {}

Channel& Channel::operator=(Channel&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(received_, other.received_);
  std::swap(begin_, other.begin_);
  return *this;
}

Channel::~Channel() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool Channel::Send(const std::string& message) {
  const uint64_t size = message.size();
  std::string framed(sizeof(size), '\0');
  std::memcpy(framed.data(), &size, sizeof(size));
  framed += message;
  for (size_t sent = 0; sent < framed.size();) {
    const ssize_t count = ::send(descriptor_, framed.data() + sent, framed.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) sent += static_cast<size_t>(count);
  }
  return true;
}

std::optional<std::string> Channel::Receive() {
  for (;;) {
    if (std::optional<std::string> message = Next()) return message;
    if (TakeOnce(0) == Taken::kEnd) return std::nullopt;
  }
}

bool Channel::TakeIn() {
  for (;;) {
    const Taken taken = TakeOnce(MSG_DONTWAIT);
    if (taken != Taken::kSome) return taken == Taken::kNothingYet;
  }
}

Channel::Taken Channel::TakeOnce(int flags) {
  std::array<char, 64 * 1024> piece;
  const ssize_t count = ::recv(descriptor_, piece.data(), piece.size(), flags);
  if (count < 0 && errno == EINTR) return Taken::kSome;
  if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return Taken::kNothingYet;
  if (count <= 0) return Taken::kEnd;
  received_.erase(0, std::exchange(begin_, 0));
  received_.append(piece.data(), static_cast<size_t>(count));
  return Taken::kSome;
}

std::optional<std::string> Channel::Next() {
  uint64_t size = 0;
  if (received_.size() - begin_ < sizeof(size)) return std::nullopt;
  std::memcpy(&size, received_.data() + begin_, sizeof(size));
  if (received_.size() - begin_ - sizeof(size) < size) return std::nullopt;
  std::string message = received_.substr(begin_ + sizeof(size), size);
  begin_ += sizeof(size) + size;
  return message;
}

}  // namespace logwood::stress
