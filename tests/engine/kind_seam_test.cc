#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "cursor/merging_cursor.h"
#include "kind/kind.h"
#include "tests/engine/engine_fixture.h"

// What kinds that leave values in the log need of the engine (I15, I16), shown by two that do nothing else.

namespace logwood {
namespace {

constexpr size_t kValueSize = 64 * 1024;
constexpr int kValuesEach = 100;  // 6.25 MiB for each of three collections: a third of the log.

std::string KeyOf(int i) { return "key" + std::to_string(1000 + i); }

// A value that tells whose it is.
std::string ValueOf(CollectionId collection, int i) {
  std::string value(kValueSize, static_cast<char>('a' + i % 26));
  return value.replace(0, 8, std::to_string(collection.value()) + ":" + std::to_string(100 + i));
}

class KindSeam : public ::testing::Test {
 protected:
  void Open() {
    engine_ = OpenEngine(*store_);
    if (!engine_->collections().value().empty()) return;
    first_ = engine_->CreateCollection("first", {.kind = kFirstLinking}).value().id;
    second_ = engine_->CreateCollection("second", {.kind = kSecondLinking}).value().id;
    plain_ = engine_->CreateCollection("plain", {}).value().id;
  }

  void Write(CollectionId collection) {
    for (int i = 0; i < kValuesEach; ++i) PutOne(*engine_, collection, KeyOf(i), ValueOf(collection, i)).Check();
  }

  void ExpectAllThere(CollectionId collection) {
    const ReadView view = engine_->View().value();
    for (int i = 0; i < kValuesEach; ++i) ASSERT_EQ(GetOne(view, collection, KeyOf(i)), ValueOf(collection, i)) << i;
  }

  size_t LogFiles() { return FilesEndingWith(*store_, ".log").size(); }

  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::shared_ptr<Engine> engine_;
  CollectionId first_;
  CollectionId second_;
  CollectionId plain_;
};

TEST_F(KindSeam, TwoKindsTogetherKeepALogOfWhichEachRefersToAThird) {
  Open();
  for (const CollectionId collection : {first_, second_, plain_}) Write(collection);
  engine_->Flush().Check();
  EXPECT_EQ(LogFiles(), 2u) << "the active log, and the one that stays as data";
  for (const CollectionId collection : {first_, second_, plain_}) ExpectAllThere(collection);
  EXPECT_TRUE(engine_->Verify().value().damages.empty());

  engine_->Close().Check();
  Open();
  for (const CollectionId collection : {first_, second_, plain_}) ExpectAllThere(collection);
  EXPECT_TRUE(engine_->Verify().value().strangers.empty());
}

TEST_F(KindSeam, ALogToWhichOneKindAloneRefersIsMoved) {
  Open();
  for (const CollectionId collection : {first_, plain_}) Write(collection);
  Write(plain_);
  engine_->Flush().Check();
  ExpectAllThere(first_);
  engine_->Close().Check();  // Ends the removal of files, which goes on in the background.
  EXPECT_EQ(LogFiles(), 1u);
}

TEST_F(KindSeam, AKeptLogGoesWhenNothingRefersToItAndNobodyHoldsIt) {
  Open();
  Write(first_);
  Write(second_);
  engine_->Flush().Check();
  ASSERT_EQ(LogFiles(), 2u);
  std::optional<ReadView> view = engine_->View().value();
  engine_->Compact(first_).Check();
  EXPECT_EQ(LogFiles(), 2u) << "the second kind refers to it";
  engine_->Compact(second_).Check();
  EXPECT_EQ(LogFiles(), 2u) << "a view holds it";
  EXPECT_EQ(GetOne(*view, first_, KeyOf(7)), ValueOf(first_, 7));
  view.reset();
  engine_->Close().Check();
  EXPECT_EQ(LogFiles(), 1u);
}

TEST_F(KindSeam, DroppingTheCollectionsFreesTheLog) {
  Open();
  Write(first_);
  Write(second_);
  engine_->Flush().Check();
  engine_->DropCollection(first_).Check();
  engine_->DropCollection(second_).Check();
  engine_->Close().Check();
  EXPECT_EQ(LogFiles(), 1u);
}

TEST_F(KindSeam, WhatWasReplayedIsMoved) {
  Open();
  Write(first_);
  Write(second_);
  engine_->Close().Check();
  Open();
  engine_->Flush().Check();
  ExpectAllThere(first_);
  ExpectAllThere(second_);
  engine_->Close().Check();
  EXPECT_EQ(LogFiles(), 1u);
}

TEST_F(KindSeam, OverwrittenLinksCountAsDead) {
  Open();
  Write(first_);
  Write(second_);
  engine_->Flush().Check();
  PutOne(*engine_, first_, KeyOf(3), "short").Check();
  engine_->Flush().Check();
  EXPECT_EQ(GetOne(engine_->View().value(), first_, KeyOf(3)), "short");
  EXPECT_TRUE(engine_->Verify().value().damages.empty()) << engine_->Verify().value().damages.front();
}

TEST_F(KindSeam, AKindThatTakesNoIngestedEntriesSaysSoAndNothingIsIngested) {
  Open();
  PutOne(*engine_, plain_, "k", "v").Check();
  const ReadView view = engine_->View().value();
  std::vector<IngestPart> parts;
  parts.push_back({.collection = first_, .entries = NewMergingCursor(std::vector<MergingSource>())});
  parts.push_back({.collection = first_, .entries = view.NewCursor(plain_, {}).value()});
  const Status status = engine_->Ingest(std::move(parts));
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_EQ(GetOne(engine_->View().value(), first_, "k"), "absent");
  EXPECT_TRUE(PutOne(*engine_, first_, "k", "v").ok());
}

}  // namespace
}  // namespace logwood
