#include "log/log_chain.h"

#include "base/assert.h"
#include "base/status_macros.h"
#include "codec/batch_encoder.h"

namespace logwood {

LogChain::LogChain(Store& store, DatabaseId database, std::optional<LogEnd> predecessor, Sequence last)
    : store_(store), database_(database), predecessor_(predecessor), last_(last), durable_(last) {}

Status LogChain::Begin(const NextFile& next) {
  if (writer_ != nullptr) LOGWOOD_RETURN_IF_ERROR(SyncAndFinish());
  LogFileHeader header;
  header.file = {.type = FileType::kLog, .number = next.number, .id = next.id, .database = database_};
  header.epoch = next.epoch;
  if (predecessor_) {
    header.predecessor = predecessor_->number;
    header.predecessor_id = predecessor_->id;
    header.predecessor_end = predecessor_->end;
  }
  const uint64_t prepared = bytes_prepared();
  LOGWOOD_ASSIGN_OR_RETURN(writer_, LogWriter::Create(store_, header, next.size_expected));
  prepared_before_ = prepared;
  return Status::Ok();
}

Status LogChain::Append(std::span<LogRecord> records, Sequence last) {
  LOGWOOD_ASSERT(writer_ != nullptr);
  LOGWOOD_RETURN_IF_ERROR(writer_->Append(records, durable_));
  last_ = last;
  return Status::Ok();
}

Status LogChain::Sync() {
  LOGWOOD_ASSERT(writer_ != nullptr);
  LOGWOOD_RETURN_IF_ERROR(writer_->Sync());
  durable_ = last_;
  return Status::Ok();
}

Status LogChain::Close() {
  LOGWOOD_RETURN_IF_ERROR(Sync());
  const uint32_t epoch = writer_->header().epoch;
  const Sequence next = last_.epoch() == epoch ? last_.Plus(1) : Sequence::Of(epoch, 1);
  LogRecord mark{.type = LogRecordType::kMark, .sequence = next, .checksum = FragmentChecksum({}, {})};
  LOGWOOD_RETURN_IF_ERROR(writer_->Append(std::span(&mark, 1), durable_));
  return SyncAndFinish();
}

LogEnd LogChain::current() const noexcept {
  LOGWOOD_ASSERT(writer_ != nullptr);
  return {.number = writer_->header().file.number, .id = writer_->header().file.id, .end = writer_->size()};
}

Status LogChain::SyncAndFinish() {
  LOGWOOD_RETURN_IF_ERROR(Sync());
  LOGWOOD_RETURN_IF_ERROR(writer_->Finish());
  predecessor_ = current();
  return Status::Ok();
}

}  // namespace logwood
