#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <utility>

#include "base/status_macros.h"
#include "codec/file_header.h"
#include "log/log_reader.h"
#include "manifest/edit_reader.h"
#include "manifest/manifest.h"

namespace logwood {
namespace {

// What the records of one file add up to; nullopt where its first edit never became whole.
Result<std::optional<Manifest::Loaded>> ReadManifest(LogReader& reader, const KindRegistry& kinds) {
  Manifest::Loaded loaded;
  loaded.header = reader.header();
  loaded.database = loaded.header.file.database;
  EditReader edits(reader);
  for (bool first = true;; first = false) {
    const std::string place = PlaceInManifest(loaded.header.file.number, reader.good_end());
    LOGWOOD_ASSIGN_OR_RETURN(const auto bytes, edits.Next());
    if (!bytes) {
      LOGWOOD_RETURN_IF_ERROR(edits.CheckNothingMissing());
      if (first) return std::optional<Manifest::Loaded>();
      break;
    }
    const auto edit = DecodeManifestEdit(*bytes);
    if (!edit.ok()) return edit.status().WithContext(place);
    LOGWOOD_RETURN_IF_ERROR(loaded.state.Apply(*edit, kinds).WithContext(place));
  }
  loaded.good_end = edits.good_end();
  return std::optional(std::move(loaded));
}

Result<bool> FirstEditIsWhole(LogReader& reader) {
  EditReader edits(reader);
  LOGWOOD_ASSIGN_OR_RETURN(const auto edit, edits.Next());
  return edit.has_value();
}

struct StoredFiles {
  std::vector<FileNumber> manifests;  // The newest first.
  std::vector<FileNameParts> others;
};

Result<StoredFiles> ListFiles(Store& store) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store.List());
  StoredFiles files;
  for (const std::string& name : names) {
    const auto parts = ParseFileName(name);
    if (!parts) continue;
    if (parts->type == FileType::kManifest) {
      files.manifests.push_back(parts->number);
    } else {
      files.others.push_back(*parts);
    }
  }
  std::ranges::sort(files.manifests, std::greater<>());
  std::ranges::sort(files.others, {}, &FileNameParts::number);
  return files;
}

// The first bytes of a file, fewer where it is shorter.
template <size_t kSize>
struct FileStart {
  std::array<std::byte, kSize> data{};
  size_t size = 0;
  [[nodiscard]] Bytes bytes() const { return {data.data(), size}; }
};

template <size_t kSize>
Result<FileStart<kSize>> ReadStart(Store& store, const std::string& name) {
  LOGWOOD_ASSIGN_OR_RETURN(const auto file, store.Open(name));
  FileStart<kSize> start;
  LOGWOOD_ASSIGN_OR_RETURN(start.size, file->Read(0, start.data));
  return start;
}

// What is known of a manifest file that does not count.
struct Unused {
  FileNumber number;
  std::optional<DatabaseId> database;  // None: its header is not valid.
  bool cut_short = false;              // The end of its header never arrived: nobody's but a crash's.
  std::string damaged_header;          // One that arrived and is not valid.
};

struct Search {
  std::optional<Manifest::Loaded> counting;
  std::vector<Unused> unused;
  Status fault;  // Of the newest file whose header is not valid.
};

// A header that is not valid was torn by a crash, unless it is another file's.
Status LookAtTornHeader(Store& store, FileNumber number, const Status& fault, Search& search) {
  const std::string name = FileName(number, FileType::kManifest);
  LOGWOOD_ASSIGN_OR_RETURN(const auto start, ReadStart<kLogDataStart>(store, name));
  const auto header = DecodeFileHeader(start.bytes(), name);
  if (header.ok() && (header->number != number || header->type != FileType::kManifest)) return fault;
  const Bytes checksum = Bytes(start.data).From(kLogDataStart - sizeof(uint64_t));
  const bool arrived =
      start.size == kLogDataStart && std::ranges::any_of(checksum, [](std::byte byte) { return byte != std::byte{0}; });
  Unused unused{.number = number, .database = std::nullopt, .cut_short = !arrived && FileHeaderMayBegin(start.bytes())};
  if (arrived) unused.damaged_header = start.bytes().ToString();
  search.unused.push_back(std::move(unused));
  if (search.fault.ok()) search.fault = fault;
  return Status::Ok();
}

// Whether a header that is not valid had once been one of a manifest with its number, of `database` if that is given.
bool WasManifest(const Unused& unused, DatabaseId database) {
  const FileHeader header{.type = FileType::kManifest, .number = unused.number, .database = database};
  return !unused.damaged_header.empty() && FileHeaderResembles(unused.damaged_header, header);
}

// A newer manifest whose header arrived, and was damaged since, was in use: the older one must not take its place.
Status CheckNotSuperseded(const Search& search) {
  for (const Unused& unused : search.unused) {
    if (unused.number < search.counting->header.file.number || unused.damaged_header.empty()) continue;
    const FileHeader header{
        .type = FileType::kManifest, .number = unused.number, .database = search.counting->database};
    if (!FileHeaderResembles(unused.damaged_header, header)) continue;  // A stranger.
    return search.fault.WithContext("the newest manifest is damaged, and the older one must not take its place");
  }
  return Status::Ok();
}

Status TwoDatabases(const LogFileHeader& a, const LogFileHeader& b) {
  return Status::Corruption("manifest files " + std::to_string(a.file.number.value()) + " and " +
                            std::to_string(b.file.number.value()) +
                            " are of two databases: move the files of one of them to a place of their own");
}

Status LookAt(Store& store, FileNumber number, const KindRegistry& kinds, Search& search) {
  const auto opened = LogReader::Open(store, number, FileType::kManifest);
  if (!opened.ok()) {
    if (opened.status().code() != StatusCode::kCorruption) return opened.status();
    return LookAtTornHeader(store, number, opened.status(), search);
  }
  LogReader& reader = **opened;
  const DatabaseId database = reader.header().file.database;
  if (!search.counting) {
    LOGWOOD_ASSIGN_OR_RETURN(search.counting, ReadManifest(reader, kinds));
    if (!search.counting) search.unused.push_back({.number = number, .database = database});
    return Status::Ok();
  }
  if (database != search.counting->database) {
    LOGWOOD_ASSIGN_OR_RETURN(const bool whole, FirstEditIsWhole(reader));
    if (whole) return TwoDatabases(search.counting->header, reader.header());
  }
  search.unused.push_back({.number = number, .database = database});
  return Status::Ok();
}

// That no log or tree of any database is there, where no manifest counts.
Status CheckNoDatabase(Store& store, const std::vector<FileNameParts>& others, const Status& fault) {
  for (const FileNameParts& parts : others) {
    const std::string name = FileName(parts.number, parts.type);
    LOGWOOD_ASSIGN_OR_RETURN(const auto start, ReadStart<kFileHeaderSize>(store, name));
    const auto header = DecodeFileHeader(start.bytes(), name);
    if (!header.ok() && header.status().code() == StatusCode::kUnsupported) return header.status();
    if (!header.ok()) continue;
    return Status::Corruption(store.description() + ": " + name + " is of a database whose manifest is not here" +
                              (fault.ok() ? "" : " or damaged (" + std::string(fault.message()) + ")") +
                              ": put the newest .manifest file back or restore a backup; for a new database use "
                              "another place");
  }
  return Status::Ok();
}

// A file that was listed and is gone is a fault of the store: nobody may conclude from it that there is no database.
Status NotGone(Status status) {
  if (status.code() != StatusCode::kNotFound) return status;
  return Status::Io(std::string(status.message()) + ": the file was listed a moment ago; open again");
}

}  // namespace

Result<Manifest::Loaded> Manifest::Load(Store& store, const KindRegistry& kinds, std::vector<FileNumber>* unfinished) {
  if (unfinished != nullptr) unfinished->clear();
  LOGWOOD_ASSIGN_OR_RETURN(const StoredFiles files, ListFiles(store));
  Search search;
  for (const FileNumber number : files.manifests) {
    LOGWOOD_RETURN_IF_ERROR(NotGone(LookAt(store, number, kinds, search)));
  }
  if (search.counting) {
    LOGWOOD_RETURN_IF_ERROR(CheckNotSuperseded(search));
    for (const Unused& unused : search.unused) {
      const bool ours = unused.database ? *unused.database == search.counting->database : unused.cut_short;
      if (ours) search.counting->leftovers.push_back(unused.number);
    }
    return *std::move(search.counting);
  }
  LOGWOOD_RETURN_IF_ERROR(NotGone(CheckNoDatabase(store, files.others, search.fault)));
  for (const Unused& unused : search.unused) {
    // Alone and damaged: what else belonged to it may be gone, but it was a database (I4).
    if (WasManifest(unused, DatabaseId())) return search.fault;
    if (unfinished != nullptr && (unused.database || unused.cut_short)) unfinished->push_back(unused.number);
  }
  return Status::NotFound(store.description() + ": there is no database here");
}

}  // namespace logwood
