#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "fuzz/log_mender.h"
#include "log/log_reader.h"
#include "log/log_writer.h"
#include "tests/log/byte_store.h"

// What is read, written again, gives the same bytes up to the good end.

namespace logwood::fuzz {
namespace {

constexpr uint8_t kMend = 1;
constexpr uint8_t kManifest = 2;
constexpr FileNumber kNumber(7);

void Run(uint8_t mode, std::string file) {
  const FileType type = (mode & kManifest) != 0 ? FileType::kManifest : FileType::kLog;
  if ((mode & kMend) != 0) {
    LogFileHeader header;
    header.file = {.type = type, .number = kNumber, .id = {}, .database = DatabaseId(1)};
    header.epoch = 1;
    LogMender(file, header).Mend(Sequence::Of(1, 1));
  }
  testing::ByteStore store;
  store.bytes(FileName(kNumber, type)) = file;
  const auto reader = LogReader::Open(store, kNumber, type);
  if (!reader.ok()) return;

  testing::ByteStore copy;
  const auto writer = LogWriter::Create(copy, (*reader)->header(), 0).value();
  for (auto next = (*reader)->Next(); next.ok() && next->has_value(); next = (*reader)->Next()) {
    LogRecord record = **next;
    LOGWOOD_ASSERT(record.durable_mark < record.sequence);
    writer->Append({&record, 1}, record.durable_mark).Check();
    LOGWOOD_ASSERT(record.body_offset == (*next)->body_offset);
  }
  LOGWOOD_ASSERT(writer->size() == (*reader)->good_end());
  LOGWOOD_ASSERT(copy.bytes(FileName(kNumber, type)) == file.substr(0, writer->size()));
  LOGWOOD_ASSERT((*reader)->HighestMarkBeyond().ok());
}

}  // namespace
}  // namespace logwood::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  logwood::fuzz::Run(data[0], std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  return 0;
}
