#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/arena.h"
#include "base/assert.h"
#include "memtable/memtable.h"

// A memtable against a map of versions. The input is a row of operations: a byte that says which, one for the key's
// beginning, one for how much of it, and up to seven bytes as they are. Keys begin alike, so that prefixes, heads that
// tie and their borders are common.

namespace logwood {
namespace {

class Input {
 public:
  explicit Input(std::span<const uint8_t> bytes) : bytes_(bytes) {}

  [[nodiscard]] bool empty() const { return bytes_.empty(); }
  uint8_t Byte() {
    if (bytes_.empty()) return 0;
    const uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  std::string Key() {
    static const std::array<std::string, 4> kBeginnings = {"", std::string(300, '\0'), std::string(300, '\xff'),
                                                           "0000000000000000 and much that no head can hold ........"};
    const std::string& beginning = kBeginnings[Byte() % kBeginnings.size()];
    const uint8_t shape = Byte();
    std::string key = beginning.substr(0, shape / 8 * 2);
    for (int i = 0; i < shape % 8; ++i) key += static_cast<char>(Byte());
    return key;
  }

 private:
  std::span<const uint8_t> bytes_;
};

class Tables {
 public:
  void Apply(Input& input) {
    const uint8_t operation = input.Byte();
    if (operation < 160) return AddRow(input.Key(), operation % 40 == 0 ? 70 : 1);
    if (operation < 200) return CheckGet(input.Key());
    if (operation < 240) return MoveCursor(operation, input.Key());
    if (operation >= 250) return AddRange(input.Key(), input.Key());
    cursor_.reset();
    view_ = operation % 2 == 0 ? last_ : last_ / 2;
    cursor_ = memtable_.NewCursor(Sequence(view_));
  }

  void CheckScan() {
    const auto cursor = memtable_.NewCursor(Sequence(last_));
    cursor->First();
    for (const auto& [key, versions] : model_) {
      if (!Seen(key, versions, last_)) continue;
      LOGWOOD_ASSERT(cursor->valid() && cursor->entry().key == Bytes(key));
      LOGWOOD_ASSERT(cursor->entry().value == Bytes(std::to_string(versions.rbegin()->first)));
      cursor->Next();
    }
    LOGWOOD_ASSERT(!cursor->valid());
  }

 private:
  using Versions = std::map<uint64_t, bool>;
  using Model = std::map<std::string, Versions>;

  // Some keys at once, so that short inputs fill nodes too.
  void AddRow(const std::string& key, int count) {
    for (int i = 0; i < count; ++i) {
      const std::string next = i == 0 ? key : key + static_cast<char>(i * 37);
      const std::string value = std::to_string(++last_);
      memtable_.Add(Sequence(last_), {.type = EntryType::kPut, .key = next, .value = value, .address = {}});
      model_[next][last_] = true;
    }
  }

  // Between the two, or from the first on where the second is empty.
  void AddRange(std::string begin, std::string end) {
    if (!end.empty() && end < begin) std::swap(begin, end);
    if (!end.empty() && end == begin) end.push_back('\0');
    memtable_.Add(Sequence(++last_), {.type = EntryType::kRangeTombstone, .key = begin, .value = end, .address = {}});
    ranges_[last_] = {std::move(begin), std::move(end)};
  }

  // The newest range tombstone that covers `key` for a reader at `at`; 0 without one.
  [[nodiscard]] uint64_t Covering(const std::string& key, uint64_t at) const {
    for (auto range = ranges_.upper_bound(at); range != ranges_.begin();) {
      const auto& [begin, end] = (--range)->second;
      if (begin <= key && (end.empty() || key < end)) return range->first;
    }
    return 0;
  }

  // The sequence that a reader at `at` sees; nullopt without one.
  [[nodiscard]] std::optional<uint64_t> Seen(const std::string& key, const Versions& versions, uint64_t at) const {
    const auto after = versions.upper_bound(at);
    if (after == versions.begin() || std::prev(after)->first < Covering(key, at)) return std::nullopt;
    return std::prev(after)->first;
  }

  void CheckGet(const std::string& key) const {
    for (const uint64_t at : {last_, last_ / 2}) {
      const auto hit = memtable_.Get(key, Sequence(at));
      const auto found = model_.find(key);
      const auto expected = found == model_.end() ? std::nullopt : Seen(key, found->second, at);
      if (const uint64_t covering = Covering(key, at); !expected && covering > 0) {
        LOGWOOD_ASSERT(hit.has_value() && hit->type == EntryType::kTombstone && hit->sequence == Sequence(covering));
        continue;
      }
      LOGWOOD_ASSERT(hit.has_value() == expected.has_value());
      if (hit) LOGWOOD_ASSERT(hit->sequence == Sequence(*expected));
    }
  }

  [[nodiscard]] bool IsSeen(Model::const_iterator at) const { return Seen(at->first, at->second, view_).has_value(); }
  [[nodiscard]] Model::const_iterator Forward(Model::const_iterator at) const {
    while (at != model_.end() && !IsSeen(at)) ++at;
    return at;
  }
  [[nodiscard]] Model::const_iterator Backward(Model::const_iterator end) const {
    while (end != model_.begin()) {
      if (IsSeen(--end)) return end;
    }
    return model_.end();
  }

  // The cursor is kept from move to move, while the tree under it grows.
  void MoveCursor(uint8_t operation, const std::string& key) {
    if (cursor_ == nullptr) return;
    Model::const_iterator expected = model_.end();
    const bool was_valid = cursor_->valid();
    const std::string from = was_valid ? cursor_->entry().key.ToString() : std::string();
    switch (operation % 7) {
      case 0: cursor_->First(), expected = Forward(model_.begin()); break;
      case 1: cursor_->Last(), expected = Backward(model_.end()); break;
      case 2: cursor_->Seek(key, SeekTo::kAtOrAfter), expected = Forward(model_.lower_bound(key)); break;
      case 3: cursor_->Seek(key, SeekTo::kAtOrBefore), expected = Backward(model_.upper_bound(key)); break;
      case 4:
        cursor_->Seek(key, SeekTo::kExact), expected = model_.find(key);
        if (expected != model_.end() && !IsSeen(expected)) expected = model_.end();
        break;
      case 5:
        if (!was_valid) return;
        cursor_->Next(), expected = Forward(model_.upper_bound(from));
        break;
      default:
        if (!was_valid) return;
        cursor_->Prev(), expected = Backward(model_.lower_bound(from));
        break;
    }
    LOGWOOD_ASSERT(cursor_->valid() == (expected != model_.end()));
    if (!cursor_->valid()) return;
    LOGWOOD_ASSERT(cursor_->entry().key == Bytes(expected->first));
    LOGWOOD_ASSERT(cursor_->entry().value == Bytes(std::to_string(*Seen(expected->first, expected->second, view_))));
  }

  Arena arena_;
  Memtable memtable_{arena_};
  Model model_;
  std::map<uint64_t, std::pair<std::string, std::string>> ranges_;  // By sequence.
  uint64_t last_ = 0;
  uint64_t view_ = 0;
  std::unique_ptr<EntryCursor> cursor_;
};

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  Input input(std::span(data, size));
  Tables tables;
  while (!input.empty()) tables.Apply(input);
  tables.CheckScan();
  return 0;
}
