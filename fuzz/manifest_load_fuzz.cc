#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "base/assert.h"
#include "codec/batch_encoder.h"
#include "codec/byte_reader.h"
#include "manifest/manifest.h"
#include "tests/manifest/manifest_fixture.h"

// Manifest files from a stranger (I10). The input is taken twice: as the file itself, and as records that are written
// with the checksums they should have, so that what lies past these is reached: {end and mark flags u8 | body length
// varint | body} each.

namespace logwood {
namespace {

constexpr uint8_t kEndFlag = 1;
constexpr uint8_t kMarkFlag = 2;

// What loads, loads the same again, and can be gone on with.
void LoadAndCheck(Store& store, const KindRegistry& kinds) {
  const auto loaded = Manifest::Load(store, kinds, nullptr);
  if (!loaded.ok()) return;
  LOGWOOD_ASSERT(Manifest::Load(store, kinds, nullptr)->state == loaded->state);
  if (loaded->state.epoch >= Sequence::kEpochMax) return;
  const ManifestEdit edit = testing::EpochEdit(loaded->state.epoch + 1);
  ManifestState expected = loaded->state;
  LOGWOOD_ASSERT(expected.Apply(edit, kinds).ok());
  const Manifest::Identity identity = testing::IdentityOf(2, loaded->database);
  LOGWOOD_ASSERT(Manifest::Continue(store, *loaded, identity, edit, kinds).ok());
  const auto next = Manifest::Load(store, kinds, nullptr);
  LOGWOOD_ASSERT(next.ok());
  LOGWOOD_ASSERT(next->state == expected);
}

void LoadAsFile(Bytes input, const KindRegistry& kinds) {
  const auto store = NewMemoryStore();
  testing::Put(*store, testing::ManifestName(1), input);
  LoadAndCheck(*store, kinds);
}

void LoadAsRecords(Bytes input, const KindRegistry& kinds) {
  const auto store = NewMemoryStore();
  LogFileHeader header;
  header.file = {FileType::kManifest, FileNumber(1), FileId(5), testing::kDatabase};
  const auto writer = LogWriter::Create(*store, header, 0).value();
  Sequence next(1);
  for (ByteReader reader(input); !reader.empty();) {
    const auto flags = reader.Fixed8();
    const auto body = reader.LengthPrefixed();
    if (!body || body->size() > kLogBodySizeMax) break;
    const bool mark = (*flags & kMarkFlag) != 0;
    LogRecord record;
    record.type = mark ? LogRecordType::kMark : LogRecordType::kEdit;
    record.end = mark || (*flags & kEndFlag) != 0;
    record.sequence = next;
    record.count = mark ? 0 : 1;
    record.body = mark ? Bytes() : *body;
    record.checksum = FragmentChecksum(record.body, Bytes());
    writer->Append(std::span(&record, 1), Sequence(next.value() - 1)).Check();
    next = next.Plus(record.count);
  }
  LoadAndCheck(*store, kinds);
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  static const KindRegistry& kinds = *new KindRegistry(logwood::testing::ToyKinds());
  const Bytes input(std::as_bytes(std::span(data, size)));
  LoadAsFile(input, kinds);
  LoadAsRecords(input, kinds);
  return 0;
}
