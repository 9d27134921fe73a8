#pragma once

#include <string>

#include "codec/file_header.h"
#include "log/log_format.h"
#include "log/log_reader.h"
#include "logwood/result.h"
#include "logwood/store.h"
#include "tools/command_line/dump_page.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {

// Dumps one stored file of any type, by itself: what its header says, then all it holds, up to where it is whole.
// Collections are shown by their number: their names stand in the manifest only. Returns kNo where it is damaged.
// Errors: kNotFound, kInvalidArgument (no plain file), kCorruption (the header), kUnsupported, kIo.
[[nodiscard]] Result<Answer> DumpFile(const std::string& path, DumpPage& page);

// The parts of it, by type. `name` begins the title; `store` finds the file by the number of its header.
[[nodiscard]] Result<Answer> DumpLogFile(Store& store, const FileHeader& header, const std::string& name,
                                         DumpPage& page);
[[nodiscard]] Result<Answer> DumpManifestFile(Store& store, const FileHeader& header, const std::string& name,
                                              DumpPage& page);
[[nodiscard]] Result<Answer> DumpTreeFile(Store& store, const FileHeader& header, const std::string& name,
                                          DumpPage& page);

// What a file header says, in words.
[[nodiscard]] DumpPage::Fields FieldsOf(const FileHeader& header);
// What the header of a log or a manifest says.
[[nodiscard]] DumpPage::Fields FieldsOf(const LogFileHeader& header);

// Behind the last record of `reader`: says where the valid part ends and why. Returns kNo where a record further on
// says that more had been made durable than stands before it. `next` is the sequence that the next record would bear,
// `mark` the highest durable mark so far.
[[nodiscard]] Result<Answer> DumpEndOfRecords(LogReader& reader, Sequence next, Sequence mark, DumpPage& page);

}  // namespace logwood::command_line
