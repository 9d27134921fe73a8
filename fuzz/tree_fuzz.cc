#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/assert.h"
#include "base/hash.h"
#include "block/block_layout.h"
#include "codec/byte_writer.h"
#include "tree/tree.h"
#include "tree/tree_builder.h"
#include "tree/tree_footer.h"

// A tree from a stranger (I10): a valid file of three levels, in which the input changes bytes. Blocks that were
// changed get the checksum that they should have, so that what lies past it is reached: references, separators, the
// footer.
//
// An input is a row of changes of 4 bytes: the block (modulo their number), the place in it (2 bytes, modulo its
// length), and the byte that is to stand there. If the first byte of the input is odd, the descriptor is made to agree
// with the changed footer as far as it parses, so that a changed footer gets past the descriptor too.

namespace logwood {
namespace {

constexpr FileHeader kHeader = {
    .type = FileType::kTree, .number = FileNumber(7), .id = FileId(1), .database = DatabaseId(2)};
constexpr int kEntryCount = 120;

struct ValidTree {
  std::string bytes;
  TreeDescriptor descriptor;
  std::vector<size_t> blocks;  // Where each begins; the end of the last.
};

ValidTree MakeValidTree() {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const std::unique_ptr<BlockFileWriter> writer = BlockFileWriter::Create(*store, kHeader, 0).value();
  TreeBuilder builder(*writer, {.block_size_bytes = 256});
  for (int i = 0; i < kEntryCount; ++i) {
    const bool tombstone = i % 5 == 0;
    builder
        .Add("key " + std::to_string(1000 + i), tombstone ? EntryType::kTombstone : EntryType::kPut,
             tombstone ? "" : std::string(static_cast<size_t>(i % 30), 'v'))
        .Check();
  }
  for (int i = 0; i < kEntryCount; i += 10) {
    const std::string begin = "key " + std::to_string(1000 + i);
    builder.AddRangeTombstone({begin, begin + "5"}).Check();
  }
  ValidTree tree{.descriptor = builder.Finish().value()};
  writer->SyncAndFinish().Check();
  tree.bytes.resize(writer->size());
  const auto file = store->Open(FileName(kHeader.number, kHeader.type)).value();
  LOGWOOD_ASSERT(file->Read(0, std::as_writable_bytes(std::span(tree.bytes))).value() == tree.bytes.size());
  size_t begin = kFileHeaderSize;
  for (; begin < tree.bytes.size(); begin += LoadFixed32(Bytes(tree.bytes).data() + begin + kBlockLengthOffset)) {
    tree.blocks.push_back(begin);
  }
  tree.blocks.push_back(begin);
  return tree;
}

const ValidTree& Valid() {
  static const ValidTree tree = MakeValidTree();
  return tree;
}

// Gives the block at `begin` the checksum of what now stands there. The kind is the one that a reference to it implies.
void MendChecksum(std::span<std::byte> block, size_t begin, BlockKind kind) {
  const BlockIdentity identity{.file_id = kHeader.id, .offset = begin, .kind = kind};
  StoreFixed64(block.data() + kBlockChecksumOffset, BlockChecksum(block, identity));
}

std::string ChangedBytes(std::span<const uint8_t> changes) {
  std::string bytes = Valid().bytes;
  const std::vector<size_t>& blocks = Valid().blocks;
  const auto all = std::as_writable_bytes(std::span(bytes));
  for (; changes.size() >= 4; changes = changes.subspan(4)) {
    const size_t index = changes[0] % (blocks.size() - 1);
    const auto block = all.subspan(blocks[index], blocks[index + 1] - blocks[index]);
    const auto kind = static_cast<BlockKind>(Valid().bytes[blocks[index] + kBlockKindOffset]);
    const size_t at = (changes[1] + size_t{256} * changes[2]) % block.size();
    block[at] = static_cast<std::byte>(changes[3]);
    MendChecksum(block, blocks[index], kind);
  }
  return bytes;
}

TreeDescriptor AgreeingDescriptor(const BlockFile& file) {
  TreeDescriptor descriptor = Valid().descriptor;
  const Result<TreeFooter> footer = ReadTreeFooter(file, descriptor.footer);
  if (!footer.ok()) return descriptor;
  descriptor.entries = footer->entries;
  descriptor.tombstones = footer->tombstones;
  descriptor.bytes = file.length() - footer->begin;
  descriptor.first_key = footer->first_key;
  descriptor.last_key = footer->last_key;
  descriptor.range_tombstones = footer->range_tombstones;
  descriptor.range_tombstones_begin = footer->range_tombstones_begin;
  descriptor.range_tombstones_end = footer->range_tombstones_end;
  return descriptor;
}

// However keys and references were changed, a walk ends: no leaf is visited twice in one direction.
void UseCursor(const Tree& tree) {
  const std::unique_ptr<EntryCursor> cursor = tree.NewCursor();
  const size_t entries_max = Valid().bytes.size();
  size_t count = 0;
  for (cursor->First(); cursor->valid(); cursor->Next()) LOGWOOD_ASSERT(++count <= entries_max);
  count = 0;
  for (cursor->Last(); cursor->valid(); cursor->Prev()) LOGWOOD_ASSERT(++count <= entries_max);
  for (int i = 0; i < kEntryCount; i += 7) {
    for (const SeekTo to : {SeekTo::kExact, SeekTo::kAtOrAfter, SeekTo::kAtOrBefore}) {
      const std::string key = "key " + std::to_string(1000 + i);
      const std::unique_ptr<EntryCursor> seeking = tree.NewCursor();
      seeking->Seek(key, to);
      if (seeking->valid() && to == SeekTo::kExact) LOGWOOD_ASSERT(seeking->entry().key == Bytes(key));
    }
  }
}

void UseTree(const Tree& tree) {
  for (int i = 0; i < kEntryCount; ++i) {
    const std::string key = "key " + std::to_string(1000 + i);
    const auto hit = tree.Get(key, Hash64(key));
    // Reads every byte: a sanitizer sees one that is not the block's.
    if (hit.ok() && hit->has_value()) LOGWOOD_ASSERT((*hit)->value.ToString().size() == (*hit)->value.size());
  }
  const RangeTombstones tombstones = tree.range_tombstones();
  for (size_t i = 0; i < tombstones.size(); ++i) {
    LOGWOOD_ASSERT(tombstones[i].EndsBehind(tombstones[i].begin));
    if (i > 0) LOGWOOD_ASSERT(tombstones[i - 1].end < tombstones[i].begin);
  }
  UseCursor(tree);
  uint64_t damage = 0;
  const Result<uint64_t> blocks = tree.Verify([&damage](const Status& status) {
    LOGWOOD_ASSERT(!status.ok());
    ++damage;
  });
  LOGWOOD_ASSERT(blocks.ok());
  LOGWOOD_ASSERT(*blocks <= 2 * Valid().blocks.size());
}

}  // namespace
}  // namespace logwood

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace logwood;
  if (size == 0) return 0;
  const std::string bytes = ChangedBytes(std::span(data, size).subspan(1));
  const std::unique_ptr<Store> store = NewMemoryStore();
  store->Create(FileName(kHeader.number, kHeader.type), {}).value()->Append(bytes).Check();
  const auto file = BlockFile::Open(*store, {.number = kHeader.number,
                                             .type = kHeader.type,
                                             .id = kHeader.id,
                                             .database = kHeader.database,
                                             .length = bytes.size()})
                        .value();
  const TreeDescriptor descriptor = data[0] % 2 == 1 ? AgreeingDescriptor(*file) : Valid().descriptor;
  BlockCache cache(Runtime::Default(), 1 << 20);
  const auto tree = Tree::Open(file, descriptor, cache);
  if (tree.ok()) UseTree(**tree);
  return 0;
}
