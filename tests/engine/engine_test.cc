#include "engine/engine.h"

#include <algorithm>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "tests/crash/queue_runtime.h"
#include "tests/engine/engine_fixture.h"

namespace logwood {
namespace {

void AppendFile(Store& store, const std::string& name, Bytes contents) {
  const std::unique_ptr<logwood::AppendFile> file = store.Create(name, {}).value();
  file->Append(contents).Check();
  file->Sync().Check();
  file->Finish().Check();
}

TEST(Engine, GoesOnInTheNextEpochWhenSequencesRunOut) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  CollectionId id;
  {
    Engine::Parts parts = PartsFor(*store);
    parts.sequences_per_epoch = 10;
    const std::shared_ptr<Engine> engine = Engine::Open(std::move(parts), {}).value();
    id = engine->CreateCollection("c", {}).value().id;
    for (int i = 0; i < 35; ++i) {
      PutOne(*engine, id, std::to_string(i), "first").Check();
      if (i == 12) engine->Flush().Check();
    }
    PutOne(*engine, id, "0", "second").Check();
    EXPECT_EQ(engine->View().value().at.epoch(), 4u);
    engine->Close().Check();
  }
  const std::shared_ptr<Engine> engine = OpenEngine(*store);
  const ReadView view = engine->View().value();
  EXPECT_EQ(GetOne(view, id, "0"), "second");
  for (int i = 1; i < 35; ++i) EXPECT_EQ(GetOne(view, id, std::to_string(i)), "first") << i;
}

TEST(Engine, ABatchLargerThanWhatIsLeftOfAnEpochIsNotSplit) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Engine::Parts parts = PartsFor(*store);
  parts.sequences_per_epoch = 10;
  const std::shared_ptr<Engine> engine = Engine::Open(std::move(parts), {}).value();
  const CollectionId id = engine->CreateCollection("c", {}).value().id;
  for (int i = 0; i < 5; ++i) PutOne(*engine, id, std::to_string(i), "v").Check();
  BatchEncoder batch;
  for (int i = 0; i < 8; ++i) batch.Add(EntryType::kPut, id, std::to_string(i), "w");
  const Sequence last = engine->Commit({.batch = batch, .collections = std::span(&id, 1)}).value();
  EXPECT_EQ(last, Sequence::Of(2, 8));
}

TEST(Engine, StrangersAreReportedAndLeftAlone) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  AppendFile(*store, "notes.txt", "mine");
  AppendFile(*store, "000070.tree", "also mine, though it looks like a tree file of a database, which it is not");
  OpenEngine(*store)->Close().Check();
  const std::shared_ptr<Engine> engine = OpenEngine(*store);
  EXPECT_EQ(engine->Verify().value().strangers, (std::vector<std::string>{"000070.tree", "notes.txt"}));
  const CollectionId id = engine->CreateCollection("c", {}).value().id;
  for (int i = 0; i < 200; ++i) {
    PutOne(*engine, id, std::to_string(i), "v").Check();
    if (i % 2 == 0) engine->Flush().Check();
  }
  EXPECT_EQ(FilesEndingWith(*store, "000070.tree").size(), 1u);
  EXPECT_EQ(FilesEndingWith(*store, "notes.txt").size(), 1u);
}

TEST(Engine, ALogOfALaterEpochThanTheManifestIsCorruptionNotALeftover) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  OpenEngine(*store)->Close().Check();
  const std::string old_name = FilesEndingWith(*store, ".manifest").front();
  const std::unique_ptr<ReadableFile> old_file = store->Open(old_name).value();
  std::string old_bytes(old_file->size(), '\0');
  ASSERT_EQ(old_file->Read(0, std::as_writable_bytes(std::span(old_bytes))).value(), old_bytes.size());

  OpenEngine(*store)->Close().Check();
  store->Remove(FilesEndingWith(*store, ".manifest").front()).Check();
  AppendFile(*store, old_name, old_bytes);
  const Status status = Engine::Open(PartsFor(*store), {}).status();
  EXPECT_EQ(status.code(), StatusCode::kCorruption);
  EXPECT_NE(status.message().find("is of epoch 2"), std::string_view::npos) << status;
}

TEST(Engine, OldManifestsAndLogsOfManyOpensDoNotPileUp) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  CollectionId id;
  for (int i = 0; i < 40; ++i) {
    const std::shared_ptr<Engine> engine = OpenEngine(*store);
    if (i == 0) id = engine->CreateCollection("c", {}).value().id;
    PutOne(*engine, id, std::to_string(i), "v").Check();
    engine->Close().Check();
  }
  EXPECT_EQ(FilesEndingWith(*store, ".manifest").size(), 1u);
  EXPECT_LE(FilesEndingWith(*store, ".log").size(), 18u);
  const std::shared_ptr<Engine> engine = OpenEngine(*store, {.mode = OpenMode::kReadOnly});
  for (int i = 0; i < 40; ++i) EXPECT_EQ(GetOne(engine->View().value(), id, std::to_string(i)), "v") << i;
}

// Jobs run only where somebody waits for them, so that a generation which was sealed by the open is flushed by Close().
TEST(Engine, LogsDoNotPileUpThatAreReplayedIntoSeveralGenerations) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  testing::QueueRuntime runtime(1);
  CollectionId id;
  size_t logs_max = 0;
  for (int i = 0; i < 60; ++i) {
    Engine::Parts parts{.store = *store, .runtime = runtime, .owned_store = nullptr, .kinds = {}, .stay_policy = {}};
    parts.kinds.Register(CollectionKind::kLsm, NewLsmKind());
    parts.replay = {.generation_bytes = 600, .chunk_bytes = 200, .waiting_bytes_max = 400};
    const std::shared_ptr<Engine> engine = Engine::Open(std::move(parts), {}).value();
    if (i == 0) id = engine->CreateCollection("c", {}).value().id;
    PutOne(*engine, id, std::to_string(i), std::string(200, 'v')).Check();
    engine->Close().Check();
    logs_max = std::max(logs_max, FilesEndingWith(*store, ".log").size());
  }
  EXPECT_GE(logs_max, 10u) << "nothing was left to the next process";
  EXPECT_LE(logs_max, 20u);
}

TEST(Engine, ReadOnlyOpensShareAndWriteNothing) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    const std::shared_ptr<Engine> engine = OpenEngine(*store);
    const CollectionId id = engine->CreateCollection("c", {}).value().id;
    PutOne(*engine, id, "k", "v").Check();
  }
  const std::vector<std::string> before = FilesEndingWith(*store, "");
  const std::shared_ptr<Engine> one = OpenEngine(*store, {.mode = OpenMode::kReadOnly});
  const std::shared_ptr<Engine> two = OpenEngine(*store, {.mode = OpenMode::kReadOnly});
  EXPECT_EQ(GetOne(one->View().value(), CollectionId(1), "k"), "v");
  EXPECT_EQ(PutOne(*two, CollectionId(1), "k", "w").code(), StatusCode::kReadOnly);
  EXPECT_EQ(two->Flush().code(), StatusCode::kReadOnly);
  EXPECT_EQ(Engine::Open(PartsFor(*store), {}).status().code(), StatusCode::kBusy);
  EXPECT_EQ(FilesEndingWith(*store, ""), before);
}

}  // namespace
}  // namespace logwood
