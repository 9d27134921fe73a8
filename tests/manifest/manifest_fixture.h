#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "codec/file_header.h"
#include "logwood/store.h"
#include "manifest/manifest.h"
#include "tests/manifest/toy_kind.h"

namespace logwood::testing {

inline constexpr DatabaseId kDatabase{0xdb};

inline std::string ManifestName(uint64_t number) { return FileName(FileNumber(number), FileType::kManifest); }

// File ids differ from file to file as random ones would.
inline Manifest::Identity IdentityOf(uint64_t number, DatabaseId database = kDatabase) {
  return {.database = database, .number = FileNumber(number), .id = FileId(number * 0x9e3779b97f4a7c15u)};
}

// The state of a new database: no collection, file numbers up to 100 reserved.
inline ManifestState NewState() {
  ManifestState state;
  state.epoch = 1;
  state.file_numbers_reserved = FileNumber(100);
  return state;
}

inline ManifestEdit EpochEdit(uint32_t epoch) {
  ManifestEdit edit;
  edit.epoch = epoch;
  return edit;
}

// Creates collection `id`, which refers to no file.
inline ManifestEdit CollectionEdit(uint32_t id) {
  ManifestEdit edit;
  edit.next_collection = CollectionId(id + 1);
  edit.collections_created = {{CollectionId(id), "collection " + std::to_string(id), CollectionKind::kLsm, ""}};
  return edit;
}

// An edit of `count` collections from `id` on: about 270 bytes each.
inline ManifestEdit LargeEdit(uint32_t id, uint32_t count) {
  ManifestEdit edit;
  edit.next_collection = CollectionId(id + count);
  for (uint32_t i = id; i < id + count; ++i) {
    std::string name = std::to_string(i);
    name.resize(kCollectionNameSizeMax, 'n');
    edit.collections_created.push_back({CollectionId(i), name, CollectionKind::kLsm, ""});
  }
  return edit;
}

inline std::string ReadAll(Store& store, std::string_view name) {
  const auto file = store.Open(name);
  std::string bytes(file.value()->size(), '\0');
  bytes.resize(file.value()->Read(0, std::as_writable_bytes(std::span(bytes))).value());
  return bytes;
}

inline void Put(Store& store, std::string_view name, Bytes bytes) {
  const auto file = store.Create(name, {});
  file.value()->Append(bytes).Check();
  file.value()->Sync().Check();
}

// The smallest number above every file's.
inline uint64_t FreeNumber(Store& store) {
  uint64_t number = 1;
  for (const std::string& name : store.List().value()) {
    if (const auto parts = ParseFileName(name)) number = std::max(number, parts->number.value() + 1);
  }
  return number;
}

}  // namespace logwood::testing
