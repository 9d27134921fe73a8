#include "manifest/manifest_state.h"

#include <algorithm>
#include <limits>
#include <set>
#include <string_view>
#include <utility>

#include "base/status_macros.h"

namespace logwood {
namespace {

// Lengths and changes of live bytes are numbers of 63 bits, so that one change can take back all of a file.
constexpr uint64_t kFileLengthMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

std::string Name(FileNumber number) { return "file " + std::to_string(number.value()); }
std::string Name(CollectionId id) { return "collection " + std::to_string(id.value()); }
std::string Name(CollectionId id, const ManifestCollection& collection) {
  return Name(id) + " \"" + collection.name + "\"";
}

Status Refused(const std::string& what) { return Status::Corruption("manifest edit: " + what); }

// Takes over a number that may rise or stay, but not fall.
template <class Number>
Status Raise(std::string_view what, const std::optional<Number>& to, Number& number) {
  if (!to) return Status::Ok();
  if (*to < number) {
    return Refused(std::string(what) + " falls from " + std::to_string(number.value()) + " to " +
                   std::to_string(to->value()));
  }
  number = *to;
  return Status::Ok();
}

// Each epoch belongs to one process: naming it again would give sequences out twice (I6).
Status RaiseEpoch(const std::optional<uint32_t>& to, uint32_t& epoch) {
  if (!to) return Status::Ok();
  if (*to <= epoch || *to > Sequence::kEpochMax) {
    return Refused("epoch " + std::to_string(*to) + " follows epoch " + std::to_string(epoch) + "; the largest is " +
                   std::to_string(Sequence::kEpochMax));
  }
  epoch = *to;
  return Status::Ok();
}

Status ReplaceLogEnds(const ManifestEdit& edit, ManifestState& state) {
  if (edit.log_ends) state.log_ends = *edit.log_ends;
  FileNumber before;
  for (const LogEnd& log : state.log_ends) {
    if (log.number <= before) {
      return Refused("log file " + std::to_string(log.number.value()) + " is listed behind log file " +
                     std::to_string(before.value()));
    }
    before = log.number;
  }
  std::erase_if(state.log_ends, [&](const LogEnd& log) { return log.number < state.first_log; });
  return Status::Ok();
}

Status AddFiles(const ManifestEdit& edit, ManifestState& state) {
  for (const FileAdded& file : edit.files_added) {
    if (file.number == FileNumber() || file.number >= state.file_numbers_reserved) {
      return Refused(Name(file.number) + " is added with a number that is not reserved; those are below " +
                     std::to_string(state.file_numbers_reserved.value()));
    }
    if (file.type != FileType::kTree && file.type != FileType::kLog) {
      return Refused(Name(file.number) + " is added with type " + std::to_string(static_cast<int>(file.type)));
    }
    if (file.length > kFileLengthMax) {
      return Refused(Name(file.number) + " is added with a length of " + std::to_string(file.length) + " bytes");
    }
    if (!state.files.emplace(file.number, ManifestFile{file.type, file.id, file.length, 0}).second) {
      return Refused(Name(file.number) + " is added, but it is there already");
    }
  }
  return Status::Ok();
}

// What all changes of each file come to: their order within an edit means nothing.
Result<std::map<FileNumber, int64_t>> SumByFile(const std::vector<LiveBytesChange>& changes) {
  std::map<FileNumber, int64_t> sums;
  for (const LiveBytesChange& change : changes) {
    int64_t& sum = sums[change.file];
    const int64_t room = change.bytes < 0 ? std::numeric_limits<int64_t>::min() - change.bytes
                                          : std::numeric_limits<int64_t>::max() - change.bytes;
    if (change.bytes < 0 ? sum < room : sum > room) {
      return Refused(Name(change.file) + " has changes of live bytes whose sum is beyond 63 bits");
    }
    sum += change.bytes;
  }
  return sums;
}

Status ChangeLiveBytes(FileNumber number, int64_t change, ManifestFile& file) {
  const bool falls = change < 0;
  const uint64_t amount = falls ? 0 - static_cast<uint64_t>(change) : static_cast<uint64_t>(change);
  // By subtraction: live_bytes <= length holds before and after.
  if (amount > (falls ? file.live_bytes : file.length - file.live_bytes)) {
    return Refused(Name(number) + " has " + std::to_string(file.live_bytes) + " live bytes of " +
                   std::to_string(file.length) + ": a change by " + std::to_string(change) + " does not fit");
  }
  file.live_bytes = falls ? file.live_bytes - amount : file.live_bytes + amount;
  return Status::Ok();
}

Status ChangeLiveBytes(const ManifestEdit& edit, ManifestState& state) {
  LOGWOOD_ASSIGN_OR_RETURN(const auto changes, SumByFile(edit.live_bytes));
  for (const auto& [number, change] : changes) {
    const auto found = state.files.find(number);
    if (found == state.files.end()) return Refused("live bytes of " + Name(number) + ", which is not there");
    LOGWOOD_RETURN_IF_ERROR(ChangeLiveBytes(number, change, found->second));
  }
  return Status::Ok();
}

// Only after the changes of live bytes: the edit that drops a file also takes its last live bytes back. What is left
// of them says nothing: counts may be too high, and references decide (I5).
Status DropFiles(const ManifestEdit& edit, ManifestState& state) {
  for (const FileNumber number : edit.files_dropped) {
    if (state.files.erase(number) == 0) return Refused(Name(number) + " is dropped, but it is not there");
  }
  return Status::Ok();
}

Status DropCollections(const ManifestEdit& edit, ManifestState& state) {
  for (const CollectionId id : edit.collections_dropped) {
    if (state.collections.erase(id) == 0) return Refused(Name(id) + " is dropped, but it is not there");
  }
  return Status::Ok();
}

Status CheckName(const CollectionCreated& created, const ManifestState& state) {
  if (created.name.empty() || created.name.size() > kCollectionNameSizeMax) {
    return Refused(Name(created.id) + " is created with a name of " + std::to_string(created.name.size()) +
                   " bytes; it has 1 to " + std::to_string(kCollectionNameSizeMax));
  }
  for (const auto& [id, collection] : state.collections) {
    if (collection.name == created.name) {
      return Refused(Name(created.id) + " is created with the name of " + Name(id, collection));
    }
  }
  return Status::Ok();
}

// Requires: next_collection was raised already; `free_before` is what it was.
Status CreateCollections(const ManifestEdit& edit, CollectionId free_before, ManifestState& state) {
  for (const CollectionCreated& created : edit.collections_created) {
    if (created.id < free_before || created.id >= state.next_collection) {
      return Refused(Name(created.id) + " is created with an id that is not newly taken; those are from " +
                     std::to_string(free_before.value()) + " to below " +
                     std::to_string(state.next_collection.value()));
    }
    LOGWOOD_RETURN_IF_ERROR(CheckName(created, state));
    ManifestCollection collection{created.name, created.kind, created.state};
    if (!state.collections.emplace(created.id, std::move(collection)).second) {
      return Refused(Name(created.id) + " is created twice");
    }
  }
  return Status::Ok();
}

Result<const Kind*> FindKind(CollectionId id, const ManifestCollection& collection, const KindRegistry& kinds) {
  const Kind* const kind = kinds.Find(collection.kind);
  if (kind != nullptr) return kind;
  return Status::Unsupported(Name(id, collection) + " is of kind " + std::to_string(static_cast<int>(collection.kind)) +
                             ", which this version does not have: open the database with one that has it");
}

Status EditCollections(const ManifestEdit& edit, const KindRegistry& kinds, ManifestState& state) {
  std::set<CollectionId> edited;
  for (const CollectionEdited& change : edit.collections_edited) {
    const auto found = state.collections.find(change.id);
    if (found == state.collections.end()) return Refused(Name(change.id) + " is edited, but it is not there");
    if (!edited.insert(change.id).second) return Refused(Name(change.id) + " is edited twice");
    ManifestCollection& collection = found->second;
    LOGWOOD_ASSIGN_OR_RETURN(const Kind* const kind, FindKind(change.id, collection, kinds));
    auto after = kind->ApplyEdit(collection.state, change.edit);
    if (!after.ok()) return after.status().WithContext(Name(change.id, collection));
    collection.state = *std::move(after);
  }
  return Status::Ok();
}

// Files and references agree, so that a file lives exactly as long as something refers to it (I5).
Status CheckReferences(const ManifestState& state, const KindRegistry& kinds) {
  std::set<FileNumber> referred;
  for (const auto& [id, collection] : state.collections) {
    LOGWOOD_ASSIGN_OR_RETURN(const Kind* const kind, FindKind(id, collection, kinds));
    auto files = kind->Files(collection.state);
    if (!files.ok()) return files.status().WithContext(Name(id, collection));
    for (const FileNumber number : *files) {
      if (state.files.contains(number)) continue;
      return Refused(Name(id, collection) + " refers to " + Name(number) + ", which is not there");
    }
    referred.merge(*files);
  }
  for (const auto& [number, file] : state.files) {
    if (!referred.contains(number)) return Refused(Name(number) + " stays, but no collection refers to it");
  }
  return Status::Ok();
}

}  // namespace

Status ManifestState::Apply(const ManifestEdit& edit, const KindRegistry& kinds) {
  ManifestState after = *this;
  LOGWOOD_RETURN_IF_ERROR(RaiseEpoch(edit.epoch, after.epoch));
  LOGWOOD_RETURN_IF_ERROR(Raise("the first free file number", edit.file_numbers_reserved, after.file_numbers_reserved));
  LOGWOOD_RETURN_IF_ERROR(Raise("the next collection", edit.next_collection, after.next_collection));
  LOGWOOD_RETURN_IF_ERROR(Raise("the last flushed sequence", edit.flushed, after.flushed));
  LOGWOOD_RETURN_IF_ERROR(Raise("the first log", edit.first_log, after.first_log));
  LOGWOOD_RETURN_IF_ERROR(ReplaceLogEnds(edit, after));
  LOGWOOD_RETURN_IF_ERROR(AddFiles(edit, after));
  LOGWOOD_RETURN_IF_ERROR(ChangeLiveBytes(edit, after));
  LOGWOOD_RETURN_IF_ERROR(DropFiles(edit, after));
  LOGWOOD_RETURN_IF_ERROR(DropCollections(edit, after));
  LOGWOOD_RETURN_IF_ERROR(CreateCollections(edit, next_collection, after));
  LOGWOOD_RETURN_IF_ERROR(EditCollections(edit, kinds, after));
  LOGWOOD_RETURN_IF_ERROR(CheckReferences(after, kinds));
  *this = std::move(after);
  return Status::Ok();
}

ManifestEdit ManifestState::ToEdit() const {
  const ManifestState empty;
  ManifestEdit edit;
  if (epoch != empty.epoch) edit.epoch = epoch;
  edit.file_numbers_reserved = file_numbers_reserved;
  edit.next_collection = next_collection;
  edit.flushed = flushed;
  edit.first_log = first_log;
  if (!log_ends.empty()) edit.log_ends = log_ends;
  for (const auto& [number, file] : files) {
    edit.files_added.push_back({number, file.type, file.id, file.length});
    if (file.live_bytes > 0) edit.live_bytes.push_back({number, static_cast<int64_t>(file.live_bytes)});
  }
  for (const auto& [id, collection] : collections) {
    edit.collections_created.push_back({id, collection.name, collection.kind, collection.state});
  }
  return edit;
}

}  // namespace logwood
