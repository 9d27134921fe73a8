#include "block/block_file.h"

#include <gtest/gtest.h>

#include "tests/block/block_entries.h"
#include "tests/block/hooked_store.h"

namespace logwood::testing {
namespace {

constexpr FileHeader kHeader{
    .type = FileType::kTree, .number = FileNumber(7), .id = FileId(0xabc), .database = DatabaseId(0xdef)};

BlockFile::Expected Expect(uint64_t length) {
  return {.number = kHeader.number, .id = kHeader.id, .database = kHeader.database, .length = length};
}

BlockBuilder BuilderWith(const std::string& key, size_t value_size) {
  BlockBuilder builder(BlockKind::kLeaf, 8192);
  builder.Add(key, EntryType::kPut, std::string(value_size, 'v'));
  return builder;
}

std::string KeyOf(const Block& block) {
  std::string scratch;
  return block.key(0, scratch).ToString();
}

// A file of blocks of the given value sizes; block i has the one key "i".
struct WrittenFile {
  std::vector<BlockReference> references;
  uint64_t size = 0;
};

WrittenFile WriteFile(Store& store, const std::vector<size_t>& value_sizes) {
  WrittenFile written;
  const auto writer = BlockFileWriter::Create(store, kHeader, 0).value();
  for (const size_t value_size : value_sizes) {
    BlockBuilder builder = BuilderWith(std::to_string(written.references.size()), value_size);
    written.references.push_back(writer->Append(builder).value());
  }
  writer->SyncAndFinish().Check();
  written.size = writer->size();
  return written;
}

TEST(BlockFile, ReadsWhatWasWritten) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {0, 10, 100, 5000, 200'000, 1});
  const auto file = BlockFile::Open(store, Expect(written.size)).value();
  EXPECT_EQ(file->number(), kHeader.number);
  EXPECT_EQ(file->id(), kHeader.id);
  EXPECT_EQ(file->length(), written.size);
  EXPECT_EQ(file->file().size(), written.size);
  for (size_t i = 0; i < written.references.size(); ++i) {
    EXPECT_EQ(written.references[i].offset() % 8, 0u);
    const auto block = file->ReadBlock(written.references[i], BlockKind::kLeaf);
    ASSERT_TRUE(block.ok()) << block.status();
    EXPECT_EQ(KeyOf(*block), std::to_string(i));
  }
}

TEST(BlockFile, ReadsABlockInOneCall) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {5000, 1});
  const auto file = BlockFile::Open(store, Expect(written.size)).value();
  std::vector<size_t> reads;
  store.on_read = [&](size_t size) { reads.push_back(size); };
  ASSERT_TRUE(file->ReadBlock(written.references[0], BlockKind::kLeaf).ok());
  ASSERT_TRUE(file->ReadBlock(written.references[1], BlockKind::kLeaf).ok());
  // The last block's class may reach beyond the file, the read does not.
  EXPECT_EQ(reads, (std::vector<size_t>{std::min<size_t>(written.references[0].length_max(), written.size - 48),
                                        static_cast<size_t>(written.size - written.references[1].offset())}));
}

TEST(BlockFile, RefusesReferencesOutsideOfTheFile) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {10, 10});
  const auto file = BlockFile::Open(store, Expect(written.size)).value();
  const auto code = [&](BlockReference reference) {
    return file->ReadBlock(reference, BlockKind::kLeaf).status().code();
  };
  EXPECT_EQ(code(written.references[0]), StatusCode::kOk);
  EXPECT_EQ(code(BlockReference()), StatusCode::kCorruption);
  EXPECT_EQ(code(BlockReference::Of(0, 80)), StatusCode::kCorruption);
  EXPECT_EQ(code(BlockReference::Of(56, 80)), StatusCode::kCorruption);
  EXPECT_EQ(code(BlockReference::Of(written.size, 80)), StatusCode::kCorruption);
  EXPECT_EQ(code(BlockReference(~uint64_t{0} >> 16)), StatusCode::kCorruption);
  EXPECT_EQ(code(BlockReference(written.references[0].packed() | uint64_t{0xff} << 40)), StatusCode::kCorruption);
  EXPECT_EQ(code(BlockReference(written.references[0].packed() | uint64_t{1} << 48)), StatusCode::kUnsupported);
}

TEST(BlockFile, RefusesAReferenceThatIsShorterThanItsBlock) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {1000});
  const auto file = BlockFile::Open(store, Expect(written.size)).value();
  const auto block = file->ReadBlock(BlockReference::Of(48, 512), BlockKind::kLeaf);
  EXPECT_EQ(block.status().code(), StatusCode::kCorruption);
  EXPECT_EQ(block.status().message().find("tree file 7 offset 48: "), 0u) << block.status();
}

TEST(BlockFile, ReadsNothingBeyondTheStatedLength) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {1000, 1000});
  const uint64_t length = written.references[1].offset();
  const auto file = BlockFile::Open(store, Expect(length)).value();
  EXPECT_TRUE(file->ReadBlock(written.references[0], BlockKind::kLeaf).ok());
  EXPECT_EQ(file->ReadBlock(written.references[1], BlockKind::kLeaf).status().code(), StatusCode::kCorruption);
  const auto cut = BlockFile::Open(store, Expect(length - 8)).value();
  EXPECT_EQ(cut->ReadBlock(written.references[0], BlockKind::kLeaf).status().code(), StatusCode::kCorruption);
}

TEST(BlockFile, OpensOnlyTheFileThatIsExpected) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {10});
  const auto code = [&](auto change) {
    BlockFile::Expected expected = Expect(written.size);
    change(expected);
    return BlockFile::Open(store, expected).status().code();
  };
  EXPECT_EQ(code([](auto&) {}), StatusCode::kOk);
  EXPECT_EQ(code([](auto& expected) { expected.number = FileNumber(8); }), StatusCode::kCorruption);
  EXPECT_EQ(code([](auto& expected) { expected.type = FileType::kLog; }), StatusCode::kCorruption);
  EXPECT_EQ(code([](auto& expected) { expected.id = FileId(1); }), StatusCode::kCorruption);
  EXPECT_EQ(code([](auto& expected) { expected.database = DatabaseId(1); }), StatusCode::kCorruption);
  EXPECT_EQ(code([](auto& expected) { ++expected.length; }), StatusCode::kCorruption);
  EXPECT_EQ(code([](auto& expected) { expected.length = 47; }), StatusCode::kCorruption);
}

TEST(BlockFile, RefusesTheHeaderOfAnotherFile) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {10});
  std::string bytes(written.size, '\0');
  ASSERT_TRUE(store.Open("000007.tree").value()->Read(0, std::as_writable_bytes(std::span(bytes))).ok());
  store.Create("000008.tree", {}).value()->Append(bytes).Check();
  BlockFile::Expected expected = Expect(written.size);
  expected.number = FileNumber(8);
  const Status status = BlockFile::Open(store, expected).status();
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_NE(status.message().find("header of file 7"), std::string_view::npos) << status;
}

TEST(BlockFile, PassesOnErrorsOfTheStore) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, {10});
  const auto file = BlockFile::Open(store, Expect(written.size)).value();
  store.failure = Status::Io("no such device");
  EXPECT_EQ(BlockFile::Open(store, Expect(written.size)).status().code(), StatusCode::kIo);
  const Status status = file->ReadBlock(written.references[0], BlockKind::kLeaf).status();
  EXPECT_EQ(status.code(), StatusCode::kIo);
  EXPECT_EQ(status.message(), "tree file 7 offset 48: no such device");
}

TEST(BlockFileWriter, GathersBlocksIntoLargeAppends) {
  HookedStore store;
  const WrittenFile written = WriteFile(store, std::vector<size_t>(40, 4000));
  ASSERT_EQ(store.calls.size(), 5u);
  EXPECT_GE(std::stoul(store.calls[0].substr(std::string("append ").size())), 65'536u);
  EXPECT_GE(std::stoul(store.calls[1].substr(std::string("append ").size())), 65'536u);
  EXPECT_EQ(store.calls[3], "finish");
  EXPECT_EQ(store.calls[4], "sync");
  EXPECT_EQ(written.size, store.Open("000007.tree").value()->size());
}

TEST(BlockFileWriter, KeepsTheBuildersEntries) {
  HookedStore store;
  const auto writer = BlockFileWriter::Create(store, kHeader, 0).value();
  EXPECT_EQ(writer->size(), kFileHeaderSize);
  EXPECT_EQ(writer->header(), kHeader);
  BlockBuilder builder = BuilderWith("key", 10);
  const BlockReference first = writer->Append(builder).value();
  EXPECT_EQ(first.offset(), kFileHeaderSize);
  EXPECT_EQ(builder.count(), 1u);
  EXPECT_EQ(builder.last_key(), Bytes("key"));
  EXPECT_EQ(writer->Append(builder).value().offset(), kFileHeaderSize + 64);
  EXPECT_EQ(writer->size(), kFileHeaderSize + 128);
}

TEST(BlockFileWriter, ReturnsItsFirstErrorForever) {
  HookedStore store;
  const auto writer = BlockFileWriter::Create(store, kHeader, 0).value();
  BlockBuilder large = BuilderWith("key", 70'000);
  store.failure = Status::NoSpace("full");
  EXPECT_EQ(writer->Append(large).status(), store.failure);
  const Status first = store.failure;
  store.failure = Status::Ok();
  store.calls.clear();
  EXPECT_EQ(writer->Append(large).status(), first);
  EXPECT_EQ(writer->SyncAndFinish(), first);
  EXPECT_TRUE(store.calls.empty());
}

TEST(BlockFileWriter, NeverTurnsAFailedSyncIntoSuccess) {
  HookedStore store;
  const auto writer = BlockFileWriter::Create(store, kHeader, 0).value();
  BlockBuilder builder = BuilderWith("key", 10);
  ASSERT_TRUE(writer->Append(builder).ok());
  store.failure = Status::Io("lost");
  const Status first = writer->SyncAndFinish();
  EXPECT_EQ(first.code(), StatusCode::kIo);
  store.failure = Status::Ok();
  EXPECT_EQ(writer->SyncAndFinish(), first);
}

TEST(BlockFileWriter, DoesNotWriteIntoAFileThatIsThere) {
  HookedStore store;
  WriteFile(store, {10});
  EXPECT_EQ(BlockFileWriter::Create(store, kHeader, 0).status().code(), StatusCode::kAlreadyExists);
}

}  // namespace
}  // namespace logwood::testing
