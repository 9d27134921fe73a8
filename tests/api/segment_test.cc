#include "logwood/segment.h"

#include <gtest/gtest.h>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "tests/api/map_cursor.h"

namespace logwood::testing {
namespace {

constexpr SegmentOptions kSmallBlocks = {.block_size_bytes = 256};

RawEntries ManyEntries(int count) {
  RawEntries entries;
  for (int i = 0; i < count; ++i) {
    std::optional<std::string> value;
    if (i % 7 != 0) value = std::string(static_cast<size_t>(i % 50), static_cast<char>('a' + i % 26));
    entries["key" + std::to_string(100'000 + 3 * i)] = std::move(value);
  }
  return entries;
}

void Build(Store& store, const std::string& name, const RawEntries& entries, const SegmentOptions& options = {}) {
  SegmentBuilder builder = SegmentBuilder::Create(store, name, options).value();
  MapCursor cursor(entries);
  builder.AddAll(cursor).Check();
  builder.Finish().Check();
}

std::string Contents(Store& store, const std::string& name) {
  const std::unique_ptr<ReadableFile> file = store.Open(name).value();
  std::string bytes(file->size(), '\0');
  EXPECT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
  return bytes;
}

void Write(Store& store, const std::string& name, const std::string& bytes) {
  const std::unique_ptr<AppendFile> file = store.Create(name, {}).value();
  file->Append(bytes).Check();
  file->Finish().Check();
  file->Sync().Check();
}

bool Says(const Status& status, StatusCode code, std::string_view part) {
  return status.code() == code && status.message().find(part) != std::string_view::npos;
}

TEST(Segment, GivesBackWhatWasAddedInOrder) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  SegmentBuilder builder = SegmentBuilder::Create(*store, "words").value();
  builder.Add("", "the empty key").Check();
  builder.Add("ada", "").Check();
  builder.AddTombstone("alan").Check();
  EXPECT_EQ(builder.entries(), 3u);
  builder.Finish().Check();

  const Segment segment = Segment::Open(*store, "words").value();
  EXPECT_EQ(segment.entries(), 3u);
  EXPECT_EQ(segment.tombstones(), 1u);
  EXPECT_EQ(segment.smallest_key(), Bytes(""));
  EXPECT_EQ(segment.largest_key(), Bytes("alan"));
  EXPECT_EQ(segment.size_bytes(), Contents(*store, "words").size());
  EXPECT_EQ(segment.Get("").value().value->ToString(), "the empty key");
  EXPECT_EQ(segment.Get("ada").value().presence, Presence::kValue);
  EXPECT_EQ(segment.Get("ada").value().value->ToString(), "");
  EXPECT_EQ(segment.Get("alan").value().presence, Presence::kTombstone);
  EXPECT_FALSE(segment.Get("alan").value().value.has_value());
  EXPECT_EQ(segment.Get("grace").value().presence, Presence::kAbsent);
}

TEST(Segment, IsReadInManyBlocksByItsRawCursorAndByScans) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const RawEntries entries = ManyEntries(1000);
  Build(*store, "many", entries, kSmallBlocks);
  const Segment segment = Segment::Open(*store, "many").value();
  EXPECT_EQ(ReadForward(*segment.NewCursor()), entries);
  for (const auto& [key, value] : entries) {
    const SegmentEntry entry = segment.Get(key).value();
    ASSERT_EQ(entry.presence, value ? Presence::kValue : Presence::kTombstone) << key;
    if (value) {
      ASSERT_EQ(entry.value->string_view(), *value) << key;
    }
  }
  std::vector<std::string> keys;
  Cursor scan = segment.Scan("key100010", "key100030");
  for (const auto [key, value] : scan) keys.push_back(key.ToString());
  EXPECT_EQ(keys, (std::vector<std::string>{"key100012", "key100015", "key100018", "key100024", "key100027"}));
  Cursor from = segment.ScanFrom("key102989");
  EXPECT_EQ(from.key(), Bytes("key102991"));
  from.Last();
  EXPECT_EQ(from.key(), Bytes("key102997"));
  EXPECT_EQ(segment.ScanPrefix("key1029").key(), Bytes("key102901"));
  EXPECT_EQ(segment.Scan().key(), Bytes("key100003")) << "the first entry is a tombstone";
  EXPECT_TRUE(segment.Verify().value().damages.empty());
  EXPECT_GT(segment.Verify().value().blocks, 20u);
}

TEST(Segment, WithoutEntriesIsASegment) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Build(*store, "empty", {});
  const Segment segment = Segment::Open(*store, "empty").value();
  EXPECT_EQ(segment.entries(), 0u);
  EXPECT_EQ(segment.Get("key").value().presence, Presence::kAbsent);
  EXPECT_EQ(segment.smallest_key(), Bytes());
  const std::unique_ptr<RawCursor> cursor = segment.NewCursor();
  cursor->First();
  EXPECT_FALSE(cursor->valid());
  cursor->SeekAtOrBefore("z");
  EXPECT_FALSE(cursor->valid());
  EXPECT_TRUE(cursor->status().ok());
  EXPECT_FALSE(segment.Scan().valid());
  EXPECT_TRUE(segment.Verify().value().damages.empty());
}

TEST(Segment, HandlesCursorsAndValuesOutliveOneAnother) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const RawEntries entries = ManyEntries(300);
  Build(*store, "many", entries, kSmallBlocks);
  std::unique_ptr<RawCursor> cursor;
  std::optional<PinnedValue> value;
  {
    const Segment segment = Segment::Open(*store, "many", {.cache_size_bytes = 0}).value();
    const Segment copy = segment;
    cursor = copy.NewCursor();
    value = copy.Get("key100003").value().value;
  }
  EXPECT_EQ(ReadForward(*cursor), entries);
  cursor.reset();
  EXPECT_EQ(value->string_view(), *entries.at("key100003"));
}

TEST(Segment, OfTheLargestKeysIsFoundByItsFooter) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const std::string low = std::string(kKeySizeMax - 1, 'k') + "a";
  const std::string high = std::string(kKeySizeMax - 1, 'k') + "b";
  Build(*store, "large", {{low, "1"}, {high, "2"}});
  const Segment segment = Segment::Open(*store, "large").value();
  EXPECT_EQ(segment.smallest_key(), Bytes(low));
  EXPECT_EQ(segment.largest_key(), Bytes(high));
  EXPECT_EQ(segment.Get(high).value().value->string_view(), "2");
}

TEST(Segment, WithAnythingBehindItIsFoundAllTheSame) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const RawEntries entries = ManyEntries(200);
  Build(*store, "whole", entries, kSmallBlocks);
  Build(*store, "none", {});
  for (const size_t size : std::vector<size_t>{1, 7, 8, 32, 4096}) {
    for (const char fill : {'\0', '\4', '\xff'}) {
      const std::string name = std::to_string(size) + "-" + std::to_string(static_cast<unsigned char>(fill));
      Write(*store, name, Contents(*store, "whole") + std::string(size, fill));
      const Segment segment = Segment::Open(*store, name).value();
      EXPECT_EQ(ReadForward(*segment.NewCursor()), entries) << name;
      EXPECT_EQ(segment.size_bytes(), Contents(*store, "whole").size()) << name;
      EXPECT_TRUE(segment.Verify().value().damages.empty()) << name;
      Write(*store, "none-" + name, Contents(*store, "none") + std::string(size, fill));
      EXPECT_EQ(Segment::Open(*store, "none-" + name).value().entries(), 0u) << name;
    }
  }
}

TEST(Segment, CutAnywhereIsRefused) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Build(*store, "whole", ManyEntries(60), kSmallBlocks);
  Build(*store, "none", {});
  for (const std::string& whole : {Contents(*store, "whole"), Contents(*store, "none")}) {
    for (size_t size = 0; size < whole.size(); ++size) {
      Write(*store, "cut", whole.substr(0, size));
      const Status status = Segment::Open(*store, "cut").status();
      ASSERT_TRUE(Says(status, StatusCode::kCorruption, "segment \"cut\"")) << size << ": " << status;
      ASSERT_TRUE(Says(status, StatusCode::kCorruption, "never finished")) << size << ": " << status;
      store->Remove("cut").Check();
    }
  }
}

TEST(Segment, OfAnUnfinishedBuilderIsRefused) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    SegmentBuilder builder = SegmentBuilder::Create(*store, "unfinished", kSmallBlocks).value();
    for (int i = 0; i < 5000; ++i) builder.Add("key" + std::to_string(10'000 + i), std::string(50, 'v')).Check();
  }
  EXPECT_GT(Contents(*store, "unfinished").size(), 100'000u);
  EXPECT_TRUE(Says(Segment::Open(*store, "unfinished").status(), StatusCode::kCorruption, "never finished"));
}

TEST(Segment, RefusesWhatIsNone) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  EXPECT_TRUE(Says(Segment::Open(*store, "missing").status(), StatusCode::kNotFound, "segment \"missing\""));
  Write(*store, "text", "just some text, longer than the header of a file, which has 48 bytes");
  EXPECT_TRUE(Says(Segment::Open(*store, "text").status(), StatusCode::kCorruption, "not a segment"));
  Database db = Database::Open(*store).value();
  db.OpenOrCreate("c").value().Put("k", "v").Check();
  db.Flush().Check();
  db.Close().Check();  // Its reserve of space goes: that bears no header.
  for (const std::string& name : store->List().value()) {
    if (name == "text") continue;
    EXPECT_TRUE(Says(Segment::Open(*store, name).status(), StatusCode::kInvalidArgument, "open the database")) << name;
  }
}

TEST(Segment, RefusesOptionsOutOfRange) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const auto refuses = [&](const SegmentOptions& options) {
    return Says(SegmentBuilder::Create(*store, "s", options).status(), StatusCode::kInvalidArgument, "it may be");
  };
  EXPECT_TRUE(refuses({.block_size_bytes = 255}));
  EXPECT_TRUE(refuses({.block_size_bytes = (1 << 20) + 1}));
  EXPECT_TRUE(refuses({.filter_bits_per_key = -1}));
  EXPECT_TRUE(refuses({.filter_bits_per_key = 65}));
  EXPECT_TRUE(refuses({.filter_bits_per_key = std::numeric_limits<double>::quiet_NaN()}));
  EXPECT_TRUE(Says(UnsortedSegmentBuilder::Create(*store, "s", {.memory_size_bytes = 65535}).status(),
                   StatusCode::kInvalidArgument, "memory_size_bytes"));
  EXPECT_TRUE(store->List().value().empty()) << "nothing comes into being by a mistake";
  Build(*store, "s", {});
  EXPECT_TRUE(Says(Segment::Open(*store, "s", {.cache_size_bytes = uint64_t{1} << 41}).status(),
                   StatusCode::kInvalidArgument, "cache_size_bytes"));
  EXPECT_TRUE(Says(SegmentBuilder::Create(*store, "s").status(), StatusCode::kAlreadyExists, "segment \"s\""));
  EXPECT_EQ(SegmentBuilder::Create(*store, "No Name").status().code(), StatusCode::kInvalidArgument);
}

TEST(SegmentBuilder, KeepsItsFirstError) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  SegmentBuilder builder = SegmentBuilder::Create(*store, "s").value();
  builder.Add("b", "").Check();
  const Status status = builder.Add("b", "again");
  EXPECT_TRUE(Says(status, StatusCode::kInvalidArgument, "rising order")) << status;
  EXPECT_EQ(builder.Add("c", ""), status);
  EXPECT_EQ(builder.Finish(), status);
  EXPECT_TRUE(Says(Segment::Open(*store, "s").status(), StatusCode::kCorruption, "never finished"));
}

TEST(SegmentBuilder, RefusesWhatIsTooLargeAndWhatComesAfterTheEnd) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  EXPECT_EQ(SegmentBuilder::Create(*store, "key").value().Add(std::string(kKeySizeMax + 1, 'k'), "").code(),
            StatusCode::kInvalidArgument);
  EXPECT_EQ(SegmentBuilder::Create(*store, "value").value().Add("k", std::string(kValueSizeMax + 1, 'v')).code(),
            StatusCode::kInvalidArgument);
  SegmentBuilder builder = SegmentBuilder::Create(*store, "s").value();
  builder.Finish().Check();
  EXPECT_EQ(builder.Add("k", "v").code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(builder.Finish().code(), StatusCode::kInvalidArgument);
  EXPECT_EQ(Segment::Open(*store, "s").value().entries(), 0u);
}

TEST(SegmentBuilder, TakesCursorsOneBehindTheOther) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Database db = Database::OpenInMemory().value();
  Collection people = db.OpenOrCreate("people").value();
  people.Put("grace", "1906").Check();
  people.Put("hedy", "1914").Check();
  Build(*store, "early", {{"ada", "1815"}, {"charles", std::nullopt}});

  SegmentBuilder builder = SegmentBuilder::Create(*store, "all").value();
  builder.AddAll(*Segment::Open(*store, "early").value().NewCursor()).Check();
  Cursor scan = people.Scan();
  scan.Last();  // Wherever it stands.
  builder.AddAll(scan).Check();
  EXPECT_TRUE(Says(builder.AddAll(scan), StatusCode::kInvalidArgument, "rising order"));

  SegmentBuilder again = SegmentBuilder::Create(*store, "again").value();
  again.AddAll(*Segment::Open(*store, "early").value().NewCursor()).Check();
  again.AddAll(scan).Check();
  again.Finish().Check();
  EXPECT_EQ(ReadForward(*Segment::Open(*store, "again").value().NewCursor()),
            (RawEntries{{"ada", "1815"}, {"charles", std::nullopt}, {"grace", "1906"}, {"hedy", "1914"}}));
  db.Close().Check();
  SegmentBuilder closed = SegmentBuilder::Create(*store, "closed").value();
  EXPECT_EQ(closed.AddAll(scan).code(), StatusCode::kClosed);
}

TEST(SegmentBuilder, TellsOfEveryStorageCallThatFails) {
  const auto build = [](Store& store) {
    Result<SegmentBuilder> builder = SegmentBuilder::Create(store, "s", kSmallBlocks);
    if (!builder.ok()) return builder.status();
    for (int i = 0; i < 3000; ++i) {
      const Status status = builder->Add("key" + std::to_string(10'000 + i), std::string(60, 'v'));
      if (!status.ok()) return status;
    }
    return builder->Finish();
  };
  uint64_t call = 1;
  for (;; ++call) {
    const std::unique_ptr<Store> store = NewMemoryStore();
    FaultStore faults(*store);
    faults.FailAt(call, {.when = FaultWhen::kBeforeEffect, .kinds = kWritingCalls});
    const Status status = build(faults);
    if (faults.calls(kWritingCalls) < call) break;
    EXPECT_EQ(status.code(), StatusCode::kIo) << call;
  }
  EXPECT_GT(call, 5u);
}

TEST(UnsortedSegmentBuilder, SortsAndKeepsTheLastWriteOfEachKey) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  for (const size_t memory_size_bytes : {size_t{65536}, size_t{1} << 26}) {
    const std::string name = "s" + std::to_string(memory_size_bytes);
    UnsortedSegmentBuilder builder =
        UnsortedSegmentBuilder::Create(*store, name, {.segment = kSmallBlocks, .memory_size_bytes = memory_size_bytes})
            .value();
    RawEntries expected;
    for (int i = 0; i < 20'000; ++i) {
      const std::string key = "key" + std::to_string(i * 7919 % 5003);
      if (i % 5 == 0) {
        builder.AddTombstone(key).Check();
        expected[key] = std::nullopt;
      } else {
        builder.Add(key, std::to_string(i) + std::string(100, 'v')).Check();
        expected[key] = std::to_string(i) + std::string(100, 'v');
      }
    }
    const size_t file_count = store->List().value().size();
    EXPECT_EQ(file_count > 1, memory_size_bytes == 65536) << file_count;
    EXPECT_LE(file_count, 40u) << "many scratch files become few";
    builder.Finish().Check();
    EXPECT_EQ(builder.Add("late", "").code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(builder.Finish().code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(store->List().value(), std::vector<std::string>{name}) << "scratch files are removed";
    EXPECT_EQ(ReadForward(*Segment::Open(*store, name).value().NewCursor()), expected);
    store->Remove(name).Check();
  }
}

TEST(UnsortedSegmentBuilder, WithoutEntriesMakesAnEmptySegment) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  UnsortedSegmentBuilder::Create(*store, "s").value().Finish().Check();
  EXPECT_EQ(Segment::Open(*store, "s").value().entries(), 0u);
}

TEST(UnsortedSegmentBuilder, RemovesItsScratchFilesWhenItGoesUnfinished) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  {
    UnsortedSegmentBuilder builder = UnsortedSegmentBuilder::Create(*store, "s", {.memory_size_bytes = 65536}).value();
    for (int i = 0; i < 4000; ++i) builder.Add(std::to_string(i), "value").Check();
    EXPECT_GT(store->List().value().size(), 2u);
    EXPECT_EQ(builder.Add(std::string(kKeySizeMax + 1, 'k'), "").code(), StatusCode::kInvalidArgument);
    EXPECT_EQ(builder.Finish().code(), StatusCode::kInvalidArgument) << "the first error is kept";
  }
  EXPECT_EQ(store->List().value(), std::vector<std::string>{"s"});
  EXPECT_TRUE(Says(Segment::Open(*store, "s").status(), StatusCode::kCorruption, "never finished"));
}

// Whatever byte is changed: an error, or the right answer.
TEST(SegmentDamage, OfAnyByteIsNeverAWrongAnswer) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  const RawEntries entries = ManyEntries(60);
  Build(*store, "whole", entries, kSmallBlocks);
  const std::string whole = Contents(*store, "whole");
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (at % 8)));
    Write(*store, "damaged", bytes);
    const Result<Segment> segment = Segment::Open(*store, "damaged");
    if (segment.ok()) {
      EXPECT_FALSE(segment->Verify().value().damages.empty()) << at;
      const std::unique_ptr<RawCursor> cursor = segment->NewCursor();
      const RawEntries read = ReadForward(*cursor);
      ASSERT_TRUE(cursor->status().code() == StatusCode::kCorruption || read == entries) << at;
      for (const auto& [key, value] : entries) {
        const Result<SegmentEntry> entry = segment->Get(key);
        if (!entry.ok()) continue;
        ASSERT_EQ(entry->presence, value ? Presence::kValue : Presence::kTombstone) << at << ' ' << key;
        if (value) {
          ASSERT_EQ(entry->value->string_view(), *value) << at << ' ' << key;
        }
      }
    }
    store->Remove("damaged").Check();
  }
}

TEST(SegmentDamage, IsToldBySegmentAndOffsetAndStopsABuilder) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  Build(*store, "whole", ManyEntries(60), kSmallBlocks);
  std::string bytes = Contents(*store, "whole");
  bytes[100] = static_cast<char>(bytes[100] ^ 1);
  Write(*store, "damaged", bytes);
  const Segment segment = Segment::Open(*store, "damaged").value();
  EXPECT_TRUE(Says(segment.Get("key100003").status(), StatusCode::kCorruption, "segment \"damaged\" offset 48: "));
  const std::unique_ptr<RawCursor> cursor = segment.NewCursor();
  cursor->First();
  EXPECT_FALSE(cursor->valid());
  EXPECT_TRUE(Says(cursor->status(), StatusCode::kCorruption, "segment \"damaged\" offset 48: "));
  SegmentBuilder builder = SegmentBuilder::Create(*store, "copy").value();
  EXPECT_EQ(builder.AddAll(*segment.NewCursor()).code(), StatusCode::kCorruption);
  EXPECT_EQ(builder.Finish().code(), StatusCode::kCorruption);
}

}  // namespace
}  // namespace logwood::testing
