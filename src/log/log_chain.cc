#include "log/log_chain.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "base/status_macros.h"
#include "codec/batch_encoder.h"

namespace logwood {

LogChain::LogChain(Store& store, LogSettler& settler, DatabaseId database, std::optional<LogEnd> predecessor,
                   Sequence last)
    : store_(store), settler_(settler), database_(database), predecessor_(predecessor), last_(last), durable_(last) {}

Status LogChain::Begin(NextFile next) {
  LOGWOOD_RETURN_IF_ERROR(settler_.Wait());
  LOGWOOD_RETURN_IF_ERROR(NoteSettled());
  if (writer_ != nullptr) predecessor_ = current();
  LogFileHeader header;
  header.file = {.type = FileType::kLog, .number = next.number, .id = next.id, .database = database_};
  header.epoch = next.epoch;
  if (predecessor_) {
    header.predecessor = predecessor_->number;
    header.predecessor_id = predecessor_->id;
    header.predecessor_end = predecessor_->end;
  }
  LOGWOOD_ASSIGN_OR_RETURN(std::unique_ptr<LogWriter> writer,
                           next.file == nullptr ? LogWriter::Create(store_, header, next.size_expected)
                                                : LogWriter::Begin(std::move(next.file), header));
  prepared_before_ = bytes_prepared();
  std::swap(writer, writer_);
  if (writer == nullptr) return Status::Ok();
  settling_ = last_;
  settler_.Settle(std::move(writer));
  return Status::Ok();
}

// Records bear what the settler made durable as soon as it did: the less is unproven after a crash.
Status LogChain::NoteSettled() {
  if (!settling_) return Status::Ok();
  const std::optional<Status> outcome = settler_.outcome();
  if (!outcome) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(*outcome);
  durable_ = std::max(durable_, *std::exchange(settling_, std::nullopt));
  return Status::Ok();
}

Status LogChain::Append(std::span<LogRecord> records, Sequence last) {
  LOGWOOD_ASSERT(writer_ != nullptr);
  LOGWOOD_RETURN_IF_ERROR(NoteSettled());
  LOGWOOD_RETURN_IF_ERROR(writer_->Append(records, durable_));
  last_ = last;
  return Status::Ok();
}

Status LogChain::Sync() {
  LOGWOOD_ASSERT(writer_ != nullptr);
  LOGWOOD_RETURN_IF_ERROR(settler_.Wait());
  LOGWOOD_RETURN_IF_ERROR(writer_->Sync());
  settling_.reset();
  durable_ = last_;
  return Status::Ok();
}

Status LogChain::Close() {
  LOGWOOD_RETURN_IF_ERROR(Sync());
  const uint32_t epoch = writer_->header().epoch;
  const Sequence next = last_.epoch() == epoch ? last_.Plus(1) : Sequence::Of(epoch, 1);
  LogRecord mark{.type = LogRecordType::kMark, .sequence = next, .checksum = FragmentChecksum({}, {})};
  LOGWOOD_RETURN_IF_ERROR(writer_->Append(std::span(&mark, 1), durable_));
  LOGWOOD_RETURN_IF_ERROR(writer_->Sync());
  return writer_->Finish();
}

LogEnd LogChain::current() const noexcept {
  LOGWOOD_ASSERT(writer_ != nullptr);
  return {.number = writer_->header().file.number, .id = writer_->header().file.id, .end = writer_->size()};
}

}  // namespace logwood
