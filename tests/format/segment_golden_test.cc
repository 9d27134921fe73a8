#include <gtest/gtest.h>
#include <memory>
#include <string>

#include "cursor/entry_cursor.h"
#include "logwood/runtime.h"
#include "logwood/store.h"
#include "segment/segment_file.h"
#include "segment/segment_writer.h"
#include "tests/format/golden.h"

namespace logwood::testing {
namespace {

// Whose chance is no chance: the file's id.
class FixedRuntime final : public Runtime {
 public:
  std::chrono::nanoseconds Now() override { return std::chrono::nanoseconds(0); }
  uint64_t Random() override { return 0x1122334455667788; }
  void Execute(std::function<void()> job) override { job(); }
  void ExecuteAfter(std::chrono::nanoseconds, std::function<void()> job) override { job(); }
};

std::string ReadAll(Store& store) {
  const std::unique_ptr<ReadableFile> file = store.Open("s").value();
  std::string bytes(file->size(), '\0');
  EXPECT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  return bytes;
}

std::string ExampleSegment() {
  FixedRuntime runtime;
  const std::unique_ptr<Store> store = NewMemoryStore();
  const auto writer = SegmentWriter::Create(*store, "s", {}, runtime).value();
  writer->Add("ada", EntryType::kPut, "1815").Check();
  writer->Add("alan", EntryType::kTombstone, "").Check();
  writer->Finish().Check();
  return ReadAll(*store);
}

std::string EmptySegment() {
  FixedRuntime runtime;
  const std::unique_ptr<Store> store = NewMemoryStore();
  SegmentWriter::Create(*store, "s", {}, runtime).value()->Finish().Check();
  return ReadAll(*store);
}

std::shared_ptr<const SegmentFile> OpenGolden(Store& store, const std::string& name) {
  store.Create("s", {}).value()->Append(ReadGolden(name)).Check();
  return SegmentFile::Open(store, "s", Runtime::Default(), 0).value();
}

TEST(GoldenSegment, IsWhatThisVersionWrites) {
  ExpectGolden("segment_0.segment", ExampleSegment());
  ExpectGolden("segment_empty_0.segment", EmptySegment());
  ExpectListing("tree.md", "segment_empty_0.segment");
}

TEST(GoldenSegment, IsRead) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const auto segment = OpenGolden(*store, "segment_0.segment");
  const auto cursor = segment->NewCursor();
  cursor->First();
  ASSERT_TRUE(cursor->valid()) << cursor->status();
  EXPECT_EQ(cursor->entry().key, Bytes("ada"));
  EXPECT_EQ(cursor->entry().value, Bytes("1815"));
  cursor->Next();
  EXPECT_EQ(cursor->entry().key, Bytes("alan"));
  EXPECT_EQ(cursor->entry().type, EntryType::kTombstone);
  cursor->Next();
  EXPECT_FALSE(cursor->valid());
}

TEST(GoldenSegment, WithoutEntriesIsRead) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  EXPECT_EQ(OpenGolden(*store, "segment_empty_0.segment")->tree(), nullptr);
}

}  // namespace
}  // namespace logwood::testing
