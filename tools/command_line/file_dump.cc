#include "tools/command_line/file_dump.h"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <memory>

#include "base/status_macros.h"
#include "codec/hex.h"
#include "logwood/version.h"
#include "tools/command_line/lone_file.h"

namespace logwood::command_line {
namespace {

Result<FileHeader> ReadHeader(Store& store, const std::string& path) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<ReadableFile> file, store.Open(path));
  std::array<std::byte, kFileHeaderSize> data;
  LOGWOOD_ASSIGN_OR_RETURN(const size_t size, file->Read(0, data));
  if (!FileHeaderMayBegin(Bytes(data.data(), size))) {
    return Status::InvalidArgument(path + ": not a file of a Logwood database: name a manifest, a log or a tree");
  }
  if (size < data.size()) {
    return Status::Corruption(fmt::format(
        "{}: {} bytes, and a file header has {}: it was never finished; if it is a segment, build it again under "
        "another name",
        path, size, data.size()));
  }
  return DecodeFileHeader(Bytes(data.data(), size), path);
}

}  // namespace

Result<Answer> DumpFile(const std::string& path, DumpPage& page) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<Store> store, OpenLoneFile(path));
  LOGWOOD_ASSIGN_OR_RETURN(const FileHeader header, ReadHeader(*store, path));
  switch (header.type) {
    case FileType::kManifest: return DumpManifestFile(*store, header, path, page);
    case FileType::kLog: return DumpLogFile(*store, header, path, page);
    case FileType::kTree: return DumpTreeFile(*store, header, path, page);
    case FileType::kReserve: break;  // Random bytes.
  }
  return Status::Unsupported(path + ": nothing here can dump a file of this type");
}

DumpPage::Fields FieldsOf(const FileHeader& header) {
  return {{"format version", std::to_string(kFormatVersion)},
          {"file number", std::to_string(header.number.value())},
          {"file id", HexNumber(header.id.value())},
          {"database id", HexNumber(header.database.value())}};
}

DumpPage::Fields FieldsOf(const LogFileHeader& header) {
  DumpPage::Fields fields = FieldsOf(header.file);
  fields.emplace_back("epoch", std::to_string(header.epoch));
  fields.emplace_back("predecessor",
                      header.predecessor == FileNumber()
                          ? "none"
                          : fmt::format("file {}, id {}, up to offset {}", header.predecessor.value(),
                                        HexNumber(header.predecessor_id.value()), header.predecessor_end));
  return fields;
}

Result<Answer> DumpEndOfRecords(LogReader& reader, Sequence next, Sequence mark, DumpPage& page) {
  const std::string& reason = reader.stop_reason();
  page.Note(fmt::format("the valid part ends at offset {}: {}", reader.good_end(),
                        reason.empty() ? "nothing follows" : reason));
  LOGWOOD_ASSIGN_OR_RETURN(const Sequence beyond, reader.HighestMarkBeyond());
  mark = std::max(mark, beyond);
  if (mark < next) return Answer::kYes;
  page.Note(fmt::format("damaged: {} and more are missing, yet a record says that {} was synced", ToString(next),
                        ToString(mark)));
  return Answer::kNo;
}

}  // namespace logwood::command_line
