#include "manifest/manifest_edit.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "base/status_macros.h"
#include "codec/byte_reader.h"
#include "codec/byte_writer.h"

namespace logwood {
namespace {

// docs/format/manifest.md. A field is {tag varint32 | length varint32 | content}; tags rise, so none comes twice.
enum class Tag : uint8_t {
  kEpoch = 1,
  kFileNumbersReserved = 2,
  kNextCollection = 3,
  kFlushed = 4,
  kFirstLog = 5,
  kLogEnds = 6,
  kFilesAdded = 7,
  kFilesDropped = 8,
  kLiveBytes = 9,
  kCollectionsCreated = 10,
  kCollectionsDropped = 11,
  kCollectionsEdited = 12,
};

// Small numbers of either sign become small numbers: 0, -1, 1, -2 are 0, 1, 2, 3.
uint64_t ZigZag(int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ (value < 0 ? ~uint64_t{0} : 0); }
int64_t UnZigZag(uint64_t value) { return static_cast<int64_t>((value >> 1) ^ (0 - (value & 1))); }

void AppendField(std::string& out, Tag tag, const std::string& content) {
  AppendVarint(out, static_cast<uint64_t>(tag));
  AppendLengthPrefixed(out, content);
}

void AppendNumber(std::string& out, Tag tag, uint64_t value) {
  std::string content;
  AppendVarint(content, value);
  AppendField(out, tag, content);
}

template <class Item, class AppendItem>
void AppendList(std::string& out, Tag tag, const std::vector<Item>& items, AppendItem append_item) {
  if (items.empty()) return;
  std::string content;
  for (const Item& item : items) append_item(content, item);
  AppendField(out, tag, content);
}

void AppendLogEnd(std::string& out, const LogEnd& log) {
  AppendVarint(out, log.number.value());
  AppendFixed64(out, log.id.value());
  AppendVarint(out, log.end);
}

void AppendFileAdded(std::string& out, const FileAdded& file) {
  AppendVarint(out, file.number.value());
  AppendFixed8(out, static_cast<uint8_t>(file.type));
  AppendFixed64(out, file.id.value());
  AppendVarint(out, file.length);
}

void AppendLiveBytesChange(std::string& out, const LiveBytesChange& change) {
  AppendVarint(out, change.file.value());
  AppendVarint(out, ZigZag(change.bytes));
}

void AppendCollectionCreated(std::string& out, const CollectionCreated& collection) {
  AppendVarint(out, collection.id.value());
  AppendFixed8(out, static_cast<uint8_t>(collection.kind));
  AppendLengthPrefixed(out, collection.name);
  AppendLengthPrefixed(out, collection.state);
}

void AppendCollectionEdited(std::string& out, const CollectionEdited& collection) {
  AppendVarint(out, collection.id.value());
  AppendLengthPrefixed(out, collection.edit);
}

// Each reader of an item moves `reader` behind it, or gives nullopt where the bytes are no such item.

std::optional<LogEnd> ReadLogEnd(ByteReader& reader) {
  const auto number = reader.Varint64();
  const auto id = reader.Fixed64();
  const auto end = reader.Varint64();
  if (!number || !id || !end) return std::nullopt;
  return LogEnd{FileNumber(*number), FileId(*id), *end};
}

std::optional<FileAdded> ReadFileAdded(ByteReader& reader) {
  const auto number = reader.Varint64();
  const auto type = reader.Fixed8();
  const auto id = reader.Fixed64();
  const auto length = reader.Varint64();
  if (!number || !type || !id || !length) return std::nullopt;
  return FileAdded{FileNumber(*number), static_cast<FileType>(*type), FileId(*id), *length};
}

std::optional<FileNumber> ReadFileNumber(ByteReader& reader) {
  const auto number = reader.Varint64();
  if (!number) return std::nullopt;
  return FileNumber(*number);
}

std::optional<LiveBytesChange> ReadLiveBytesChange(ByteReader& reader) {
  const auto number = reader.Varint64();
  const auto bytes = reader.Varint64();
  if (!number || !bytes) return std::nullopt;
  return LiveBytesChange{FileNumber(*number), UnZigZag(*bytes)};
}

std::optional<CollectionCreated> ReadCollectionCreated(ByteReader& reader) {
  const auto id = reader.Varint32();
  const auto kind = reader.Fixed8();
  const auto name = reader.LengthPrefixed();
  const auto state = reader.LengthPrefixed();
  if (!id || !kind || !name || !state) return std::nullopt;
  return CollectionCreated{CollectionId(*id), name->ToString(), static_cast<CollectionKind>(*kind), state->ToString()};
}

std::optional<CollectionId> ReadCollectionId(ByteReader& reader) {
  const auto id = reader.Varint32();
  if (!id) return std::nullopt;
  return CollectionId(*id);
}

std::optional<CollectionEdited> ReadCollectionEdited(ByteReader& reader) {
  const auto id = reader.Varint32();
  const auto edit = reader.LengthPrefixed();
  if (!id || !edit) return std::nullopt;
  return CollectionEdited{CollectionId(*id), edit->ToString()};
}

template <class Item, class ReadItem>
bool ReadItems(Bytes content, std::vector<Item>& items, ReadItem read_item) {
  ByteReader reader(content);
  while (!reader.empty()) {
    auto item = read_item(reader);
    if (!item) return false;
    items.push_back(std::move(*item));
  }
  return true;
}

// An empty list has one form: no field.
template <class Item, class ReadItem>
bool ReadList(Bytes content, std::vector<Item>& items, ReadItem read_item) {
  return !content.empty() && ReadItems(content, items, read_item);
}

bool ReadLogEnds(Bytes content, std::optional<std::vector<LogEnd>>& logs) {
  return ReadItems(content, logs.emplace(), ReadLogEnd);
}

template <class Number>
bool ReadNumber64(Bytes content, std::optional<Number>& number) {
  ByteReader reader(content);
  const auto value = reader.Varint64();
  if (!value || !reader.empty()) return false;
  number.emplace(*value);
  return true;
}

template <class Number>
bool ReadNumber32(Bytes content, std::optional<Number>& number) {
  ByteReader reader(content);
  const auto value = reader.Varint32();
  if (!value || !reader.empty()) return false;
  number.emplace(*value);
  return true;
}

// Whether `content` is what a field of this tag holds.
bool ReadField(Tag tag, Bytes content, ManifestEdit& edit) {
  switch (tag) {
    case Tag::kEpoch: return ReadNumber32(content, edit.epoch);
    case Tag::kFileNumbersReserved: return ReadNumber64(content, edit.file_numbers_reserved);
    case Tag::kNextCollection: return ReadNumber32(content, edit.next_collection);
    case Tag::kFlushed: return ReadNumber64(content, edit.flushed);
    case Tag::kFirstLog: return ReadNumber64(content, edit.first_log);
    case Tag::kLogEnds: return ReadLogEnds(content, edit.log_ends);
    case Tag::kFilesAdded: return ReadList(content, edit.files_added, ReadFileAdded);
    case Tag::kFilesDropped: return ReadList(content, edit.files_dropped, ReadFileNumber);
    case Tag::kLiveBytes: return ReadList(content, edit.live_bytes, ReadLiveBytesChange);
    case Tag::kCollectionsCreated: return ReadList(content, edit.collections_created, ReadCollectionCreated);
    case Tag::kCollectionsDropped: return ReadList(content, edit.collections_dropped, ReadCollectionId);
    case Tag::kCollectionsEdited: return ReadList(content, edit.collections_edited, ReadCollectionEdited);
  }
  return false;
}

Status Damaged(size_t offset, const std::string& what) {
  return Status::Corruption("edit offset " + std::to_string(offset) + ": " + what);
}

}  // namespace

std::string EncodeManifestEdit(const ManifestEdit& edit) {
  std::string out;
  if (edit.epoch) AppendNumber(out, Tag::kEpoch, *edit.epoch);
  if (edit.file_numbers_reserved) AppendNumber(out, Tag::kFileNumbersReserved, edit.file_numbers_reserved->value());
  if (edit.next_collection) AppendNumber(out, Tag::kNextCollection, edit.next_collection->value());
  if (edit.flushed) AppendNumber(out, Tag::kFlushed, edit.flushed->value());
  if (edit.first_log) AppendNumber(out, Tag::kFirstLog, edit.first_log->value());
  if (edit.log_ends) {
    // Here an empty list says something: that no such log is needed any more.
    std::string content;
    for (const LogEnd& log : *edit.log_ends) AppendLogEnd(content, log);
    AppendField(out, Tag::kLogEnds, content);
  }
  AppendList(out, Tag::kFilesAdded, edit.files_added, AppendFileAdded);
  AppendList(out, Tag::kFilesDropped, edit.files_dropped,
             [](std::string& content, FileNumber number) { AppendVarint(content, number.value()); });
  AppendList(out, Tag::kLiveBytes, edit.live_bytes, AppendLiveBytesChange);
  AppendList(out, Tag::kCollectionsCreated, edit.collections_created, AppendCollectionCreated);
  AppendList(out, Tag::kCollectionsDropped, edit.collections_dropped,
             [](std::string& content, CollectionId id) { AppendVarint(content, id.value()); });
  AppendList(out, Tag::kCollectionsEdited, edit.collections_edited, AppendCollectionEdited);
  return out;
}

Result<ManifestEdit> DecodeManifestEdit(Bytes data) {
  ManifestEdit edit;
  ByteReader reader(data);
  uint32_t tag_before = 0;
  while (!reader.empty()) {
    const size_t offset = reader.offset();
    const auto tag = reader.Varint32();
    const auto content = tag ? reader.LengthPrefixed() : std::nullopt;
    if (!content) return Damaged(offset, "no whole field");
    const std::string field = "field " + std::to_string(*tag);
    if (*tag <= tag_before) return Damaged(offset, field + " stands behind field " + std::to_string(tag_before));
    if (*tag > static_cast<uint32_t>(Tag::kCollectionsEdited)) {
      return Status::Unsupported("edit offset " + std::to_string(offset) + ": " + field +
                                 " is not known to this version: open the database with a newer one");
    }
    if (!ReadField(static_cast<Tag>(*tag), *content, edit)) {
      return Damaged(offset, field + " of " + std::to_string(content->size()) + " bytes has no valid content");
    }
    tag_before = *tag;
  }
  return edit;
}

}  // namespace logwood
