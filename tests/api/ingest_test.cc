#include <atomic>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "tests/api/map_cursor.h"

namespace logwood::testing {
namespace {

constexpr Options kSmall = {.memtable_size_bytes = 1024, .log_file_size_bytes = 4096};

std::vector<IngestedEntries> Part(const Collection& collection, RawEntries entries) {
  std::vector<IngestedEntries> parts;
  parts.push_back({.collection = collection, .entries = NewMapCursor(std::move(entries))});
  return parts;
}

RawEntries Read(Cursor cursor) {
  RawEntries entries;
  for (const auto [key, value] : cursor) entries.emplace(key.ToString(), value.ToString());
  EXPECT_TRUE(cursor.status().ok()) << cursor.status();
  return entries;
}

size_t TreeCount(Store& store) {
  size_t count = 0;
  for (const std::string& name : store.List().value()) count += name.ends_with(".tree") ? 1 : 0;
  return count;
}

TEST(Ingest, IsNewerThanWhatWasCommittedAndOlderThanWhatComes) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    Database db = Database::Open(*store).value();
    Collection words = db.OpenOrCreate("words").value();
    words.Put("flushed", "old").Check();
    words.Put("deleted", "old").Check();
    db.Flush().Check();
    words.Put("logged", "old", {.sync = Sync::kNo}).Check();
    words.Put("other", "old", {.sync = Sync::kNo}).Check();
    db.Ingest(Part(words, {{"flushed", "new"}, {"logged", "new"}, {"deleted", std::nullopt}, {"later", "new"}}))
        .Check();
    const RawEntries expected{{"flushed", "new"}, {"later", "new"}, {"logged", "new"}, {"other", "old"}};
    EXPECT_EQ(Read(words.Scan()), expected);
    EXPECT_FALSE(words.Get("deleted").value().has_value());
    words.Put("later", "newest").Check();
    words.Delete("flushed").Check();
    EXPECT_TRUE(db.Verify().value().damages.empty());
  }
  Database db = Database::Open(*store).value();
  Collection words = db.OpenCollection("words").value();
  const RawEntries expected{{"later", "newest"}, {"logged", "new"}, {"other", "old"}};
  EXPECT_EQ(Read(words.Scan()), expected);
  db.Compact(words).Check();
  EXPECT_EQ(Read(words.Scan()), expected);
  const Verification verification = db.Verify().value();
  EXPECT_TRUE(verification.damages.empty());
  EXPECT_TRUE(verification.strangers.empty());
}

TEST(Ingest, KeepsTombstonesThoughTheCollectionHadNoTreeWhenItBegan) {
  Database db = Database::OpenInMemory().value();
  Collection words = db.OpenOrCreate("words").value();
  words.Put("deleted", "in memory only").Check();
  db.Ingest(Part(words, {{"deleted", std::nullopt}})).Check();
  EXPECT_EQ(Read(words.Scan()), RawEntries());
  db.Compact(words).Check();
  EXPECT_EQ(Read(words.Scan()), RawEntries());
  EXPECT_TRUE(db.Verify().value().damages.empty());
}

TEST(Ingest, ViewsAndCursorsTakenBeforeDoNotSeeIt) {
  Database db = Database::OpenInMemory().value();
  Collection left = db.OpenOrCreate("left").value();
  Collection right = db.OpenOrCreate("right").value();
  left.Put("k", "old").Check();
  const View view = db.NewView().value();
  Cursor cursor = left.Scan();
  std::vector<IngestedEntries> parts = Part(left, {{"j", "new"}, {"k", "new"}});
  parts.push_back({.collection = right, .entries = NewMapCursor({{"k", "new"}})});
  db.Ingest(std::move(parts)).Check();
  EXPECT_EQ(Read(view.Scan(left)), (RawEntries{{"k", "old"}}));
  EXPECT_EQ(Read(view.Scan(right)), RawEntries());
  cursor.First();
  EXPECT_EQ(Read(std::move(cursor)), (RawEntries{{"k", "old"}}));
  EXPECT_EQ(Read(left.Scan()), (RawEntries{{"j", "new"}, {"k", "new"}}));
  EXPECT_EQ(Read(right.Scan()), (RawEntries{{"k", "new"}}));
}

TEST(Ingest, TakesSegmentsAndOfSeveralPartsTheFirstIsTheNewest) {
  const std::unique_ptr<Store> segments = NewMemoryStore();
  SegmentBuilder builder = SegmentBuilder::Create(*segments, "words").value();
  builder.Add("a", "segment").Check();
  builder.AddTombstone("b").Check();
  builder.Add("c", "segment").Check();
  builder.Finish().Check();
  Segment segment = Segment::Open(*segments, "words").value();
  Database db = Database::OpenInMemory().value();
  Collection words = db.OpenOrCreate("words").value();
  words.Put("b", "old").Check();
  db.Ingest(words, segment).Check();
  EXPECT_EQ(Read(words.Scan()), (RawEntries{{"a", "segment"}, {"c", "segment"}}));

  std::vector<IngestedEntries> parts = Part(words, {{"a", "first"}});
  parts.push_back({.collection = words, .entries = NewMapCursor({{"a", "second"}, {"b", "second"}})});
  parts.push_back({.collection = words, .entries = segment.NewCursor()});
  db.Ingest(std::move(parts)).Check();
  EXPECT_EQ(Read(words.Scan()), (RawEntries{{"a", "first"}, {"b", "second"}, {"c", "segment"}}));
}

TEST(Ingest, OfNothingIsDone) {
  Database db = Database::OpenInMemory().value();
  Collection words = db.OpenOrCreate("words").value();
  words.Put("k", "v").Check();
  EXPECT_TRUE(db.Ingest({}).ok());
  EXPECT_TRUE(db.Ingest(Part(words, {})).ok());
  EXPECT_EQ(Read(words.Scan()), (RawEntries{{"k", "v"}}));
}

TEST(Ingest, OfADatabasesOwnEntriesMovesThemToAnotherCollection) {
  Database db = Database::OpenInMemory().value();
  Collection from = db.OpenOrCreate("from").value();
  Collection to = db.OpenOrCreate("to").value();
  for (int i = 0; i < 100; ++i) from.Put(std::to_string(i), "v").Check();
  std::vector<IngestedEntries> parts;
  parts.push_back({.collection = to, .entries = RawCursorOf(from.ScanPrefix("4"))});
  db.Ingest(std::move(parts)).Check();
  EXPECT_EQ(Read(to.Scan()), Read(from.ScanPrefix("4")));
  EXPECT_EQ(Read(to.Scan()).size(), 11u);
}

TEST(Ingest, ManyBesideFlushesAndMergesKeepTheirOrder) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Database db = Database::Open(*store, kSmall).value();
  Collection words = db.OpenOrCreate("words", {.block_size_bytes = 256}).value();
  RawEntries expected;
  for (int i = 0; i < 300; ++i) {
    const std::string value = std::to_string(i);
    const std::string key = "key" + std::to_string(i * 7 % 40);
    if (i % 3 == 0) {
      RawEntries entries;
      for (int j = 0; j < 5; ++j) entries["key" + std::to_string((i + j * 11) % 40)] = value;
      for (const auto& [ingested, text] : entries) expected[ingested] = text;
      db.Ingest(Part(words, std::move(entries))).Check();
    } else if (i % 10 == 1) {
      db.Ingest(Part(words, {{key, std::nullopt}})).Check();
      expected.erase(key);
    } else {
      words.Put(key, value, {.sync = Sync::kNo}).Check();
      expected[key] = value;
    }
    if (i % 20 == 0) {
      ASSERT_EQ(Read(words.Scan()), expected) << i;
    }
  }
  EXPECT_EQ(Read(words.Scan()), expected);
  EXPECT_TRUE(db.Verify().value().damages.empty());
  db.Close().Check();
  EXPECT_LE(TreeCount(*store), 8u);
  db = Database::Open(*store, kSmall).value();
  EXPECT_EQ(Read(db.OpenCollection("words").value().Scan()), expected);
}

TEST(Ingest, IsSeenAsAWholeBesideWritersAndReaders) {
  constexpr int kIngests = 40;
  Database db = Database::OpenInMemory(kSmall).value();
  Collection left = db.OpenOrCreate("left").value();
  Collection right = db.OpenOrCreate("right").value();
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; !done; ++i) left.Put("writer", std::to_string(i), {.sync = Sync::kNo}).Check();
  });
  std::thread reader([&] {
    int last = 0;
    while (!done) {
      const View view = db.NewView().value();
      const auto number = [&](const Collection& collection) {
        const auto value = view.Get(collection, "number").value();
        return value ? std::stoi(value->ToString()) : 0;
      };
      const int seen = number(left);
      EXPECT_EQ(number(right), seen);
      EXPECT_GE(seen, last);
      last = seen;
    }
  });
  for (int i = 1; i <= kIngests; ++i) {
    std::vector<IngestedEntries> parts = Part(left, {{"number", std::to_string(i)}});
    parts.push_back({.collection = right, .entries = NewMapCursor({{"number", std::to_string(i)}})});
    db.Ingest(std::move(parts)).Check();
    EXPECT_EQ(left.Get("number").value()->ToString(), std::to_string(i));
  }
  done = true;
  writer.join();
  reader.join();
  EXPECT_TRUE(db.Verify().value().damages.empty());
}

// What is refused, and that nothing of it stays behind.
class RefusedIngest : public ::testing::Test {
 protected:
  void ExpectRefused(std::vector<IngestedEntries> parts, StatusCode code) {
    const Status status = db_.Ingest(std::move(parts));
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_EQ(status.outcome(), Outcome::kNotApplied) << status;
    EXPECT_EQ(Read(words_.Scan()), (RawEntries{{"k", "v"}}));
    EXPECT_EQ(Read(other_.Scan()), RawEntries());
    EXPECT_TRUE(words_.Put("k", "v").ok()) << "the database goes on";
  }
  // With a good part in front.
  void ExpectRefusedBehindAGoodOne(std::unique_ptr<RawCursor> entries, StatusCode code) {
    std::vector<IngestedEntries> parts = Part(other_, {{"good", "part"}});
    parts.push_back({.collection = words_, .entries = std::move(entries)});
    ExpectRefused(std::move(parts), code);
  }
  void TearDown() override {
    ASSERT_TRUE(db_.Close().ok());
    EXPECT_EQ(TreeCount(*store_), 0u) << "nothing is left behind";
  }

  std::unique_ptr<Store> store_ = NewMemoryStore();
  Database db_ = Database::Open(*store_).value();
  Collection other_ = db_.OpenOrCreate("other").value();
  Collection words_ = [this] {
    Collection words = db_.OpenOrCreate("words").value();
    words.Put("k", "v").Check();
    return words;
  }();
};

TEST_F(RefusedIngest, OfWhatIsTooLarge) {
  ExpectRefusedBehindAGoodOne(NewMapCursor({{std::string(kKeySizeMax + 1, 'k'), ""}}), StatusCode::kInvalidArgument);
  ExpectRefusedBehindAGoodOne(NewMapCursor({{"k", std::string(kValueSizeMax + 1, 'v')}}), StatusCode::kInvalidArgument);
}

TEST_F(RefusedIngest, OfADamagedSegment) {
  const std::unique_ptr<Store> segments = NewMemoryStore();
  SegmentBuilder builder = SegmentBuilder::Create(*segments, "whole", {.block_size_bytes = 256}).value();
  for (int i = 1000; i < 1100; ++i) builder.Add(std::to_string(i), "value").Check();
  builder.Finish().Check();
  const std::unique_ptr<ReadableFile> file = segments->Open("whole").value();
  std::string bytes(file->size(), '\0');
  ASSERT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  bytes[bytes.size() / 3] = static_cast<char>(bytes[bytes.size() / 3] ^ 1);
  segments->Create("damaged", {}).value()->Append(bytes).Check();
  ExpectRefusedBehindAGoodOne(Segment::Open(*segments, "damaged").value().NewCursor(), StatusCode::kCorruption);
}

TEST_F(RefusedIngest, OfAStoreThatFailsWhichIsNotTheDatabases) {
  const std::unique_ptr<Store> segments = NewMemoryStore();
  SegmentBuilder builder = SegmentBuilder::Create(*segments, "s").value();
  builder.Add("k", "new").Check();
  builder.Finish().Check();
  FaultStore faults(*segments);
  const Segment segment = Segment::Open(faults, "s").value();
  faults.FailAt(faults.calls() + 1, {.how_long = FaultFor::kForEver});
  ExpectRefusedBehindAGoodOne(segment.NewCursor(), StatusCode::kIo);
}

TEST_F(RefusedIngest, OfAnotherDatabaseADroppedCollectionAndNoCursor) {
  Database stranger = Database::OpenInMemory().value();
  ExpectRefused(Part(stranger.OpenOrCreate("words").value(), {{"a", "b"}}), StatusCode::kInvalidArgument);
  Collection dropped = db_.OpenOrCreate("dropped").value();
  db_.DropCollection("dropped").Check();
  std::vector<IngestedEntries> parts = Part(words_, {{"good", "part"}});
  parts.push_back({.collection = dropped, .entries = NewMapCursor({{"a", "b"}})});
  ExpectRefused(std::move(parts), StatusCode::kNotFound);
  ExpectRefusedBehindAGoodOne(nullptr, StatusCode::kInvalidArgument);
}

// Runs a function when it is first moved, and has one entry.
class ActingCursor final : public RawCursor {
 public:
  explicit ActingCursor(std::function<void()> act) : act_(std::move(act)) {}

  void First() override {
    act_();
    stands_ = true;
  }
  void Last() override { First(); }
  void Seek(Bytes) override { First(); }
  void SeekAtOrBefore(Bytes) override { First(); }
  void Next() override { stands_ = false; }
  void Prev() override { stands_ = false; }
  [[nodiscard]] bool valid() const override { return stands_; }
  [[nodiscard]] Bytes key() const override { return "acted"; }
  [[nodiscard]] Bytes value() const override { return "v"; }

 private:
  const std::function<void()> act_;
  bool stands_ = false;
};

TEST_F(RefusedIngest, OfACollectionThatIsDroppedWhileItIsRead) {
  Collection dropped = db_.OpenOrCreate("dropped").value();
  std::vector<IngestedEntries> parts = Part(words_, {{"good", "part"}});
  parts.push_back({.collection = dropped,
                   .entries = std::make_unique<ActingCursor>([this] { db_.DropCollection("dropped").Check(); })});
  const Status status = db_.Ingest(std::move(parts));
  EXPECT_EQ(status.code(), StatusCode::kNotFound);
  EXPECT_EQ(Read(words_.Scan()), (RawEntries{{"k", "v"}}));
  db_.DropCollection("words").Check();  // Whose entry was flushed.
}

TEST(Ingest, SeesCommitsThatAreMadeWhileItReadsAsOlder) {
  Database db = Database::OpenInMemory().value();
  Collection words = db.OpenOrCreate("words").value();
  std::vector<IngestedEntries> parts;
  parts.push_back({.collection = words, .entries = std::make_unique<ActingCursor>([&] {
                                          words.Put("acted", "before").Check();
                                          words.Put("beside", "before").Check();
                                        })});
  db.Ingest(std::move(parts)).Check();
  EXPECT_EQ(Read(words.Scan()), (RawEntries{{"acted", "v"}, {"beside", "before"}}));
}

TEST(Ingest, IntoADatabaseThatIsReadOnlyOrClosedIsRefused) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Database db = Database::Open(*store).value();
  Collection words = db.OpenOrCreate("words").value();
  db.Close().Check();
  EXPECT_EQ(db.Ingest(Part(words, {{"k", "v"}})).code(), StatusCode::kClosed);
  Database reader = Database::Open(*store, {.mode = OpenMode::kReadOnly}).value();
  EXPECT_EQ(reader.Ingest(Part(reader.OpenCollection("words").value(), {{"k", "v"}})).code(), StatusCode::kReadOnly);
}

}  // namespace
}  // namespace logwood::testing
