#include "manifest/manifest_state.h"

#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/manifest/toy_kind.h"

namespace logwood {
namespace {

// Two collections, "a" with file 2 and "b" with files 2 and 3, the second a log that lives on.
ManifestState SmallState() {
  ManifestState state;
  state.epoch = 3;
  state.file_numbers_reserved = FileNumber(10);
  state.next_collection = CollectionId(3);
  state.flushed = Sequence::Of(3, 17);
  state.first_log = FileNumber(4);
  state.log_ends = {{FileNumber(4), FileId(44), 400}, {FileNumber(5), FileId(55), 500}};
  state.files[FileNumber(2)] = {FileType::kTree, FileId(22), 100, 60};
  state.files[FileNumber(3)] = {FileType::kLog, FileId(33), 1000, 900};
  state.collections[CollectionId(1)] = {"a", CollectionKind::kLsm, "\x02"};
  state.collections[CollectionId(2)] = {"b", CollectionKind::kLsm, "\x02\x03"};
  return state;
}

TEST(ManifestState, AnEditChangesWhatItNamesAndNothingElse) {
  const KindRegistry kinds = testing::ToyKinds();
  ManifestState state = SmallState();
  ManifestEdit edit;
  edit.epoch = 4;
  edit.file_numbers_reserved = FileNumber(20);
  edit.next_collection = CollectionId(4);
  edit.flushed = Sequence::Of(3, 20);
  edit.first_log = FileNumber(5);
  edit.files_added = {{FileNumber(7), FileType::kTree, FileId(77), 500}};
  edit.files_dropped = {FileNumber(3)};
  edit.live_bytes = {{FileNumber(7), 500}, {FileNumber(3), -900}, {FileNumber(2), 40}};
  edit.collections_created = {{CollectionId(3), "c", CollectionKind::kLsm, "\x07"}};
  edit.collections_edited = {{CollectionId(2), "-\x03"}};
  ASSERT_EQ(state.Apply(edit, kinds), Status::Ok());

  ManifestState expected = SmallState();
  expected.epoch = 4;
  expected.file_numbers_reserved = FileNumber(20);
  expected.next_collection = CollectionId(4);
  expected.flushed = Sequence::Of(3, 20);
  expected.first_log = FileNumber(5);
  expected.log_ends = {{FileNumber(5), FileId(55), 500}};
  expected.files.erase(FileNumber(3));
  expected.files[FileNumber(2)].live_bytes = 100;
  expected.files[FileNumber(7)] = {FileType::kTree, FileId(77), 500, 500};
  expected.collections[CollectionId(2)].state = "\x02";
  expected.collections[CollectionId(3)] = {"c", CollectionKind::kLsm, "\x07"};
  EXPECT_EQ(state, expected);
}

TEST(ManifestState, AnEditThatSaysNothingChangesNothing) {
  ManifestState state = SmallState();
  ASSERT_EQ(state.Apply({}, testing::ToyKinds()), Status::Ok());
  EXPECT_EQ(state, SmallState());
}

TEST(ManifestState, OneEditMakesItAgain) {
  ManifestState state;
  ASSERT_EQ(state.Apply(SmallState().ToEdit(), testing::ToyKinds()), Status::Ok());
  EXPECT_EQ(state, SmallState());
  ManifestState empty;
  ASSERT_EQ(empty.Apply(ManifestState().ToEdit(), testing::ToyKinds()), Status::Ok());
  EXPECT_EQ(empty, ManifestState());
}

TEST(ManifestState, ADroppedCollectionFreesItsNameInTheSameEdit) {
  ManifestState state = SmallState();
  ManifestEdit edit;
  edit.next_collection = CollectionId(4);
  edit.collections_dropped = {CollectionId(1)};
  edit.collections_created = {{CollectionId(3), "a", CollectionKind::kLsm, ""}};
  ASSERT_EQ(state.Apply(edit, testing::ToyKinds()), Status::Ok());
  EXPECT_EQ(state.collections.count(CollectionId(1)), 0u);
  EXPECT_EQ(state.collections[CollectionId(3)].name, "a");
}

TEST(ManifestState, ChangesOfOneFileCountTogether) {
  ManifestState state = SmallState();
  ManifestEdit edit;
  edit.live_bytes = {{FileNumber(2), -61}, {FileNumber(2), 101}, {FileNumber(2), -60}};
  ASSERT_EQ(state.Apply(edit, testing::ToyKinds()), Status::Ok());
  EXPECT_EQ(state.files[FileNumber(2)].live_bytes, 40u);
}

TEST(ManifestState, AnEmptyListOfLogEndsForgetsThem) {
  ManifestState state = SmallState();
  ManifestEdit edit;
  edit.log_ends.emplace();
  ASSERT_EQ(state.Apply(edit, testing::ToyKinds()), Status::Ok());
  EXPECT_TRUE(state.log_ends.empty());
}

struct Refusal {
  std::string_view what;
  std::function<void(ManifestEdit&)> fill;
  std::string_view message;
  StatusCode code = StatusCode::kCorruption;
};

void ExpectRefused(const Refusal& refusal) {
  SCOPED_TRACE(refusal.what);
  ManifestEdit edit;
  refusal.fill(edit);
  ManifestState state = SmallState();
  const Status status = state.Apply(edit, testing::ToyKinds());
  EXPECT_EQ(status.code(), refusal.code) << status;
  EXPECT_NE(status.message().find(refusal.message), std::string_view::npos) << status;
  EXPECT_EQ(state, SmallState());
}

TEST(ManifestState, NumbersThatFallAreRefused) {
  const Refusal refusals[] = {
      {"an epoch that falls", [](ManifestEdit& e) { e.epoch = 2; }, "epoch 2 follows epoch 3"},
      {"an epoch that stays", [](ManifestEdit& e) { e.epoch = 3; }, "epoch 3 follows epoch 3"},
      {"an epoch beyond 24 bits", [](ManifestEdit& e) { e.epoch = 1 << 24; }, "the largest is 16777215"},
      {"file numbers", [](ManifestEdit& e) { e.file_numbers_reserved = FileNumber(9); },
       "the first free file number falls from 10 to 9"},
      {"collection ids", [](ManifestEdit& e) { e.next_collection = CollectionId(2); },
       "the next collection falls from 3 to 2"},
      {"the flushed sequence", [](ManifestEdit& e) { e.flushed = Sequence::Of(3, 16); }, "the last flushed sequence"},
      {"the first log", [](ManifestEdit& e) { e.first_log = FileNumber(3); }, "the first log falls from 4 to 3"},
      {"logs in disorder",
       [](ManifestEdit& e) {
         e.log_ends = {{FileNumber(6), FileId(), 88}, {FileNumber(5), FileId(), 88}};
       },
       "log file 5 is listed behind log file 6"},
      {"a log twice",
       [](ManifestEdit& e) {
         e.log_ends = {{FileNumber(6), FileId(), 88}, {FileNumber(6), FileId(), 88}};
       },
       "log file 6 is listed behind log file 6"},
      {"log 0", [](ManifestEdit& e) { e.log_ends = {{FileNumber(0), FileId(), 88}}; }, "log file 0"},
  };
  for (const Refusal& refusal : refusals) ExpectRefused(refusal);
}

TEST(ManifestState, FilesThatDoNotFitAreRefused) {
  const auto add = [](ManifestEdit& edit, uint64_t number) {
    edit.files_added.push_back({FileNumber(number), FileType::kTree, FileId(1), 10});
  };
  const Refusal refusals[] = {
      {"added though there", [&](ManifestEdit& e) { add(e, 2); }, "file 2 is added, but it is there already"},
      {"added twice",
       [&](ManifestEdit& e) {
         add(e, 7);
         add(e, 7);
       },
       "file 7 is added, but it is there already"},
      {"dropped and added again",
       [&](ManifestEdit& e) {
         e.files_dropped = {FileNumber(2)};
         add(e, 2);
       },
       "file 2 is added"},
      {"number 0", [&](ManifestEdit& e) { add(e, 0); }, "file 0 is added with a number that is not reserved"},
      {"not reserved", [&](ManifestEdit& e) { add(e, 10); }, "those are below 10"},
      {"a manifest",
       [](ManifestEdit& e) {
         e.files_added = {{FileNumber(7), FileType::kManifest, FileId(1), 10}};
       },
       "file 7 is added with type 1"},
      {"no known type",
       [](ManifestEdit& e) {
         e.files_added = {{FileNumber(7), static_cast<FileType>(9), FileId(1), 10}};
       },
       "file 7 is added with type 9"},
      {"a length of 64 bits",
       [](ManifestEdit& e) {
         e.files_added = {{FileNumber(7), FileType::kTree, FileId(1), uint64_t{1} << 63}};
       },
       "a length of 9223372036854775808 bytes"},
      {"added, referred to by nobody", [&](ManifestEdit& e) { add(e, 7); },
       "file 7 stays, but no collection refers to it"},
      {"dropped unknown", [](ManifestEdit& e) { e.files_dropped = {FileNumber(7)}; },
       "file 7 is dropped, but it is not there"},
      {"dropped twice",
       [](ManifestEdit& e) {
         e.files_dropped = {FileNumber(3), FileNumber(3)};
         e.collections_edited = {{CollectionId(2), "-\x03"}};
       },
       "file 3 is dropped, but it is not there"},
      {"dropped, still referred to", [](ManifestEdit& e) { e.files_dropped = {FileNumber(3)}; },
       "collection 2 \"b\" refers to file 3, which is not there"},
      {"a log referred to by nobody any more",
       [](ManifestEdit& e) {
         e.collections_edited = {{CollectionId(2), "-\x03"}};
       },
       "file 3 stays, but no collection refers to it"},
  };
  for (const Refusal& refusal : refusals) ExpectRefused(refusal);
}

TEST(ManifestState, LiveBytesOutOfBoundsAreRefused) {
  constexpr int64_t kMin = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const auto change = [](int64_t a, int64_t b) {
    return [a, b](ManifestEdit& edit) { edit.live_bytes = {{FileNumber(2), a}, {FileNumber(2), b}}; };
  };
  const Refusal refusals[] = {
      {"below zero", change(-61, 0), "file 2 has 60 live bytes of 100: a change by -61 does not fit"},
      {"above the length", change(41, 0), "a change by 41 does not fit"},
      {"far below", change(kMin, 0), "a change by -9223372036854775808 does not fit"},
      {"far above", change(kMax, 0), "does not fit"},
      {"a sum below 63 bits", change(kMin, -1), "whose sum is beyond 63 bits"},
      {"a sum above 63 bits", change(kMax, 1), "whose sum is beyond 63 bits"},
      {"of no file",
       [](ManifestEdit& e) {
         e.live_bytes = {{FileNumber(7), 1}};
       },
       "live bytes of file 7, which is not there"},
  };
  for (const Refusal& refusal : refusals) ExpectRefused(refusal);
}

TEST(ManifestState, CollectionsThatDoNotFitAreRefused) {
  const auto create = [](ManifestEdit& edit, uint32_t id, const std::string& name) {
    edit.next_collection = CollectionId(5);
    edit.collections_created.push_back({CollectionId(id), name, CollectionKind::kLsm, ""});
  };
  const Refusal refusals[] = {
      {"a name that is taken", [&](ManifestEdit& e) { create(e, 3, "b"); },
       "collection 3 is created with the name of collection 2 \"b\""},
      {"a name taken in the same edit",
       [&](ManifestEdit& e) {
         create(e, 3, "c");
         create(e, 4, "c");
       },
       "created with the name of collection 3"},
      {"an id twice",
       [&](ManifestEdit& e) {
         create(e, 3, "c");
         create(e, 3, "d");
       },
       "collection 3 is created twice"},
      {"an id used before", [&](ManifestEdit& e) { create(e, 2, "c"); }, "from 3 to below 5"},
      {"an id not taken", [&](ManifestEdit& e) { create(e, 5, "c"); }, "from 3 to below 5"},
      {"no name", [&](ManifestEdit& e) { create(e, 3, ""); }, "a name of 0 bytes"},
      {"a long name", [&](ManifestEdit& e) { create(e, 3, std::string(256, 'n')); }, "a name of 256 bytes"},
      {"dropped unknown", [](ManifestEdit& e) { e.collections_dropped = {CollectionId(3)}; },
       "collection 3 is dropped, but it is not there"},
      {"edited unknown",
       [](ManifestEdit& e) {
         e.collections_edited = {{CollectionId(3), "+\x02"}};
       },
       "collection 3 is edited, but it is not there"},
      {"edited though dropped",
       [](ManifestEdit& e) {
         e.collections_dropped = {CollectionId(1)};
         e.collections_edited = {{CollectionId(1), "-\x02"}};
       },
       "collection 1 is edited, but it is not there"},
      {"edited twice",
       [](ManifestEdit& e) {
         e.collections_edited = {{CollectionId(1), "-\x02"}, {CollectionId(1), "+\x02"}};
       },
       "collection 1 is edited twice"},
      {"an edit that its kind refuses",
       [](ManifestEdit& e) {
         e.collections_edited = {{CollectionId(1), "-\x09"}};
       },
       "collection 1 \"a\": toy edit does not fit"},
      {"a state that its kind refuses",
       [](ManifestEdit& e) {
         e.next_collection = CollectionId(4);
         e.collections_created = {{CollectionId(3), "c", CollectionKind::kLsm, std::string(1, '\0')}};
       },
       "collection 3 \"c\": toy state refers to file 0"},
      {"a kind that is not there",
       [](ManifestEdit& e) {
         e.next_collection = CollectionId(4);
         e.collections_created = {{CollectionId(3), "c", CollectionKind::kList, ""}};
       },
       "collection 3 \"c\" is of kind 3, which this version does not have", StatusCode::kUnsupported},
  };
  for (const Refusal& refusal : refusals) ExpectRefused(refusal);
}

}  // namespace
}  // namespace logwood
