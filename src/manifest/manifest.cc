#include "manifest/manifest.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "codec/batch_encoder.h"

namespace logwood {
namespace {

// A manifest is written anew where it is this large, and this many times as large as what it says.
constexpr uint64_t kRolloverSizeMin = 64 * 1024;
constexpr uint64_t kRolloverFactor = 4;

LogRecord PieceOfEdit(Bytes body, Sequence sequence, bool end) {
  LogRecord record;
  record.type = LogRecordType::kEdit;
  record.end = end;
  record.sequence = sequence;
  record.count = 1;
  record.body = body;
  record.checksum = FragmentChecksum(body, Bytes());
  return record;
}

// At least one record, so that an edit that says nothing has one too.
std::vector<LogRecord> CutIntoRecords(Bytes encoded, Sequence first) {
  std::vector<LogRecord> records;
  do {
    const Bytes body = encoded.First(std::min(encoded.size(), kLogBodySizeMax));
    encoded = encoded.From(body.size());
    records.push_back(PieceOfEdit(body, first.Plus(records.size()), encoded.empty()));
  } while (!encoded.empty());
  return records;
}

LogFileHeader FirstHeader(const Manifest::Identity& identity) {
  LogFileHeader header;
  header.file = {
      .type = FileType::kManifest, .number = identity.number, .id = identity.id, .database = identity.database};
  return header;
}

// Of the file that follows the one with header `old`, which is used up to `old_end`.
LogFileHeader NextHeader(const Manifest::Identity& identity, const LogFileHeader& old, uint64_t old_end) {
  LogFileHeader header = FirstHeader(identity);
  header.predecessor = old.file.number;
  header.predecessor_id = old.file.id;
  header.predecessor_end = old_end;
  return header;
}

Status CheckSuccession(const LogFileHeader& header, const Manifest::Identity& identity) {
  if (identity.database != header.file.database) {
    return Status::InvalidArgument("manifest file " + std::to_string(header.file.number.value()) +
                                   " is of another database than the one that is to follow it");
  }
  if (identity.number <= header.file.number) {
    return Status::InvalidArgument("manifest file " + std::to_string(header.file.number.value()) +
                                   " can't be followed by number " + std::to_string(identity.number.value()) +
                                   ": the newest manifest has the largest number");
  }
  return Status::Ok();
}

}  // namespace

Manifest::Manifest(Store& store, const KindRegistry& kinds, ManifestState state, std::unique_ptr<LogWriter> writer)
    : store_(store), kinds_(kinds), state_(std::move(state)), writer_(std::move(writer)) {}

Result<std::unique_ptr<Manifest>> Manifest::Create(Store& store, const Identity& identity, ManifestState state,
                                                   const KindRegistry& kinds) {
  LOGWOOD_RETURN_IF_ERROR(ManifestState().Apply(state.ToEdit(), kinds));
  LOGWOOD_ASSIGN_OR_RETURN(auto writer, LogWriter::Create(store, FirstHeader(identity), 0));
  std::unique_ptr<Manifest> manifest(new Manifest(store, kinds, std::move(state), std::move(writer)));
  LOGWOOD_RETURN_IF_ERROR(manifest->Begin());
  return manifest;
}

Result<std::unique_ptr<Manifest>> Manifest::Continue(Store& store, const Loaded& loaded, const Identity& identity,
                                                     const ManifestEdit& edit, const KindRegistry& kinds) {
  LOGWOOD_RETURN_IF_ERROR(CheckSuccession(loaded.header, identity));
  ManifestState state = loaded.state;
  LOGWOOD_RETURN_IF_ERROR(state.Apply(edit, kinds));
  const LogFileHeader header = NextHeader(identity, loaded.header, loaded.good_end);
  LOGWOOD_ASSIGN_OR_RETURN(auto writer, LogWriter::Create(store, header, 0));
  std::unique_ptr<Manifest> manifest(new Manifest(store, kinds, std::move(state), std::move(writer)));
  LOGWOOD_RETURN_IF_ERROR(manifest->Begin());
  return manifest;
}

Status Manifest::Append(const ManifestEdit& edit) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  ManifestState after = state_;
  LOGWOOD_RETURN_IF_ERROR(after.Apply(edit, kinds_));
  LOGWOOD_RETURN_IF_ERROR(WriteEdit(edit));
  state_ = std::move(after);
  return Status::Ok();
}

bool Manifest::WantsRollover() const {
  const uint64_t size = writer_->size();
  return size > kRolloverSizeMin && size > kRolloverFactor * EncodeManifestEdit(state_.ToEdit()).size();
}

Status Manifest::Rollover(FileNumber number, FileId id) {
  LOGWOOD_RETURN_IF_ERROR(poison_);
  const LogFileHeader& old = writer_->header();
  const Identity identity{.database = old.file.database, .number = number, .id = id};
  LOGWOOD_RETURN_IF_ERROR(CheckSuccession(old, identity));
  LOGWOOD_ASSIGN_OR_RETURN(auto writer, LogWriter::Create(store_, NextHeader(identity, old, writer_->size()), 0));
  // From the first record on the new file may count: the old one is not written any more, whatever happens.
  written_before_ = bytes_written();
  writer_ = std::move(writer);
  next_record_ = Sequence::Of(0, 1);
  return Begin();
}

Result<std::unique_ptr<Manifest>> Manifest::Successor(FileNumber number, FileId id, const ManifestEdit& edit) const {
  const Loaded last{.state = state_,
                    .database = database(),
                    .header = writer_->header(),
                    .leftovers = {},
                    .good_end = writer_->size()};
  const Identity identity{.database = database(), .number = number, .id = id};
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<Manifest> next, Continue(store_, last, identity, edit, kinds_));
  next->written_before_ = bytes_written();
  return next;
}

FileNumber Manifest::number() const noexcept { return writer_->header().file.number; }

DatabaseId Manifest::database() const noexcept { return writer_->header().file.database; }

uint64_t Manifest::bytes_written() const noexcept { return written_before_ + writer_->size(); }

Status Manifest::Begin() {
  LOGWOOD_RETURN_IF_ERROR(WriteEdit(state_.ToEdit()));
  return WriteMark();
}

Status Manifest::WriteEdit(const ManifestEdit& edit) {
  const std::string encoded = EncodeManifestEdit(edit);
  std::vector<LogRecord> records = CutIntoRecords(encoded, next_record_);
  LOGWOOD_RETURN_IF_ERROR(AppendAndSync(records));
  next_record_ = next_record_.Plus(records.size());
  return Status::Ok();
}

Status Manifest::WriteMark() {
  LogRecord mark;
  mark.type = LogRecordType::kMark;
  mark.sequence = next_record_;
  mark.checksum = FragmentChecksum(Bytes(), Bytes());
  return AppendAndSync(std::span(&mark, 1));
}

Status Manifest::AppendAndSync(std::span<LogRecord> records) {
  const Sequence durable(next_record_.value() - 1);
  poison_ = writer_->Append(records, durable);
  if (poison_.ok()) poison_ = writer_->Sync();
  poison_ = poison_.WithOutcome(Outcome::kUnknown);
  return poison_;
}

}  // namespace logwood
