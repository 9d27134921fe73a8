#include <gtest/gtest.h>

#include "manifest/manifest.h"
#include "manifest/manifest_edit.h"
#include "tests/format/golden.h"
#include "tests/manifest/manifest_fixture.h"

namespace logwood::testing {
namespace {

// Each field once, with one element in each list.
ManifestEdit ExampleEdit() {
  ManifestEdit edit;
  edit.epoch = 3;
  edit.file_numbers_reserved = FileNumber(200);
  edit.next_collection = CollectionId(3);
  edit.flushed = Sequence::Of(0, 17);
  edit.first_log = FileNumber(5);
  edit.log_ends = {{FileNumber(5), FileId(0xa1a2a3a4a5a6a7a8), 4096}};
  edit.files_added = {{FileNumber(8), FileType::kTree, FileId(0xb1b2b3b4b5b6b7b8), 5000}};
  edit.files_dropped = {FileNumber(2)};
  edit.live_bytes = {{FileNumber(8), 4000}, {FileNumber(2), -100}};
  edit.collections_created = {{CollectionId(2), "ada", CollectionKind::kLsm, "S"}};
  edit.collections_dropped = {CollectionId(1)};
  edit.collections_edited = {{CollectionId(2), "E"}};
  return edit;
}

// A new database's manifest, in which a collection is then created.
std::string ExampleManifest() {
  const KindRegistry kinds = ToyKinds();
  const auto store = NewMemoryStore();
  const Manifest::Identity identity{DatabaseId(0xd1d2d3d4d5d6d7d8), FileNumber(1), FileId(0xa1a2a3a4a5a6a7a8)};
  const auto manifest = Manifest::Create(*store, identity, NewState(), kinds).value();
  manifest->Append(CollectionEdit(1)).Check();
  return ReadAll(*store, ManifestName(1));
}

TEST(GoldenManifestEdit, IsWhatThisVersionWrites) {
  ExpectGolden("manifest_edit_0.bin", EncodeManifestEdit(ExampleEdit()));
  ExpectListing("manifest.md", "manifest_edit_0.bin");
}

TEST(GoldenManifestEdit, IsRead) {
  const std::string bytes = ReadGolden("manifest_edit_0.bin");
  const auto edit = DecodeManifestEdit(bytes);
  ASSERT_TRUE(edit.ok()) << edit.status();
  EXPECT_EQ(*edit, ExampleEdit());
}

TEST(GoldenManifest, IsWhatThisVersionWrites) {
  ExpectGolden("manifest_0.manifest", ExampleManifest());
  ExpectListing("manifest.md", "manifest_0.manifest");
}

TEST(GoldenManifest, IsRead) {
  const auto store = NewMemoryStore();
  Put(*store, ManifestName(1), ReadGolden("manifest_0.manifest"));
  const auto loaded = Manifest::Load(*store, ToyKinds(), nullptr);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->state.epoch, 1u);
  EXPECT_EQ(loaded->state.collections.at(CollectionId(1)).name, "collection 1");
}

}  // namespace
}  // namespace logwood::testing
