#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "logwood/bytes.h"
#include "logwood/testing/crash_choice.h"
#include "logwood/testing/simulated_store.h"

namespace logwood::testing {

// One file of a SimulatedStore: its bytes as the process sees them, and what of it a crash may still lose. As files are
// only appended to, what is durable is a prefix, and what is pending stands behind it. Guarded by its store.
class SimulatedFile {
 public:
  SimulatedFile(std::string name, const SimulatedStoreOptions& options, uint64_t size_expected);

  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  // As a reader sees it, prepared space included.
  [[nodiscard]] uint64_t size() const noexcept { return bytes_->size(); }
  [[nodiscard]] uint64_t appended_size() const noexcept { return appended_size_; }
  [[nodiscard]] bool name_is_durable() const noexcept { return name_is_durable_; }

  void Append(Bytes data);
  void Sync();
  void Finish();
  [[nodiscard]] size_t Read(uint64_t offset, std::span<std::byte> into) const;
  // Damage: `data` in place of what stands there. Requires: offset + data.size() <= size().
  void Overwrite(uint64_t offset, Bytes data);
  // Damage: nothing from `size_bytes` on. Requires: size_bytes <= size().
  void Truncate(uint64_t size_bytes);

  // Creation, length, sectors: what a crash could lose.
  void AddPendingItems(std::vector<PendingItem>& items) const;
  // This file with everything pending still so; bytes are shared until one of both changes.
  [[nodiscard]] std::shared_ptr<SimulatedFile> Clone();
  // What a crash leaves, all of it durable; null when it loses the name. `kept` holds the version kept of each of the
  // items that AddPendingItems() gives.
  [[nodiscard]] std::shared_ptr<SimulatedFile> AfterCrash(std::span<const size_t> kept);

 private:
  SimulatedFile(const SimulatedFile& other) = default;

  [[nodiscard]] std::vector<std::byte>& MutableBytes();
  void SetSize(uint64_t size_bytes);
  void AddSizesUpTo(uint64_t end);
  void FillStale(uint64_t offset, std::span<std::byte> into) const;
  [[nodiscard]] std::vector<uint64_t> SectorVersions(uint64_t begin) const;
  [[nodiscard]] uint64_t FirstPendingSector() const;
  [[nodiscard]] std::vector<std::byte> BytesAfterCrash(std::span<const size_t> sectors_kept, uint64_t size_bytes) const;
  void BecomeDurable();

  std::string name_;
  SimulatedStoreOptions options_;
  std::shared_ptr<std::vector<std::byte>> bytes_;
  bool bytes_are_shared_ = false;
  uint64_t appended_size_ = 0;
  uint64_t synced_size_ = 0;           // Bytes below are durable.
  std::vector<uint64_t> append_ends_;  // Where each append since the last sync ended; rising.
  std::vector<uint64_t> sizes_ = {0};  // The durable length, then each that it took since; the last is size().
  bool name_is_durable_ = false;
};

}  // namespace logwood::testing
