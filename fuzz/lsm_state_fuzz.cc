#include <cstddef>
#include <cstdint>
#include <span>

#include "base/assert.h"
#include "codec/byte_reader.h"
#include "lsm/lsm_edit.h"
#include "lsm/lsm_kind.h"
#include "lsm/lsm_state.h"

// States, edits and plans from a stranger (I10). The input is a state, length-prefixed, and an edit; the edit's bytes
// are read as a plan too.

namespace logwood {
namespace {

void CheckState(const Kind& kind, Bytes bytes) {
  const auto state = DecodeLsmState(bytes);
  LOGWOOD_ASSERT(kind.Files(bytes).ok() == state.ok());
  if (!state.ok()) return;
  LOGWOOD_ASSERT(Bytes(EncodeLsmState(*state)) == bytes);
  for (const MergeEffort effort : {MergeEffort::kWhileWriting, MergeEffort::kAtRest, MergeEffort::kAll}) {
    MergeRequest request{.effort = effort, .cost_max = 3};
    for (;;) {
      const auto plan = kind.Choose(bytes, request);
      LOGWOOD_ASSERT(plan.ok());
      if (!*plan) break;
      LOGWOOD_ASSERT(FindLsmInputs(*state, DecodeLsmPlan((*plan)->bytes).value()).ok());
      if (effort != MergeEffort::kAll || !(*plan)->behind) break;
      LOGWOOD_ASSERT(*(*plan)->behind > request.from);
      request.from = *(*plan)->behind;
    }
  }
}

void CheckEdit(const Kind& kind, Bytes state, Bytes edit) {
  const auto after = kind.ApplyEdit(state, edit);
  if (after.ok()) CheckState(kind, *after);
  LsmState small{.block_size_bytes = 8192};
  const LsmState before = small;
  if (!ApplyLsmEdit(edit, small).ok()) LOGWOOD_ASSERT(small == before);
}

void CheckPlan(Bytes bytes) {
  const auto plan = DecodeLsmPlan(bytes);
  if (plan.ok()) LOGWOOD_ASSERT(Bytes(EncodeLsmPlan(*plan)) == bytes);
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  static const Kind& kind = *NewLsmKind().release();
  ByteReader reader(std::as_bytes(std::span(data, size)));
  const auto state = reader.LengthPrefixed();
  CheckState(kind, reader.rest());
  if (!state) return 0;
  CheckState(kind, *state);
  CheckEdit(kind, *state, reader.rest());
  CheckPlan(reader.rest());
  return 0;
}
