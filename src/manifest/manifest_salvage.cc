#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "codec/file_header.h"
#include "log/log_reader.h"
#include "manifest/edit_reader.h"
#include "manifest/manifest.h"

namespace logwood {
namespace {

using OnDamage = std::function<void(const Manifest::Damage&)>;

// Applies the next edit of a file. False behind the last that can be.
Result<bool> ApplyNext(LogReader& reader, EditReader& edits, const KindRegistry& kinds, ManifestState& state) {
  const std::string place = PlaceInManifest(reader.header().file.number, reader.good_end());
  LOGWOOD_ASSIGN_OR_RETURN(const auto bytes, edits.Next());
  if (!bytes) {
    LOGWOOD_RETURN_IF_ERROR(edits.CheckNothingMissing());
    if (reader.stop_reason().empty()) return false;
    return Status::Corruption(PlaceInManifest(reader.header().file.number, reader.good_end()) + ": " +
                              reader.stop_reason());
  }
  const auto edit = DecodeManifestEdit(*bytes);
  if (!edit.ok()) return edit.status().WithContext(place);
  LOGWOOD_RETURN_IF_ERROR(state.Apply(*edit, kinds).WithContext(place));
  return true;
}

// What the edits of one file add up to, as far as they are whole; nullopt where not even the first is.
Result<std::optional<Manifest::Loaded>> ReadAsFarAsWhole(LogReader& reader, const KindRegistry& kinds,
                                                         const OnDamage& on_damage) {
  Manifest::Loaded loaded;
  loaded.header = reader.header();
  EditReader edits(reader);
  for (size_t count = 0;; ++count) {
    const Result<bool> applied = ApplyNext(reader, edits, kinds, loaded.state);
    if (applied.ok() && *applied) continue;
    const StatusCode code = applied.status().code();
    if (code == StatusCode::kIo || code == StatusCode::kUnsupported) return applied.status();
    if (!applied.ok()) {
      on_damage({.manifest = loaded.header.file.number,
                 .offset = edits.good_end(),
                 .what = std::string(applied.status().message())});
    }
    loaded.good_end = edits.good_end();
    return count == 0 ? std::nullopt : std::optional(std::move(loaded));
  }
}

// The database of most files whose headers are whole; none where there are none.
Result<DatabaseId> DatabaseOfMost(Store& store) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store.List());
  std::map<DatabaseId, int> counts;
  for (const std::string& name : names) {
    if (!ParseFileName(name)) continue;
    const auto file = store.Open(name);
    if (!file.ok()) continue;
    std::array<std::byte, kFileHeaderSize> begin{};
    const Result<size_t> read = (*file)->Read(0, begin);
    if (!read.ok()) continue;
    const Result<FileHeader> header = DecodeFileHeader(Bytes(begin.data(), *read), name);
    if (header.ok()) ++counts[header->database];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& each) { return each.second; });
  return most == counts.end() ? DatabaseId() : most->first;
}

Result<std::vector<FileNumber>> ManifestsNewestFirst(Store& store) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store.List());
  std::vector<FileNumber> numbers;
  for (const std::string& name : names) {
    const auto parts = ParseFileName(name);
    if (parts && parts->type == FileType::kManifest) numbers.push_back(parts->number);
  }
  std::ranges::sort(numbers, std::greater<>());
  return numbers;
}

}  // namespace

Result<Manifest::Loaded> Manifest::Salvage(Store& store, const KindRegistry& kinds, const OnDamage& on_damage) {
  LOGWOOD_ASSIGN_OR_RETURN(const DatabaseId database, DatabaseOfMost(store));
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<FileNumber> manifests, ManifestsNewestFirst(store));
  for (const FileNumber number : manifests) {
    const auto reader = LogReader::OpenDamaged(store, number, FileType::kManifest);
    const StatusCode code = reader.status().code();
    if (code == StatusCode::kIo || code == StatusCode::kUnsupported) return reader.status();
    const Status& damage = reader.ok() ? (*reader)->header_damage() : reader.status();
    if (!damage.ok()) {
      on_damage({.manifest = number, .what = std::string(damage.message()), .loses_edits = !reader.ok()});
    }
    if (!reader.ok()) continue;
    LOGWOOD_ASSIGN_OR_RETURN(std::optional<Loaded> loaded, ReadAsFarAsWhole(**reader, kinds, on_damage));
    if (!loaded) continue;
    loaded->database = damage.ok() ? loaded->header.file.database : database;
    return *std::move(loaded);
  }
  Loaded nothing;
  nothing.database = database;
  on_damage({.manifest = FileNumber(), .what = "no manifest tells which files and collections there are"});
  return nothing;
}

}  // namespace logwood
