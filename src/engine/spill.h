#pragma once

#include <cstdint>
#include <memory>

#include "engine/file_table.h"
#include "engine/job_output.h"
#include "engine/read_state.h"
#include "logwood/result.h"

namespace logwood {

// What a view shows, without memtables.
struct SpilledView {
  std::shared_ptr<const ReadState> state;
  uint64_t bytes = 0;  // Of the scratch file.
};

// Writes what `view` sees of its memtables into one scratch file, a tree for each collection, newest versions alone:
// tombstones too, since older trees lie below. The file is named by no manifest and not synced: it lasts as long as the
// state, and what a crash leaves of it is a leftover. Without an entry there is none. Requires: the view has not been
// spilled. Errors: kIo, kNoSpace; kCorruption, kUnsupported (what was written does not read): nothing has changed then.
[[nodiscard]] Result<SpilledView> Spill(const NewFileOutput::Context& context, FileTable& files, const ReadView& view);

}  // namespace logwood
