#include "manifest/manifest.h"

#include <gtest/gtest.h>

#include "log/log_reader.h"
#include "logwood/testing/fault_store.h"
#include "tests/manifest/manifest_fixture.h"

namespace logwood {
namespace {

using testing::CollectionEdit;
using testing::EpochEdit;
using testing::IdentityOf;
using testing::LargeEdit;
using testing::NewState;

class ManifestTest : public ::testing::Test {
 protected:
  std::unique_ptr<Manifest> Create(uint64_t number) {
    return Manifest::Create(*store_, IdentityOf(number), NewState(), kinds_).value();
  }
  Manifest::Loaded Load() {
    std::vector<FileNumber> unfinished;
    return Manifest::Load(*store_, kinds_, &unfinished).value();
  }
  // Type, sequence, mark and end of each record: "edit 1 mark 0 end".
  std::string Records(uint64_t number) {
    const auto reader = LogReader::Open(*store_, FileNumber(number), FileType::kManifest).value();
    std::string text;
    while (const auto record = reader->Next().value()) {
      text += record->type == LogRecordType::kMark ? "mark " : "edit ";
      text += std::to_string(record->sequence.value()) + " mark " + std::to_string(record->durable_mark.value());
      text += record->end ? " end\n" : "\n";
    }
    return text;
  }

  const KindRegistry kinds_ = testing::ToyKinds();
  std::unique_ptr<Store> store_ = NewMemoryStore();
};

TEST_F(ManifestTest, WhatWasCreatedIsLoaded) {
  const auto manifest = Create(1);
  EXPECT_EQ(manifest->number(), FileNumber(1));
  EXPECT_EQ(manifest->database(), testing::kDatabase);
  const Manifest::Loaded loaded = Load();
  EXPECT_EQ(loaded.state, NewState());
  EXPECT_EQ(loaded.database, testing::kDatabase);
  EXPECT_EQ(loaded.header.file.id, IdentityOf(1).id);
  EXPECT_EQ(loaded.header.predecessor, FileNumber());
  EXPECT_EQ(loaded.good_end, testing::ReadAll(*store_, testing::ManifestName(1)).size());
  EXPECT_TRUE(loaded.leftovers.empty());
}

TEST_F(ManifestTest, EachRecordBearsTheMarkOfAllBeforeIt) {
  const auto manifest = Create(1);
  ASSERT_EQ(manifest->Append(CollectionEdit(1)), Status::Ok());
  ASSERT_EQ(manifest->Append(LargeEdit(2, 140)), Status::Ok());
  ASSERT_EQ(manifest->Append(CollectionEdit(142)), Status::Ok());
  EXPECT_EQ(Records(1),
            "edit 1 mark 0 end\n"
            "mark 2 mark 1 end\n"
            "edit 2 mark 1 end\n"
            "edit 3 mark 2\n"
            "edit 4 mark 2\n"
            "edit 5 mark 2 end\n"
            "edit 6 mark 5 end\n");
  EXPECT_EQ(Load().state, manifest->state());
  EXPECT_EQ(manifest->state().collections.size(), 142u);
}

TEST_F(ManifestTest, ARefusedEditWritesNothing) {
  const auto manifest = Create(1);
  const std::string before = testing::ReadAll(*store_, testing::ManifestName(1));
  ManifestEdit edit;
  edit.files_dropped = {FileNumber(7)};
  EXPECT_EQ(manifest->Append(edit).code(), StatusCode::kCorruption);
  EXPECT_EQ(manifest->state(), NewState());
  EXPECT_EQ(testing::ReadAll(*store_, testing::ManifestName(1)), before);
  EXPECT_EQ(manifest->Append(CollectionEdit(1)), Status::Ok());
}

TEST_F(ManifestTest, AStateThatDoesNotFitIsNotCreated) {
  ManifestState state = NewState();
  state.files[FileNumber(7)] = {};
  const auto manifest = Manifest::Create(*store_, IdentityOf(1), state, kinds_);
  EXPECT_EQ(manifest.status().code(), StatusCode::kCorruption);
  EXPECT_TRUE(store_->List().value().empty());
}

TEST_F(ManifestTest, TheNextOpenGoesOnInAFileThatNamesTheLast) {
  ASSERT_EQ(Create(1)->Append(CollectionEdit(1)), Status::Ok());
  const Manifest::Loaded loaded = Load();
  const auto manifest = Manifest::Continue(*store_, loaded, IdentityOf(5), EpochEdit(2), kinds_).value();
  EXPECT_EQ(manifest->state().epoch, 2u);
  const Manifest::Loaded next = Load();
  EXPECT_EQ(next.state, manifest->state());
  EXPECT_EQ(next.state.collections.size(), 1u);
  EXPECT_EQ(next.header.file.number, FileNumber(5));
  EXPECT_EQ(next.header.predecessor, FileNumber(1));
  EXPECT_EQ(next.header.predecessor_id, IdentityOf(1).id);
  EXPECT_EQ(next.header.predecessor_end, loaded.good_end);
  EXPECT_EQ(next.leftovers, std::vector{FileNumber(1)});
  EXPECT_EQ(Records(5), "edit 1 mark 0 end\nmark 2 mark 1 end\n");
}

TEST_F(ManifestTest, GoesOnOnlyInALaterFileOfTheSameDatabase) {
  Create(4);
  const Manifest::Loaded loaded = Load();
  const auto older = Manifest::Continue(*store_, loaded, IdentityOf(3), EpochEdit(2), kinds_);
  EXPECT_EQ(older.status(),
            Status::InvalidArgument("manifest file 4 can't be followed by number 3: the newest manifest has the "
                                    "largest number"));
  const auto foreign = Manifest::Continue(*store_, loaded, IdentityOf(5, DatabaseId(1)), EpochEdit(2), kinds_);
  EXPECT_EQ(foreign.status().code(), StatusCode::kInvalidArgument);
  const auto unfit = Manifest::Continue(*store_, loaded, IdentityOf(5), EpochEdit(1), kinds_);
  EXPECT_EQ(unfit.status().code(), StatusCode::kCorruption);
  EXPECT_EQ(store_->List().value().size(), 1u);
}

TEST_F(ManifestTest, WantsARolloverWhereItHasGrownFarBeyondItsState) {
  const auto manifest = Create(1);
  uint32_t epoch = 1;
  while (!manifest->WantsRollover()) ASSERT_EQ(manifest->Append(EpochEdit(++epoch)), Status::Ok());
  const size_t size = testing::ReadAll(*store_, testing::ManifestName(1)).size();
  EXPECT_GT(size, 64u * 1024);
  EXPECT_LT(size, 65u * 1024);
  ASSERT_EQ(manifest->Rollover(FileNumber(2), FileId(22)), Status::Ok());
  EXPECT_FALSE(manifest->WantsRollover());
}

TEST_F(ManifestTest, WantsNoRolloverWhereItsStateIsLarge) {
  const auto manifest = Create(1);
  ASSERT_EQ(manifest->Append(LargeEdit(1, 1000)), Status::Ok());
  EXPECT_FALSE(manifest->WantsRollover());
}

TEST_F(ManifestTest, ARolloverKeepsTheStateAndGoesOn) {
  const auto manifest = Create(1);
  ASSERT_EQ(manifest->Append(CollectionEdit(1)), Status::Ok());
  const uint64_t end = Load().good_end;
  ASSERT_EQ(manifest->Rollover(FileNumber(2), FileId(22)), Status::Ok());
  EXPECT_EQ(manifest->number(), FileNumber(2));
  EXPECT_EQ(Load().header.predecessor, FileNumber(1));
  EXPECT_EQ(Load().header.predecessor_end, end);
  ASSERT_EQ(manifest->Append(CollectionEdit(2)), Status::Ok());
  const Manifest::Loaded loaded = Load();
  EXPECT_EQ(loaded.state, manifest->state());
  EXPECT_EQ(loaded.state.collections.size(), 2u);
  EXPECT_EQ(loaded.leftovers, std::vector{FileNumber(1)});
}

TEST_F(ManifestTest, AnErrorStaysTheAnswerToEveryLaterAppend) {
  testing::FaultStore faults(*store_);
  const auto manifest = Manifest::Create(faults, IdentityOf(1), NewState(), kinds_).value();
  faults.FailAt(faults.calls({testing::StoreCallKind::kSync}) + 1,
                {.status = Status::NoSpace("full"), .kinds = {testing::StoreCallKind::kSync}});
  const Status failed = manifest->Append(CollectionEdit(1));
  EXPECT_EQ(failed.code(), StatusCode::kNoSpace);
  EXPECT_EQ(failed.outcome(), Outcome::kUnknown);
  EXPECT_EQ(manifest->state(), NewState());
  EXPECT_EQ(manifest->Append(CollectionEdit(1)), failed);
  EXPECT_EQ(manifest->Rollover(FileNumber(2), FileId(2)), failed);
}

TEST_F(ManifestTest, ASuccessorThatFailsChangesNothing) {
  testing::FaultStore faults(*store_);
  const auto manifest = Manifest::Create(faults, IdentityOf(1), NewState(), kinds_).value();
  for (uint64_t call = 1;; ++call) {
    const FileNumber number(call + 1);
    faults.FailAt(faults.calls() + call, {.status = Status::NoSpace("full"), .kinds = {}});
    const auto next = manifest->Successor(number, FileId(call + 1), CollectionEdit(1));
    faults.Heal();
    if (next.ok()) {
      EXPECT_GT(call, 4u);
      EXPECT_EQ((*next)->state().collections.size(), 1u);
      EXPECT_GT((*next)->bytes_written(), manifest->bytes_written());
      EXPECT_EQ(Load().state, (*next)->state());
      break;
    }
    EXPECT_EQ(next.status().code(), StatusCode::kNoSpace);
    EXPECT_EQ(manifest->state(), NewState());
    EXPECT_EQ(manifest->number(), FileNumber(1));
  }
}

TEST_F(ManifestTest, ARolloverThatCouldNotBeginMayBeTriedAgain) {
  testing::FaultStore faults(*store_);
  const auto manifest = Manifest::Create(faults, IdentityOf(1), NewState(), kinds_).value();
  faults.FailAt(1 + faults.calls({testing::StoreCallKind::kCreate}), {.kinds = {testing::StoreCallKind::kCreate}});
  EXPECT_EQ(manifest->Rollover(FileNumber(2), FileId(2)).code(), StatusCode::kIo);
  EXPECT_EQ(manifest->Append(CollectionEdit(1)), Status::Ok());
  EXPECT_EQ(manifest->Rollover(FileNumber(3), FileId(3)), Status::Ok());
  EXPECT_EQ(Load().state, manifest->state());
}

}  // namespace
}  // namespace logwood
