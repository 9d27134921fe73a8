#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "logwood/result.h"

namespace logwood::stress {

// One end of a connection between two processes that passes messages whole and in order. What was sent before the other
// process died can still be received. Confined to one thread.
class Channel {
 public:
  // The two ends. Errors: kIo.
  [[nodiscard]] static Result<std::pair<Channel, Channel>> NewPair();
  Channel(Channel&& other) noexcept;
  Channel& operator=(Channel&& other) noexcept;
  ~Channel();

  // False: the other end is gone.
  [[nodiscard]] bool Send(const std::string& message);
  // Waits for a message; nullopt: the other end is gone.
  [[nodiscard]] std::optional<std::string> Receive();

  // Takes in, without waiting, what has come. False: the other end is gone, and all that it sent was taken.
  [[nodiscard]] bool TakeIn();
  // The next message of what was taken in.
  [[nodiscard]] std::optional<std::string> Next();

  // To wait on.
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

 private:
  enum class Taken : uint8_t { kSome, kNothingYet, kEnd };

  explicit Channel(int descriptor) noexcept : descriptor_(descriptor) {}
  [[nodiscard]] Taken TakeOnce(int flags);

  int descriptor_;
  std::string received_;
  size_t begin_ = 0;  // In received_, of what Next() has not given.
};

}  // namespace logwood::stress
