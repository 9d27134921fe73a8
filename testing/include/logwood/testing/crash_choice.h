#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

namespace logwood::testing {

// Something that a crash may lose on its own.
struct PendingItem {
  enum class Kind : uint8_t {
    kSector = 0,    // What was appended within one sector since it was last synced. Lost: the sector as it was.
    kLength = 1,    // The file's length. Lost: its length at the last sync.
    kCreation = 2,  // The file's name. Lost: there is no such file.
    kRemoval = 3,   // That the file was removed. Lost: it is there again.
  };

  Kind kind = Kind::kSector;
  std::string file;
  uint64_t offset = 0;  // kSector: where the sector begins, in bytes. kLength: the length now. Else 0.
  // How many states there are beyond the durable one: a sector or length changed by several appends may reach the
  // device after any of them, a length also where a sector ends within one. The last is what the process saw.
  size_t version_count = 1;
};

// Which pending items outlive a crash. Items are numbered as SimulatedStore::PendingItems() gives them. Copyable;
// thread-compatible.
class CrashChoice {
 public:
  // Which version of an item is kept: 0 for none, item.version_count for the last. More counts as the last. Must not
  // use the store.
  using Keep = std::function<size_t(size_t index, const PendingItem& item)>;

  explicit CrashChoice(Keep keep) : keep_(std::move(keep)) {}

  static CrashChoice Nothing();
  static CrashChoice Everything();
  static CrashChoice Only(size_t kept_index);
  static CrashChoice AllBut(size_t lost_index);
  // A subset that the seed decides, of a share that it decides too; some items in an older version.
  static CrashChoice Drawn(uint64_t seed);

  [[nodiscard]] size_t VersionKept(size_t index, const PendingItem& item) const;

 private:
  Keep keep_;
};

}  // namespace logwood::testing
