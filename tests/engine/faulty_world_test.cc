#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <string>
#include <utility>
#include <vector>

#include "log/log_chain.h"
#include "logwood/testing/simulated_store.h"
#include "manifest/manifest.h"
#include "tests/engine/engine_fixture.h"
#include "tests/engine/wrapped_store.h"

// Stores that do what none should, and limits that nobody reaches.

namespace logwood {
namespace {

using testing::CrashChoice;
using testing::SimulatedStore;

// Lists files that are not there.
class StaleListStore final : public WrappedStore {
 public:
  StaleListStore(Store& inner, std::string gone) : WrappedStore(inner), gone_(std::move(gone)) {}
  Result<std::vector<std::string>> List() override {
    Result<std::vector<std::string>> names = WrappedStore::List();
    if (names.ok()) names->push_back(gone_);
    return names;
  }

 private:
  std::string gone_;
};

TEST(FaultyWorld, AFileThatIsListedAndGoneDoesNotHideTheDatabase) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const CollectionId id = OpenEngine(*store)->CreateCollection("c", {}).value().id;
  for (const std::string name : {"000900.tree", "000900.log"}) {
    StaleListStore stale(*store, name);
    const std::shared_ptr<Engine> engine = OpenEngine(stale);
    EXPECT_EQ(engine->collections().value().size(), 1u);
    EXPECT_EQ(PutOne(*engine, id, "k", "v"), Status::Ok());
  }
}

TEST(FaultyWorld, AManifestThatIsListedAndGoneIsAnErrorNotAFreshStart) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  OpenEngine(*store)->Close().Check();
  const std::vector<std::string> before = FilesEndingWith(*store, "");
  StaleListStore stale(*store, "000900.manifest");
  EXPECT_EQ(Engine::Open(PartsFor(stale), {}).status().code(), StatusCode::kIo);
  EXPECT_EQ(FilesEndingWith(*store, ""), before);
}

// A device whose failed syncs leave pages that look clean: appends to logs can be made to fail their sync, and a sync
// of what an earlier process wrote does nothing.
class ForgetfulStore final : public WrappedStore {
 public:
  using WrappedStore::WrappedStore;

  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    Result<std::unique_ptr<AppendFile>> file = WrappedStore::Create(name, options);
    if (!file.ok()) return file;
    return std::unique_ptr<AppendFile>(std::make_unique<Appender>(*this, *std::move(file)));
  }
  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override {
    Result<std::unique_ptr<ReadableFile>> file = WrappedStore::Open(name);
    if (!file.ok()) return file;
    return std::unique_ptr<ReadableFile>(std::make_unique<Reader>(*std::move(file)));
  }

  bool syncs_fail = false;

 private:
  class Appender final : public AppendFile {
   public:
    Appender(ForgetfulStore& store, std::unique_ptr<AppendFile> file) : store_(store), file_(std::move(file)) {}
    Status Append(Bytes data) override { return file_->Append(data); }
    Status Sync() override { return store_.syncs_fail ? Status::Io("sync") : file_->Sync(); }
    Status Finish() override { return file_->Finish(); }
    [[nodiscard]] uint64_t size() const override { return file_->size(); }

   private:
    ForgetfulStore& store_;
    std::unique_ptr<AppendFile> file_;
  };
  class Reader final : public ReadableFile {
   public:
    explicit Reader(std::unique_ptr<ReadableFile> file) : file_(std::move(file)) {}
    [[nodiscard]] Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
      return file_->Read(offset, into);
    }
    [[nodiscard]] uint64_t size() const override { return file_->size(); }
    Status Sync() override { return Status::Ok(); }

   private:
    std::unique_ptr<ReadableFile> file_;
  };
};

TEST(FaultyWorld, WhatAFailedSyncLeftIsNotTrustedByTheNextProcess) {
  SimulatedStore device(Runtime::Default());
  CollectionId id;
  {
    ForgetfulStore store(device);
    const std::shared_ptr<Engine> engine = OpenEngine(store);
    id = engine->CreateCollection("c", {}).value().id;
    PutOne(*engine, id, "synced", "1", Sync::kYes).Check();
    store.syncs_fail = true;
    EXPECT_EQ(PutOne(*engine, id, "unknown", "2", Sync::kYes).outcome(), Outcome::kUnknown);
  }
  ForgetfulStore store(device);
  const std::shared_ptr<Engine> engine = OpenEngine(store);
  PutOne(*engine, id, "acknowledged", "3", Sync::kYes).Check();
  const std::unique_ptr<SimulatedStore> crashed = device.Crash(CrashChoice::Nothing());

  const std::shared_ptr<Engine> recovered = OpenEngine(*crashed);
  const ReadView view = recovered->View().value();
  EXPECT_EQ(GetOne(view, id, "synced"), "1");
  EXPECT_EQ(GetOne(view, id, "acknowledged"), "3");
}

TEST(FaultyWorld, LogsThatWereClosedAreNotWrittenAnew) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    const std::shared_ptr<Engine> engine = OpenEngine(*store);
    PutOne(*engine, engine->CreateCollection("c", {}).value().id, "k", "v").Check();
  }
  const std::vector<std::string> logs = FilesEndingWith(*store, ".log");
  OpenEngine(*store)->Close().Check();
  EXPECT_EQ(FilesEndingWith(*store, logs.front()).size(), 1u);
}

// Fails to make manifests when told to.
class NoManifestStore final : public WrappedStore {
 public:
  using WrappedStore::WrappedStore;
  Result<std::unique_ptr<AppendFile>> Create(std::string_view name, CreateOptions options) override {
    if (fails && name.ends_with(".manifest")) return Status::NoSpace("planted");
    return WrappedStore::Create(name, options);
  }
  bool fails = false;
};

TEST(FaultyWorld, ARolloverThatFailsLeavesUndoneWhatItSaysIsNotApplied) {
  const std::unique_ptr<Store> memory = NewMemoryStore();
  NoManifestStore store(*memory);
  std::vector<std::string> expected;
  {
    const std::shared_ptr<Engine> engine = OpenEngine(store);
    store.fails = true;
    Status status;
    for (int i = 0; status.ok(); ++i) {
      const std::string name = std::string(200, 'n') + std::to_string(i);
      const Result<CollectionInfo> created = engine->CreateCollection(name, {});
      status = created.status();
      if (!status.ok()) break;
      expected = {name};
      status = engine->DropCollection(created->id);
      if (status.ok()) expected.clear();
    }
    EXPECT_EQ(status.code(), StatusCode::kNoSpace);
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied);
  }
  std::vector<std::string> names;
  for (const CollectionInfo& info : OpenEngine(*memory)->collections().value()) names.push_back(info.name);
  EXPECT_EQ(names, expected);
}

TEST(FaultyWorld, TheLastSequenceOfAnEpochCanBeWritten) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const uint64_t last = PartsFor(*store).sequences_per_epoch;
  LogSettler settler(Runtime::Default());
  LogChain chain(*store, settler, DatabaseId(1), std::nullopt, Sequence::Of(1, last - 1));
  chain.Begin({.number = FileNumber(1), .id = FileId(1), .epoch = 1}).Check();
  BatchEncoder batch;
  batch.Add(EntryType::kPut, CollectionId(1), "k", "v");
  batch.Seal();
  const BatchFragment& fragment = batch.fragments().front();
  LogRecord record{
      .sequence = Sequence::Of(1, last), .count = 1, .body = batch.body(fragment), .checksum = fragment.checksum};
  EXPECT_EQ(chain.Append(std::span(&record, 1), record.sequence), Status::Ok());
  EXPECT_EQ(chain.Close(), Status::Ok());
}

TEST(FaultyWorld, ADatabaseWithoutAnEpochLeftIsRefusedClearly) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const Engine::Parts parts = PartsFor(*store);
  ManifestState state;
  state.epoch = Sequence::kEpochMax;
  state.file_numbers_reserved = FileNumber(10);
  state.first_log = FileNumber(2);
  Manifest::Create(*store, {.database = DatabaseId(1), .number = FileNumber(1), .id = FileId(1)}, state, parts.kinds)
      .status()
      .Check();
  const Status status = Engine::Open(PartsFor(*store), {}).status();
  EXPECT_EQ(status.code(), StatusCode::kUnsupported);
  EXPECT_NE(status.message().find("16777215 times"), std::string_view::npos) << status;
  EXPECT_TRUE(Engine::Open(PartsFor(*store), {.mode = OpenMode::kReadOnly}).ok());
}

TEST(FaultyWorld, StrangersAreKnownWhereTheDatabaseWasJustCreated) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  store->Create("notes.txt", {}).status().Check();
  EXPECT_EQ(OpenEngine(*store)->Verify().value().strangers, std::vector<std::string>{"notes.txt"});
}

}  // namespace
}  // namespace logwood
