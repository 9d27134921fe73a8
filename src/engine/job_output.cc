#include "engine/job_output.h"

#include "base/status_macros.h"

namespace logwood {

void JobCounters::Count(uint64_t in, uint64_t out, std::chrono::nanoseconds took) noexcept {
  jobs.Add(1);
  bytes_in.Add(in);
  bytes_out.Add(out);
  latency.Add(took);
}

uint64_t SumOfLengths(const std::vector<FileAdded>& files) {
  uint64_t sum = 0;
  for (const FileAdded& file : files) sum += file.length;
  return sum;
}

NewFileOutput::~NewFileOutput() {
  if (file_ == nullptr) return;
  const FileNumber number = file_->header().number;
  file_.reset();  // Closes it, so that it can be removed.
  context_.files.Discard(number, FileType::kTree);
}

Result<BlockFileWriter*> NewFileOutput::File() {
  if (file_ == nullptr) {
    LOGWOOD_ASSIGN_OR_RETURN(const FileNumber number, context_.root.NewFileNumber());
    const FileHeader header{.type = FileType::kTree,
                            .number = number,
                            .id = FileId(context_.runtime.Random()),
                            .database = context_.database};
    Result<std::unique_ptr<BlockFileWriter>> created = BlockFileWriter::Create(context_.store, header, 0);
    if (!created.ok()) context_.files.Discard(number, FileType::kTree);  // Something of it may be there.
    LOGWOOD_ASSIGN_OR_RETURN(file_, std::move(created));
  }
  return file_.get();
}

Status NewFileOutput::Finish(std::vector<FileAdded>& files) {
  if (file_ == nullptr) return Status::Ok();
  LOGWOOD_RETURN_IF_ERROR(file_->SyncAndFinish());
  files.push_back(Described());
  return Status::Ok();
}

Result<FileAdded> NewFileOutput::FinishScratch() {
  LOGWOOD_RETURN_IF_ERROR(file_->Finish());
  const FileAdded file = Described();
  file_.reset();
  return file;
}

FileAdded NewFileOutput::Described() const {
  return {.number = file_->header().number, .type = FileType::kTree, .id = file_->header().id, .length = file_->size()};
}

}  // namespace logwood
