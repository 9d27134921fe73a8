#include <cstddef>
#include <cstdint>
#include <span>

#include "base/assert.h"
#include "manifest/manifest_edit.h"
#include "manifest/manifest_state.h"
#include "tests/manifest/toy_kind.h"

// Edits from a stranger (I10): what decodes has one form, and applies wholly or not at all.

namespace logwood {
namespace {

// A state that edits of a few bytes fit.
ManifestState SmallState() {
  ManifestState state;
  state.epoch = 1;
  state.file_numbers_reserved = FileNumber(10);
  state.next_collection = CollectionId(2);
  state.first_log = FileNumber(1);
  state.files[FileNumber(2)] = {FileType::kTree, FileId(22), 100, 60};
  state.collections[CollectionId(1)] = {"a", CollectionKind::kLsm, "\x02"};
  return state;
}

void ApplyAndCheck(const ManifestEdit& edit, const KindRegistry& kinds, ManifestState state) {
  const ManifestState before = state;
  if (!state.Apply(edit, kinds).ok()) {
    LOGWOOD_ASSERT(state == before);
    return;
  }
  for (const auto& [number, file] : state.files) LOGWOOD_ASSERT(file.live_bytes <= file.length);
  ManifestState again;
  LOGWOOD_ASSERT(again.Apply(state.ToEdit(), kinds).ok());
  LOGWOOD_ASSERT(again == state);
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  static const KindRegistry& kinds = *new KindRegistry(logwood::testing::ToyKinds());
  const Bytes input(std::as_bytes(std::span(data, size)));
  const auto edit = DecodeManifestEdit(input);
  if (!edit.ok()) return 0;
  LOGWOOD_ASSERT(Bytes(EncodeManifestEdit(*edit)) == input);
  ApplyAndCheck(*edit, kinds, ManifestState());
  ApplyAndCheck(*edit, kinds, SmallState());
  return 0;
}
