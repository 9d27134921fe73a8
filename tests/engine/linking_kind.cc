#include "tests/engine/linking_kind.h"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "tests/cursor/vector_cursor.h"

namespace logwood {
namespace {

using testing::OwnedEntry;
using testing::VectorCursor;

constexpr size_t kLinkedSizeMin = 1024;

// A value, or where a log holds it.
struct Item {
  EntryType type = EntryType::kPut;
  std::string inline_value;
  LogAddress address;
  uint64_t length = 0;  // Of a linked value.

  [[nodiscard]] bool linked() const { return address.file != FileNumber(); }
};
using Items = std::map<std::string, Item>;

std::string Encode(const Items& items) {
  std::string out;
  for (const auto& [key, item] : items) {
    AppendLengthPrefixed(out, key);
    AppendFixed8(out, static_cast<uint8_t>(item.type));
    AppendFixed64(out, item.address.file.value());
    AppendFixed64(out, item.address.offset);
    AppendFixed64(out, item.length);
    AppendLengthPrefixed(out, item.inline_value);
  }
  return out;
}

Result<Items> Decode(Bytes bytes) {
  Items items;
  ByteReader reader(bytes);
  while (!reader.empty()) {
    const auto key = reader.LengthPrefixed();
    const auto type = reader.Fixed8();
    const auto file = reader.Fixed64();
    const auto offset = reader.Fixed64();
    const auto length = reader.Fixed64();
    const auto value = reader.LengthPrefixed();
    if (!key || !type || !file || !offset || !length || !value) return Status::Corruption("linking kind: state");
    items[key->ToString()] = {.type = static_cast<EntryType>(*type),
                              .inline_value = value->ToString(),
                              .address = {.file = FileNumber(*file), .offset = *offset},
                              .length = *length};
  }
  return items;
}

class LinkingTrees final : public CollectionTrees {
 public:
  LinkingTrees(Items items, std::map<FileNumber, std::shared_ptr<const BlockFile>> files)
      : items_(std::move(items)), files_(std::move(files)) {}

  Result<std::optional<TreesHit>> Get(Bytes key, FilterCounters&) const override {
    const auto item = items_.find(key.ToString());
    if (item == items_.end()) return std::optional<TreesHit>();
    LOGWOOD_ASSIGN_OR_RETURN(std::string value, Value(item->second));
    const auto pin = std::make_shared<const std::string>(std::move(value));
    return std::optional(TreesHit{.type = item->second.type, .value = *pin, .pin = pin});
  }

  std::unique_ptr<EntryCursor> NewCursor() const override {
    std::vector<OwnedEntry> entries;
    for (const auto& [key, item] : items_) {
      Result<std::string> value = Value(item);
      entries.push_back({.type = item.type, .key = key, .value = value.ok() ? *value : "unreadable"});
    }
    return std::make_unique<VectorCursor>(std::move(entries));
  }

  Result<uint64_t> Verify(const std::function<void(const Status&)>& on_damage) const override {
    for (const auto& [key, item] : items_) {
      if (const Result<std::string> value = Value(item); !value.ok()) on_damage(value.status());
    }
    return uint64_t{0};
  }

  std::map<FileNumber, uint64_t> LiveBytes() const override {
    std::map<FileNumber, uint64_t> live;
    for (const auto& [key, item] : items_) {
      if (item.linked()) live[item.address.file] += item.length;
    }
    return live;
  }

  TreeStatistics Statistics() const override { return {.entries = items_.size()}; }

  [[nodiscard]] Result<std::string> Value(const Item& item) const {
    if (!item.linked()) return item.inline_value;
    std::string value(item.length, '\0');
    LOGWOOD_ASSIGN_OR_RETURN(
        const size_t read,
        files_.at(item.address.file)->file().Read(item.address.offset, std::as_writable_bytes(std::span(value))));
    if (read != item.length) return Status::Corruption("linking kind: a value runs over the end of its log");
    return value;
  }

  [[nodiscard]] const Items& items() const { return items_; }

 private:
  Items items_;
  std::map<FileNumber, std::shared_ptr<const BlockFile>> files_;
};

class LinkingKind final : public Kind {
 public:
  std::string InitialState(const CollectionOptions&) const override { return {}; }

  Result<std::string> ApplyEdit(Bytes state, Bytes edit) const override {
    LOGWOOD_ASSIGN_OR_RETURN(Items items, Decode(state));
    LOGWOOD_ASSIGN_OR_RETURN(Items changed, Decode(edit));
    for (auto& [key, item] : changed) items[key] = std::move(item);
    return Encode(items);
  }

  Result<std::set<FileNumber>> Files(Bytes state) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const Items items, Decode(state));
    std::set<FileNumber> files;
    for (const auto& [key, item] : items) {
      if (item.linked()) files.insert(item.address.file);
    }
    return files;
  }

  Result<std::shared_ptr<const CollectionTrees>> Open(Bytes state, KindFiles& files,
                                                      const CollectionTrees*) const override {
    LOGWOOD_ASSIGN_OR_RETURN(Items items, Decode(state));
    LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> numbers, Files(state));
    std::map<FileNumber, std::shared_ptr<const BlockFile>> opened;
    for (const FileNumber number : numbers) {
      LOGWOOD_ASSIGN_OR_RETURN(opened[number], files.Open(number));
    }
    return std::shared_ptr<const CollectionTrees>(std::make_shared<LinkingTrees>(std::move(items), std::move(opened)));
  }

  Result<std::map<FileNumber, uint64_t>> Stays(EntryCursor& entries) const override {
    std::map<FileNumber, uint64_t> bytes;
    for (entries.First(); entries.valid(); entries.Next()) {
      if (IsWorthALink(entries.entry())) bytes[entries.entry().address.file] += entries.entry().value.size();
    }
    LOGWOOD_RETURN_IF_ERROR(entries.status());
    return bytes;
  }

  Result<KindEdit> Flush(const FlushInput& input, JobOutput&) const override {
    Items changed;
    std::map<FileNumber, int64_t> live;
    const auto& trees = static_cast<const LinkingTrees&>(input.trees);
    for (input.entries.First(); input.entries.valid(); input.entries.Next()) {
      const Entry& entry = input.entries.entry();
      Item item{.type = entry.type};
      if (IsWorthALink(entry) && input.logs_that_stay.contains(entry.address.file)) {
        item.address = entry.address;
        item.length = entry.value.size();
        live[entry.address.file] += static_cast<int64_t>(item.length);
      } else {
        item.inline_value = entry.value.ToString();
      }
      const auto old = trees.items().find(entry.key.ToString());
      if (old != trees.items().end() && old->second.linked()) {
        live[old->second.address.file] -= static_cast<int64_t>(old->second.length);
      }
      changed[entry.key.ToString()] = std::move(item);
    }
    LOGWOOD_RETURN_IF_ERROR(input.entries.status());
    return EditOf(changed, live);
  }

  Result<std::optional<MergePlan>> Choose(Bytes state, const MergeRequest& request) const override {
    LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> files, Files(state));
    if (request.effort != MergeEffort::kAll || files.empty()) return std::optional<MergePlan>();
    return std::optional(MergePlan{.bytes = "move all out of logs", .behind = std::nullopt});
  }

  Result<KindEdit> Merge(Bytes, const CollectionTrees& trees, JobOutput&) const override {
    Items moved;
    std::map<FileNumber, int64_t> live;
    const auto& linking = static_cast<const LinkingTrees&>(trees);
    for (const auto& [key, item] : linking.items()) {
      if (!item.linked()) continue;
      LOGWOOD_ASSIGN_OR_RETURN(std::string value, linking.Value(item));
      live[item.address.file] -= static_cast<int64_t>(item.length);
      moved[key] = {.type = item.type, .inline_value = std::move(value), .address = {}, .length = 0};
    }
    return EditOf(moved, live);
  }

 private:
  static bool IsWorthALink(const Entry& entry) {
    return entry.type == EntryType::kPut && entry.address.file != FileNumber() && entry.value.size() >= kLinkedSizeMin;
  }

  static KindEdit EditOf(const Items& changed, const std::map<FileNumber, int64_t>& live) {
    KindEdit edit{.bytes = Encode(changed), .live_bytes = {}};
    for (const auto& [file, bytes] : live) edit.live_bytes.push_back({.file = file, .bytes = bytes});
    return edit;
  }
};

}  // namespace

std::unique_ptr<const Kind> NewLinkingKind() { return std::make_unique<LinkingKind>(); }

}  // namespace logwood
