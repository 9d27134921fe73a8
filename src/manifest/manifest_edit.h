#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "codec/file_header.h"
#include "kind/kind.h"
#include "log/log_recovery.h"
#include "logwood/options.h"
#include "logwood/result.h"

namespace logwood {

// One change of the durable root, made whole or not at all (I4); docs/format/manifest.md. Fields that are absent or
// empty leave things as they are.

struct FileAdded {
  FileNumber number;
  FileType type = FileType::kTree;
  FileId id;
  uint64_t length = 0;
  friend bool operator==(const FileAdded&, const FileAdded&) = default;
};

struct CollectionCreated {
  CollectionId id;
  std::string name;
  CollectionKind kind = CollectionKind::kLsm;
  std::string state;  // The kind's bytes.
  friend bool operator==(const CollectionCreated&, const CollectionCreated&) = default;
};

struct CollectionEdited {
  CollectionId id;
  std::string edit;  // The kind's bytes.
  friend bool operator==(const CollectionEdited&, const CollectionEdited&) = default;
};

struct ManifestEdit {
  // Of the process that writes from here on; rises with each (I6).
  std::optional<uint32_t> epoch;
  // The first file number that nobody may have used; rises (I6).
  std::optional<FileNumber> file_numbers_reserved;
  // Ids of collections from here on are free; rises (I6).
  std::optional<CollectionId> next_collection;
  // The last sequence that the trees hold; rises.
  std::optional<Sequence> flushed;
  // The first log file still needed for recovery; those below fall from log_ends; rises.
  std::optional<FileNumber> first_log;
  // Logs of earlier epochs that are still needed, with their ends: replaces the list.
  std::optional<std::vector<LogEnd>> log_ends;
  std::vector<FileAdded> files_added;  // With no live bytes; see live_bytes.
  std::vector<FileNumber> files_dropped;
  std::vector<LiveBytesChange> live_bytes;
  std::vector<CollectionCreated> collections_created;
  std::vector<CollectionId> collections_dropped;
  std::vector<CollectionEdited> collections_edited;
  friend bool operator==(const ManifestEdit&, const ManifestEdit&) = default;
};

[[nodiscard]] std::string EncodeManifestEdit(const ManifestEdit& edit);
// Errors: kCorruption; kUnsupported (a field that this version does not know).
[[nodiscard]] Result<ManifestEdit> DecodeManifestEdit(Bytes data);

}  // namespace logwood
