#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/assert.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "codec/file_header.h"
#include "logwood/segment.h"

// A segment file from a stranger (I10), opened alone. The first byte of an input says what follows:
//
//   0     the file itself, as it comes
//   odd   changes of a valid segment, 4 bytes each: the block (modulo their number), the place in it (2 bytes, modulo
//         its length), the byte that is to stand there; the block's checksum is mended
//   even  the same, and half of this byte says how many bytes are cut off the end (below 64), or put behind it
//
// Whatever it is: an error, or a segment all of whose reads end.

namespace logwood {
namespace {

constexpr int kEntryCount = 100;

std::string KeyOf(int i) { return "key " + std::to_string(1000 + i); }

struct ValidSegment {
  std::string bytes;
  FileId id;
  std::vector<size_t> blocks;  // Where each begins; the end of the last.
};

ValidSegment MakeValidSegment() {
  const std::unique_ptr<Store> store = NewMemoryStore();
  SegmentBuilder builder = SegmentBuilder::Create(*store, "valid", {.block_size_bytes = 256}).value();
  for (int i = 0; i < kEntryCount; ++i) {
    (i % 5 == 0 ? builder.AddTombstone(KeyOf(i)) : builder.Add(KeyOf(i), std::string(static_cast<size_t>(i % 30), 'v')))
        .Check();
  }
  builder.Finish().Check();
  const auto file = store->Open("valid").value();
  ValidSegment segment;
  segment.bytes.resize(file->size());
  LOGWOOD_ASSERT(file->Read(0, std::as_writable_bytes(std::span(segment.bytes))).value() == segment.bytes.size());
  segment.id = DecodeFileHeader(Bytes(segment.bytes).First(kFileHeaderSize), "valid").value().id;
  size_t begin = kFileHeaderSize;
  while (begin < segment.bytes.size()) {
    segment.blocks.push_back(begin);
    begin += LoadFixed32(Bytes(segment.bytes).data() + begin + kBlockLengthOffset);
  }
  segment.blocks.push_back(begin);
  return segment;
}

const ValidSegment& Valid() {
  static const ValidSegment segment = MakeValidSegment();
  return segment;
}

std::string ChangedBytes(std::span<const uint8_t> changes) {
  std::string bytes = Valid().bytes;
  const std::vector<size_t>& blocks = Valid().blocks;
  const auto all = std::as_writable_bytes(std::span(bytes));
  for (; changes.size() >= 4; changes = changes.subspan(4)) {
    const size_t begin = blocks[changes[0] % (blocks.size() - 1)];
    const size_t end = blocks[changes[0] % (blocks.size() - 1) + 1];
    const auto block = all.subspan(begin, end - begin);
    block[(changes[1] + size_t{256} * changes[2]) % block.size()] = static_cast<std::byte>(changes[3]);
    const auto kind = static_cast<BlockKind>(Valid().bytes[begin + kBlockKindOffset]);
    const BlockIdentity identity{.file_id = Valid().id, .offset = begin, .kind = kind};
    StoreFixed64(block.data() + kBlockChecksumOffset, BlockChecksum(block, identity));
  }
  return bytes;
}

std::string FileOf(std::span<const uint8_t> input) {
  const uint8_t how = input.front();
  const auto rest = input.subspan(1);
  if (how == 0) return {rest.begin(), rest.end()};
  std::string bytes = ChangedBytes(rest);
  if (how % 2 == 1) return bytes;
  const size_t count = how / 2;
  if (count < 64) {
    bytes.resize(bytes.size() - count);
  } else {
    bytes.append(count, static_cast<char>(count));
  }
  return bytes;
}

void Walk(RawCursor& cursor, size_t entries_max) {
  size_t count = 0;
  for (cursor.First(); cursor.valid(); cursor.Next()) {
    LOGWOOD_ASSERT(++count <= entries_max);
    LOGWOOD_ASSERT(cursor.value().ToString().size() == cursor.value().size());  // Reads every byte.
  }
  count = 0;
  for (cursor.Last(); cursor.valid(); cursor.Prev()) LOGWOOD_ASSERT(++count <= entries_max);
}

void Use(const Segment& segment, size_t file_size) {
  LOGWOOD_ASSERT(segment.size_bytes() <= file_size);
  for (int i = 0; i < kEntryCount; i += 3) {
    const Result<SegmentEntry> entry = segment.Get(KeyOf(i));
    if (entry.ok()) LOGWOOD_ASSERT((entry->presence == Presence::kValue) == entry->value.has_value());
    Cursor scan = segment.ScanFrom(KeyOf(i));
    if (scan.valid()) LOGWOOD_ASSERT(scan.key() >= Bytes(KeyOf(i)));
  }
  Walk(*segment.NewCursor(), file_size);
  const Result<SegmentVerification> verification = segment.Verify();
  LOGWOOD_ASSERT(verification.ok());
  for (const Status& damage : verification->damages) LOGWOOD_ASSERT(!damage.ok());
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  if (size == 0) return 0;
  const std::string bytes = FileOf(std::span(data, size));
  const std::unique_ptr<Store> store = NewMemoryStore();
  store->Create("fuzzed", {}).value()->Append(bytes).Check();
  const Result<Segment> segment = Segment::Open(*store, "fuzzed");
  if (segment.ok()) Use(*segment, bytes.size());
  return 0;
}
