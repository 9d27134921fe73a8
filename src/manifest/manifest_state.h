#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "kind/kind.h"
#include "log/log_recovery.h"
#include "manifest/manifest_edit.h"

namespace logwood {

struct ManifestFile {
  FileType type = FileType::kTree;
  FileId id;
  uint64_t length = 0;
  uint64_t live_bytes = 0;
  friend bool operator==(const ManifestFile&, const ManifestFile&) = default;
};

struct ManifestCollection {
  std::string name;
  CollectionKind kind = CollectionKind::kLsm;
  std::string state;
  friend bool operator==(const ManifestCollection&, const ManifestCollection&) = default;
};

// What all edits so far add up to. A value; thread-compatible.
struct ManifestState {
  uint32_t epoch = 0;
  FileNumber file_numbers_reserved{1};
  CollectionId next_collection{1};
  Sequence flushed;
  FileNumber first_log;
  std::vector<LogEnd> log_ends;
  std::map<FileNumber, ManifestFile> files;
  std::map<CollectionId, ManifestCollection> collections;
  friend bool operator==(const ManifestState&, const ManifestState&) = default;

  // Makes `edit`, or leaves the state as it was. Errors: kCorruption where the edit does not fit: a number that falls,
  // a file added twice or dropped unknown, live bytes below zero or above the length, a collection unknown or named
  // twice, a state that refers to a file that is not in `files` afterwards, a file left in it that no state refers to;
  // kUnsupported: a kind that `kinds` does not have.
  Status Apply(const ManifestEdit& edit, const KindRegistry& kinds);
  // One edit that makes this state of an empty one.
  [[nodiscard]] ManifestEdit ToEdit() const;
};

}  // namespace logwood
