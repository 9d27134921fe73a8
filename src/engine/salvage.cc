#include "engine/salvage.h"

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "block/block_file.h"
#include "codec/batch_encoder.h"
#include "log/log_salvage.h"

namespace logwood {
namespace {

SalvageDamage DamageOf(const LogDamage& damage) {
  return {.file = FileName(damage.log, FileType::kLog),
          .offset = damage.offset,
          .bytes = damage.bytes,
          .what = damage.what,
          .loses_entries = damage.loses_commits};
}

SalvageDamage DamageOf(const Manifest::Damage& damage) {
  const bool has_file = damage.manifest != FileNumber();
  return {.file = has_file ? FileName(damage.manifest, FileType::kManifest) : std::string(),
          .offset = damage.offset,
          .what = damage.what,
          .loses_entries = damage.loses_edits};
}

// Where it is missing no mark may be left that says so. A kill between manifest and log leaves none as well.
void CheckFirstLog(const ManifestState& state, const std::set<FileNumber>& numbers, SalvageReport& report) {
  const FileNumber first = state.first_log;
  if (first == FileNumber() || numbers.contains(first)) return;
  report.damages.push_back(
      {.file = FileName(first, FileType::kLog),
       .what = "log file " + std::to_string(first.value()) +
               ": it is the first that is needed, and is not there: whatever was committed since the last flush is "
               "missing, unless nothing was, or it was opened without a log",
       .loses_entries = true});
}

LogSalvageInput LogInputOf(const Manifest::Loaded& root, std::vector<FileNumber> logs) {
  return {.database = root.database,
          .known = root.state.log_ends,
          .epoch = root.state.epoch,
          .first_log = root.state.first_log,
          .flushed = root.state.flushed,
          .candidates = std::move(logs)};
}

// Whether commits are whole behind the place where any other open would cut the logs.
Result<bool> HasCommitsBehind(Store& store, const FoundDatabase& found) {
  const auto ignore = [](const LogCommit&) { return Status::Ok(); };
  const LogSalvageInput input = LogInputOf(found.root, found.inventory.logs);
  LOGWOOD_ASSIGN_OR_RETURN(const LogSalvage all, SalvageLogs(store, input, ignore, [](const LogDamage&) {}));
  return all.last > found.logs.last;
}

// What no open can read without doing without something.
class LeftDatabase {
 public:
  LeftDatabase(Store& store, const KindRegistry& kinds, const ReplayMeans& means, SalvageReport& report)
      : store_(store), kinds_(kinds), means_(means), report_(report) {}

  // `tells_of_trees`: whether the manifest knows all trees that count.
  Result<FoundDatabase> Find(bool tells_of_trees) {
    const auto on_damage = [this](const Manifest::Damage& damage) { report_.damages.push_back(DamageOf(damage)); };
    LOGWOOD_ASSIGN_OR_RETURN(found_.root, Manifest::Salvage(store_, kinds_, on_damage));
    LOGWOOD_RETURN_IF_ERROR(ListFiles());
    LOGWOOD_RETURN_IF_ERROR(AddCollectionsOfLogs());
    if (tells_of_trees) trees_.clear();
    for (const FileNumber number : trees_) LOGWOOD_RETURN_IF_ERROR(AddCollectionsOfTree(number));
    LOGWOOD_RETURN_IF_ERROR(ReplayLogs());
    return std::move(found_);
  }

 private:
  Status ListFiles();
  // Collections that the logs name and the manifest does not.
  Status AddCollectionsOfLogs();
  Status AddCollectionsOfTree(FileNumber number);
  [[nodiscard]] Result<std::shared_ptr<const BlockFile>> OpenTreeOfOurs(FileNumber number);
  void AddCollection(CollectionId id, const std::string& name, CollectionKind kind, std::string state);
  Status ReplayLogs();
  [[nodiscard]] LogSalvageInput LogInput() const { return LogInputOf(found_.root, logs_); }

  Store& store_;
  const KindRegistry& kinds_;
  const ReplayMeans& means_;
  SalvageReport& report_;
  FoundDatabase found_;
  std::vector<FileNumber> logs_;   // All that there are.
  std::vector<FileNumber> trees_;  // Those that the manifest does not know.
};

Status LeftDatabase::ListFiles() {
  LOGWOOD_ASSIGN_OR_RETURN(std::vector<std::string> names, store_.List());
  std::ranges::sort(names);
  for (const std::string& name : names) {
    const std::optional<FileNameParts> parts = ParseFileName(name);
    if (!parts) {
      found_.inventory.strangers.push_back(name);
    } else if (parts->type == FileType::kLog) {
      logs_.push_back(parts->number);
    } else if (parts->type == FileType::kTree && !found_.root.state.files.contains(parts->number)) {
      trees_.push_back(parts->number);
    }
  }
  return Status::Ok();
}

Status LeftDatabase::AddCollectionsOfLogs() {
  const ManifestState& state = found_.root.state;
  std::set<CollectionId> unknown;
  const auto note = [&](const LogCommit& commit) {
    for (const LogRecord& record : commit.records) {
      OperationReader operations(record.body);
      for (;;) {
        LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Operation> next, operations.Next());
        if (!next) break;
        if (next->collection >= state.next_collection) unknown.insert(next->collection);
      }
    }
    return Status::Ok();
  };
  LOGWOOD_RETURN_IF_ERROR(SalvageLogs(store_, LogInput(), note, [](const LogDamage&) {}).status());
  const Kind* const kind = kinds_.Find(CollectionKind::kLsm);
  for (const CollectionId id : unknown) {
    AddCollection(id, "collection " + std::to_string(id.value()), CollectionKind::kLsm, kind->InitialState({}));
  }
  return Status::Ok();
}

void LeftDatabase::AddCollection(CollectionId id, const std::string& name, CollectionKind kind, std::string state) {
  std::string free_name = name;
  const auto is_taken = [&](const auto& collection) { return collection.second.name == free_name; };
  while (std::ranges::any_of(found_.root.state.collections, is_taken)) free_name += "'";
  report_.damages.push_back(
      {.file = {}, .what = "entries of which no manifest tells are in collection \"" + free_name + "\""});
  found_.root.state.collections[id] = {.name = free_name, .kind = kind, .state = std::move(state)};
  CollectionId& next = found_.root.state.next_collection;
  next = std::max(next, CollectionId(id.value() + 1));
}

Status LeftDatabase::AddCollectionsOfTree(FileNumber number) {
  const Result<std::shared_ptr<const BlockFile>> file = OpenTreeOfOurs(number);
  if (file.status().code() == StatusCode::kNotFound) return Status::Ok();
  if (!file.ok()) return file.status();
  const std::vector<std::string> states = kinds_.Find(CollectionKind::kLsm)->StatesFoundIn(**file);
  if (states.empty()) return Status::Ok();  // One that was never finished, or of which nothing is left.
  found_.root.state.files[number] = {
      .type = FileType::kTree, .id = (*file)->id(), .length = (*file)->length(), .live_bytes = (*file)->length()};
  for (size_t i = 0; i < states.size(); ++i) {
    const std::string name = "tree file " + std::to_string(number.value()) + " tree " + std::to_string(i + 1);
    AddCollection(found_.root.state.next_collection, name, CollectionKind::kLsm, states[i]);
  }
  return Status::Ok();
}

// kNotFound where it is another's.
Result<std::shared_ptr<const BlockFile>> LeftDatabase::OpenTreeOfOurs(FileNumber number) {
  const std::string name = FileName(number, FileType::kTree);
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<ReadableFile> file, store_.Open(name));
  std::array<std::byte, kFileHeaderSize> begin{};
  LOGWOOD_ASSIGN_OR_RETURN(const size_t read, file->Read(0, begin));
  const Bytes bytes(begin.data(), begin.size());
  const FileHeader expected{.type = FileType::kTree, .number = number, .database = found_.root.database};
  if (read < begin.size() || !FileHeaderResembles(bytes, expected)) {
    found_.inventory.strangers.push_back(name);
    return Status::NotFound(name + ": no header of this database");
  }
  const uint64_t length = file->size();
  return BlockFile::Of(std::move(file), {.number = number,
                                         .type = FileType::kTree,
                                         .id = FileHeaderAsItStands(bytes).id,
                                         .database = found_.root.database,
                                         .length = length});
}

Status LeftDatabase::ReplayLogs() {
  Replay replay(means_.runtime, found_.root.state, means_.tuning, means_.pool);
  const auto add = [&](const LogCommit& commit) {
    replay.Add(commit);
    return Status::Ok();
  };
  const auto on_damage = [this](const LogDamage& damage) { report_.damages.push_back(DamageOf(damage)); };
  LOGWOOD_ASSIGN_OR_RETURN(LogSalvage logs, SalvageLogs(store_, LogInput(), add, on_damage));
  LOGWOOD_ASSIGN_OR_RETURN(found_.replayed, replay.Finish());
  found_.logs.logs = std::move(logs.logs);
  found_.logs.last = logs.last;
  for (const FileNumber log : logs.strangers) {
    found_.inventory.strangers.push_back(FileName(log, FileType::kLog));
  }
  return Status::Ok();
}

}  // namespace

Result<FoundDatabase> SalvageDatabase(Store& store, const KindRegistry& kinds, const ReplayMeans& replay,
                                      SalvageReport& report) {
  std::vector<FileNumber> unfinished;
  Result<FoundDatabase> found = FindDatabase(store, kinds, replay, &unfinished);
  const bool is_damaged = found.status().code() == StatusCode::kCorruption;
  if (!found.ok() && !is_damaged) return found;
  bool is_cut = false;
  if (!is_damaged) {
    LOGWOOD_ASSIGN_OR_RETURN(is_cut, HasCommitsBehind(store, *found));
  }
  if (is_damaged || is_cut) {
    found = LeftDatabase(store, kinds, replay, report).Find(!is_damaged);
    if (!found.ok()) return found;
  }
  LOGWOOD_ASSIGN_OR_RETURN(const std::set<FileNumber> numbers, NumbersTaken(store));
  CheckFirstLog(found->root.state, numbers, report);
  return found;
}

SalvageDamage DamageOf(const std::string& collection, const TreesDamage& damage) {
  return {.file = FileName(damage.file, FileType::kTree),
          .offset = damage.offset,
          .bytes = damage.bytes,
          .what = damage.what,
          .loses_entries = damage.loses_entries,
          .collection = collection,
          .start = damage.keys.start,
          .limit = damage.keys.limit};
}

}  // namespace logwood
