#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "logwood/store.h"
#include "store/directory.h"
#include "store/file_descriptor.h"

namespace logwood {

// Appends to the file `name`, open and empty as `fd`. Where the file system is fit for it and `size_expected` is not 0,
// small appends up to that size go to space that was written with zeros before, 64 KiB at a time:
//
//   - by a store into a mapped window as long as nobody asks for a sync: some ten nanoseconds, where a write() takes
//     most of a microsecond;
//   - by pwrite() once somebody did, until 1 MiB was appended without: a sync then writes the pages that changed and no
//     new length, where a mapped store makes the whole of the 64 KiB dirty.
//
// Zeros are written in pieces of 64 KiB because the page cache keeps each in a folio of its own, and dirties, maps and
// walks folios as wholes. All else goes by pwrite() to the end of the file: appends of more than 16 KiB, and what
// follows one within 64 KiB, for zeros between them would be written for nothing. `directory` must outlive the file.
[[nodiscard]] std::unique_ptr<AppendFile> NewFileAppender(Directory& directory, const std::string& name,
                                                          FileDescriptor fd, uint64_t size_expected);

}  // namespace logwood
