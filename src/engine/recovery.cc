#include "engine/recovery.h"

#include <algorithm>
#include <array>
#include <utility>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"
#include "log/log_format.h"

namespace logwood {
namespace {

// The first bytes of a file, as many as it has of a log's header.
Result<std::string> ReadBeginning(Store& store, const std::string& name) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file, store.Open(name));
  std::array<std::byte, kLogDataStart> bytes;
  LOGWOOD_ASSIGN_OR_RETURN(const size_t count, file->Read(0, bytes));
  return Bytes(bytes.data(), count).ToString();
}

// Sorts the files of a store by what the manifest says of them.
class InventoryTaker {
 public:
  InventoryTaker(Store& store, const Manifest::Loaded& root) : store_(store), root_(root) {}

  Result<Inventory> Take() {
    LOGWOOD_ASSIGN_OR_RETURN(std::vector<std::string> names, store_.List());
    std::ranges::sort(names);
    for (const std::string& name : names) LOGWOOD_RETURN_IF_ERROR(Classify(name));
    return std::move(inventory_);
  }

 private:
  Status Classify(const std::string& name) {
    const std::optional<FileNameParts> parts = ParseFileName(name);
    if (!parts) {
      inventory_.strangers.push_back(name);
      return Status::Ok();
    }
    if (IsNamedByManifest(*parts)) return Status::Ok();
    if (parts->type == FileType::kManifest) return ClassifyManifest(name, *parts);
    return ClassifyByHeader(name, *parts);
  }

  [[nodiscard]] bool IsNamedByManifest(const FileNameParts& parts) const {
    if (parts.type == FileType::kManifest) return parts.number == root_.header.file.number;
    const auto file = root_.state.files.find(parts.number);
    if (file != root_.state.files.end()) return file->second.type == parts.type;
    return parts.type == FileType::kLog &&
           std::ranges::any_of(root_.state.log_ends, [&](const LogEnd& log) { return log.number == parts.number; });
  }

  Status ClassifyManifest(const std::string& name, const FileNameParts& parts) {
    const bool ours = std::ranges::find(root_.leftovers, parts.number) != root_.leftovers.end();
    if (ours) {
      inventory_.leftovers.push_back(parts);
    } else {
      inventory_.strangers.push_back(name);
    }
    return Status::Ok();
  }

  Status ClassifyByHeader(const std::string& name, const FileNameParts& parts) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::string beginning, ReadBeginning(store_, name));
    const Result<FileHeader> header = DecodeFileHeader(beginning, name);
    const bool ours = header.ok() && header->database == root_.database && header->number == parts.number &&
                      header->type == parts.type;
    const bool ours_unwritten =
        !header.ok() && parts.number < root_.state.file_numbers_reserved && IsUnwrittenHeader(beginning);
    if (parts.type == FileType::kLog && (ours || IsDamagedLogOfOurs(header, beginning, parts))) {
      return ClassifyLog(beginning, name, parts);
    }
    if (ours || ours_unwritten) {
      inventory_.leftovers.push_back(parts);
    } else {
      inventory_.strangers.push_back(name);
    }
    return Status::Ok();
  }

  [[nodiscard]] bool IsDamagedLogOfOurs(const Result<FileHeader>& header, Bytes beginning,
                                        const FileNameParts& parts) const {
    if (header.ok() || beginning.size() < kFileHeaderSize) return false;
    return FileHeaderResembles(
        beginning, {.type = FileType::kLog, .number = parts.number, .id = FileId(), .database = root_.database});
  }

  Status ClassifyLog(const std::string& beginning, const std::string& name, const FileNameParts& parts) {
    const Result<LogFileHeader> header = DecodeLogFileHeader(beginning, name);
    const uint32_t epoch = root_.state.epoch;
    // A log of an epoch is made only when the manifest that reserves the epoch is durable.
    if (header.ok() && header->epoch > epoch) {
      return Status::Corruption(
          name + " is of epoch " + std::to_string(header->epoch) + ", but the newest manifest that counts, number " +
          std::to_string(root_.header.file.number.value()) + ", is of epoch " + std::to_string(epoch) +
          ": a newer manifest is damaged or missing; put it back or restore a backup");
    }
    // One whose header does not read may hold what was synced: recovery tells whether a crash can have left it so.
    const bool may_be_of_epoch = !header.ok() || header->epoch == epoch;
    const bool needed = may_be_of_epoch && parts.number >= root_.state.first_log;
    if (needed) {
      inventory_.logs.push_back(parts.number);
    } else {
      inventory_.leftovers.push_back(parts);
    }
    return Status::Ok();
  }

  Store& store_;
  const Manifest::Loaded& root_;
  Inventory inventory_;
};

// Adds the operations of a commit to a generation, in order (I1).
class Replay {
 public:
  Replay(const ManifestState& state, Generation& generation) : state_(state), generation_(generation) {}

  Status Apply(const LogCommit& commit) {
    for (const LogRecord& record : commit.records) {
      if (record.type != LogRecordType::kOperations && record.type != LogRecordType::kLargeOperation) continue;
      LOGWOOD_RETURN_IF_ERROR(ApplyRecord(record).WithContext("log file " + std::to_string(commit.log.value()) +
                                                              " record body at offset " +
                                                              std::to_string(record.body_offset)));
    }
    generation_.set_last(commit.last);
    return Status::Ok();
  }

 private:
  Status ApplyRecord(const LogRecord& record) {
    Sequence sequence = record.sequence;
    OperationReader operations(record.body);
    for (;;) {
      LOGWOOD_ASSIGN_OR_RETURN(const std::optional<Operation> operation, operations.Next());
      if (!operation) return Status::Ok();
      LOGWOOD_RETURN_IF_ERROR(ApplyOperation(sequence, *operation));
      sequence = sequence.Plus(1);
    }
  }

  Status ApplyOperation(Sequence sequence, const Operation& operation) {
    if (!state_.collections.contains(operation.collection)) {
      if (operation.collection < state_.next_collection) return Status::Ok();  // Dropped since.
      return Status::Corruption("an operation names collection " + std::to_string(operation.collection.value()) +
                                ", which was never created");
    }
    // No address: what was replayed is always moved into trees (I15).
    generation_.FindOrCreate(operation.collection)
        .Add(sequence, {.type = operation.type, .key = operation.key, .value = operation.value, .address = {}});
    return Status::Ok();
  }

  const ManifestState& state_;
  Generation& generation_;
};

}  // namespace

bool IsUnwrittenHeader(Bytes begins) {
  if (begins.size() < kFileHeaderSize) return FileHeaderMayBegin(begins);
  return std::ranges::all_of(begins.First(kFileHeaderSize), [](std::byte byte) { return byte == std::byte{0}; });
}

Result<std::set<FileNumber>> NumbersTaken(Store& store) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, store.List());
  std::set<FileNumber> numbers;
  for (const std::string& name : names) {
    if (const std::optional<FileNameParts> parts = ParseFileName(name)) numbers.insert(parts->number);
  }
  return numbers;
}

Result<FoundDatabase> FindDatabase(Store& store, const KindRegistry& kinds, std::vector<FileNumber>* unfinished) {
  FoundDatabase found;
  LOGWOOD_ASSIGN_OR_RETURN(found.root, Manifest::Load(store, kinds, unfinished));
  LOGWOOD_ASSIGN_OR_RETURN(found.inventory, InventoryTaker(store, found.root).Take());
  const ManifestState& state = found.root.state;
  found.replayed = std::make_shared<Generation>(state.first_log);
  found.replayed->set_last(state.flushed);
  Replay replay(state, *found.replayed);
  const LogRecoveryInput input{.database = found.root.database,
                               .known = state.log_ends,
                               .epoch = state.epoch,
                               .candidates = found.inventory.logs,
                               .flushed = state.flushed};
  LOGWOOD_ASSIGN_OR_RETURN(found.logs,
                           RecoverLogs(store, input, [&](const LogCommit& commit) { return replay.Apply(commit); }));
  for (const FileNumber log : found.logs.leftovers) {
    found.inventory.leftovers.push_back({.number = log, .type = FileType::kLog});
  }
  return found;
}

void FoundDatabase::DropEmptyLogs() {
  if (!replayed->collections().empty()) return;
  for (const LogEnd& log : logs.logs) inventory.leftovers.push_back({.number = log.number, .type = FileType::kLog});
  logs.logs.clear();
}

Result<DatabaseId> UnfinishedDatabase(Store& store, const std::vector<FileNumber>& unfinished) {
  for (const FileNumber number : unfinished) {
    const std::string name = FileName(number, FileType::kManifest);
    LOGWOOD_ASSIGN_OR_RETURN(const std::string beginning, ReadBeginning(store, name));
    if (const Result<FileHeader> header = DecodeFileHeader(beginning, name); header.ok()) return header->database;
  }
  return DatabaseId();
}

Status SyncFound(Store& store, const FoundDatabase& found) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> manifest,
                           store.Open(FileName(found.root.header.file.number, FileType::kManifest)));
  LOGWOOD_RETURN_IF_ERROR(manifest->Sync());
  for (const LogEnd& log : found.logs.logs) {
    LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file,
                             store.Open(FileName(log.number, FileType::kLog)));
    LOGWOOD_RETURN_IF_ERROR(file->Sync());
  }
  return Status::Ok();
}

}  // namespace logwood
