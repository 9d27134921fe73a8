#include "manifest/manifest_edit.h"

#include <gtest/gtest.h>

#include <limits>

#include "base/random.h"

namespace logwood {
namespace {

using namespace std::string_view_literals;

ManifestEdit EditWithEverything() {
  ManifestEdit edit;
  edit.epoch = 3;
  edit.file_numbers_reserved = FileNumber(300);
  edit.next_collection = CollectionId(9);
  edit.flushed = Sequence::Of(2, 17);
  edit.first_log = FileNumber(5);
  edit.log_ends = {{FileNumber(5), FileId(0x1122334455667788), 4096}, {FileNumber(6), FileId(7), 88}};
  edit.files_added = {{FileNumber(8), FileType::kTree, FileId(9), 1 << 20}, {FileNumber(9), FileType::kLog, FileId(), 0}};
  edit.files_dropped = {FileNumber(2), FileNumber(1)};
  edit.live_bytes = {{FileNumber(8), 1000}, {FileNumber(3), -1000}};
  edit.collections_created = {{CollectionId(8), "events", CollectionKind::kList, std::string("\0s", 2)}};
  edit.collections_dropped = {CollectionId(4)};
  edit.collections_edited = {{CollectionId(1), "edit"}, {CollectionId(2), ""}};
  return edit;
}

void ExpectRoundTrip(const ManifestEdit& edit) {
  const auto decoded = DecodeManifestEdit(EncodeManifestEdit(edit));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, edit);
}

TEST(ManifestEdit, EveryFieldComesBack) { ExpectRoundTrip(EditWithEverything()); }

TEST(ManifestEdit, AnEditThatSaysNothingTakesNoBytes) {
  EXPECT_EQ(EncodeManifestEdit({}), "");
  ExpectRoundTrip({});
}

TEST(ManifestEdit, NoLogEndsAndAnEmptyListOfThemDiffer) {
  ManifestEdit edit;
  edit.log_ends.emplace();
  EXPECT_EQ(EncodeManifestEdit(edit), "\x06\x00"sv);
  ExpectRoundTrip(edit);
}

TEST(ManifestEdit, ExtremeNumbersComeBack) {
  ManifestEdit edit;
  edit.epoch = std::numeric_limits<uint32_t>::max();
  edit.flushed = Sequence::Max();
  edit.next_collection = CollectionId(std::numeric_limits<uint32_t>::max());
  edit.live_bytes = {{FileNumber(std::numeric_limits<uint64_t>::max()), std::numeric_limits<int64_t>::min()},
                     {FileNumber(1), std::numeric_limits<int64_t>::max()},
                     {FileNumber(2), 0},
                     {FileNumber(3), -1}};
  ExpectRoundTrip(edit);
}

struct Refusal {
  std::string_view what;
  std::string_view bytes;
  StatusCode code;
  std::string_view message;
};

TEST(ManifestEdit, OtherFormsAreRefused) {
  const Refusal refusals[] = {
      {"a field of a later version", "\x0d\x00"sv, StatusCode::kUnsupported, "edit offset 0: field 13"},
      {"a far later one behind another", "\x01\x01\x05\xff\x01\x00"sv, StatusCode::kUnsupported, "edit offset 3"},
      {"field 0", "\x00\x00"sv, StatusCode::kCorruption, "edit offset 0: field 0"},
      {"a field twice", "\x01\x01\x05\x01\x01\x05"sv, StatusCode::kCorruption, "edit offset 3: field 1 stands behind"},
      {"fields that fall", "\x05\x01\x05\x01\x01\x05"sv, StatusCode::kCorruption, "field 1 stands behind field 5"},
      {"a tag without a length", "\x01"sv, StatusCode::kCorruption, "no whole field"},
      {"a field longer than the edit", "\x01\x02\x05"sv, StatusCode::kCorruption, "no whole field"},
      {"a tag in a long form", "\x81\x00\x01\x05"sv, StatusCode::kCorruption, "no whole field"},
      {"a number that is not there", "\x01\x00"sv, StatusCode::kCorruption, "field 1 of 0 bytes"},
      {"a number with a byte behind it", "\x01\x02\x05\x00"sv, StatusCode::kCorruption, "field 1 of 2 bytes"},
      {"a number in a long form", "\x02\x02\x85\x00"sv, StatusCode::kCorruption, "field 2 of 2 bytes"},
      {"an epoch of 33 bits", "\x01\x05\x80\x80\x80\x80\x10"sv, StatusCode::kCorruption, "field 1"},
      {"an empty list", "\x08\x00"sv, StatusCode::kCorruption, "field 8 of 0 bytes"},
      {"a log end that is cut", "\x06\x02\x05\x00"sv, StatusCode::kCorruption, "field 6"},
      {"a file that is cut", "\x07\x03\x05\x03\x00"sv, StatusCode::kCorruption, "field 7"},
      {"a change without its bytes", "\x09\x01\x05"sv, StatusCode::kCorruption, "field 9"},
      {"a name longer than its field", "\x0a\x04\x05\x01\x09\x61"sv, StatusCode::kCorruption, "field 10"},
      {"a dropped collection of 33 bits", "\x0b\x05\x80\x80\x80\x80\x10"sv, StatusCode::kCorruption, "field 11"},
      {"an edit that is cut", "\x0c\x03\x05\x02\x61"sv, StatusCode::kCorruption, "field 12"},
  };
  for (const Refusal& refusal : refusals) {
    SCOPED_TRACE(refusal.what);
    const auto decoded = DecodeManifestEdit(refusal.bytes);
    ASSERT_FALSE(decoded.ok());
    EXPECT_EQ(decoded.status().code(), refusal.code);
    EXPECT_NE(decoded.status().message().find(refusal.message), std::string_view::npos) << decoded.status();
  }
}

// What decodes has one form only: so no change of a byte is overlooked.
TEST(ManifestEdit, WhatDecodesEncodesToTheSameBytes) {
  const std::string encoded = EncodeManifestEdit(EditWithEverything());
  const ManifestEdit edit = EditWithEverything();
  for (size_t at = 0; at < encoded.size(); ++at) {
    for (int change = 1; change < 256; ++change) {
      std::string bytes = encoded;
      bytes[at] = static_cast<char>(bytes[at] ^ change);
      const auto decoded = DecodeManifestEdit(bytes);
      if (!decoded.ok()) continue;
      EXPECT_EQ(EncodeManifestEdit(*decoded), bytes) << "byte " << at << " changed by " << change;
      EXPECT_NE(*decoded, edit) << "byte " << at << " changed by " << change;
    }
  }
}

TEST(ManifestEdit, ACutEditDoesNotBecomeAnotherOne) {
  const std::string encoded = EncodeManifestEdit(EditWithEverything());
  for (size_t size = 0; size < encoded.size(); ++size) {
    const auto decoded = DecodeManifestEdit(Bytes(encoded).First(size));
    if (decoded.ok()) EXPECT_EQ(EncodeManifestEdit(*decoded), encoded.substr(0, size));
  }
}

std::string DrawBytes(SeededRandom& random, size_t size_max) {
  std::string bytes(random.Below(size_max + 1), '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.Next());
  return bytes;
}

ManifestEdit DrawEdit(SeededRandom& random) {
  const auto number = [&] { return FileNumber(random.Next() >> random.Below(64)); };
  const auto count = [&] { return random.OneIn(2) ? 0 : random.Below(4); };
  ManifestEdit edit;
  if (random.OneIn(2)) edit.epoch = static_cast<uint32_t>(random.Next());
  if (random.OneIn(2)) edit.file_numbers_reserved = number();
  if (random.OneIn(2)) edit.flushed = Sequence(random.Next());
  if (random.OneIn(2)) edit.first_log = number();
  if (random.OneIn(2)) edit.log_ends.emplace(random.Below(3), LogEnd{number(), FileId(random.Next()), random.Next()});
  edit.files_added.assign(count(), {number(), FileType::kLog, FileId(random.Next()), random.Next()});
  edit.files_dropped.assign(count(), number());
  edit.live_bytes.assign(count(), {number(), static_cast<int64_t>(random.Next())});
  edit.collections_created.assign(count(), {CollectionId(3), DrawBytes(random, 40), CollectionKind::kLsm, DrawBytes(random, 300)});
  edit.collections_edited.assign(count(), {CollectionId(4), DrawBytes(random, 40'000)});
  return edit;
}

TEST(ManifestEdit, DrawnEditsComeBack) {
  for (uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    SeededRandom random(seed);
    ExpectRoundTrip(DrawEdit(random));
  }
}

}  // namespace
}  // namespace logwood
