#include <gtest/gtest.h>

#include "base/hash.h"
#include "codec/batch_encoder.h"
#include "codec/byte_writer.h"
#include "tests/manifest/manifest_fixture.h"

namespace logwood {
namespace {

using testing::CollectionEdit;
using testing::EpochEdit;
using testing::IdentityOf;
using testing::ManifestName;
using testing::NewState;
using testing::Put;
using testing::ReadAll;

class ManifestLoadTest : public ::testing::Test {
 protected:
  Result<Manifest::Loaded> Load() { return Manifest::Load(*store_, kinds_, &unfinished_); }
  void ExpectError(StatusCode code, std::string_view message) {
    const auto loaded = Load();
    ASSERT_FALSE(loaded.ok());
    EXPECT_EQ(loaded.status().code(), code) << loaded.status();
    EXPECT_NE(loaded.status().message().find(message), std::string_view::npos) << loaded.status();
  }
  // A store with these files instead.
  void StartAnew() { store_ = NewMemoryStore(); }

  // The bytes of manifest 1 in a store of its own, with collections 1 to `edit_count` appended one by one, and where
  // each edit's records end.
  struct Image {
    std::string bytes;
    std::vector<size_t> ends;  // Of: the first edit; the mark; each appended edit.
    std::vector<ManifestState> states;
  };
  Image MakeImage(uint32_t edit_count) {
    const auto store = NewMemoryStore();
    const auto manifest = Manifest::Create(*store, IdentityOf(1), NewState(), kinds_).value();
    Image image;
    const std::string begun = ReadAll(*store, ManifestName(1));
    image.ends = {begun.size() - kLogRecordHeaderSize, begun.size()};
    image.states = {manifest->state(), manifest->state()};
    for (uint32_t id = 1; id <= edit_count; ++id) {
      manifest->Append(CollectionEdit(id)).Check();
      image.ends.push_back(ReadAll(*store, ManifestName(1)).size());
      image.states.push_back(manifest->state());
    }
    image.bytes = ReadAll(*store, ManifestName(1));
    return image;
  }
  // Manifest 2, which follows manifest 1 of `image`.
  std::string SuccessorOf(const Image& image) {
    const auto store = NewMemoryStore();
    Put(*store, ManifestName(1), image.bytes);
    const auto loaded = Manifest::Load(*store, kinds_, nullptr).value();
    Manifest::Continue(*store, loaded, IdentityOf(2), EpochEdit(2), kinds_).status().Check();
    return ReadAll(*store, ManifestName(2));
  }

  const KindRegistry kinds_ = testing::ToyKinds();
  std::unique_ptr<Store> store_ = NewMemoryStore();
  std::vector<FileNumber> unfinished_;
};

TEST_F(ManifestLoadTest, AnEmptyStoreHoldsNoDatabase) {
  ExpectError(StatusCode::kNotFound, "memory: there is no database here");
  EXPECT_TRUE(unfinished_.empty());
}

TEST_F(ManifestLoadTest, StrangersAreNoDatabase) {
  Put(*store_, "readme.txt", "Dear reader");
  Put(*store_, "1.manifest", "not a name of ours");
  Put(*store_, "000003.log", "not a log of ours");
  Put(*store_, "000004.manifest", std::string(100, 'x'));
  ExpectError(StatusCode::kNotFound, "there is no database here");
  EXPECT_TRUE(unfinished_.empty());
}

TEST_F(ManifestLoadTest, ACreationThatWasCutShortIsNoDatabase) {
  const Image image = MakeImage(0);
  for (size_t size = 0; size < image.ends[0]; ++size) {
    SCOPED_TRACE(size);
    StartAnew();
    Put(*store_, ManifestName(1), Bytes(image.bytes).First(size));
    ExpectError(StatusCode::kNotFound, "there is no database here");
    EXPECT_EQ(unfinished_, std::vector{FileNumber(1)});
  }
}

TEST_F(ManifestLoadTest, ACreationCountsOnceItsFirstEditIsWhole) {
  const Image image = MakeImage(0);
  Put(*store_, ManifestName(1), Bytes(image.bytes).First(image.ends[0]));
  EXPECT_EQ(Load().value().state, image.states[0]);
}

TEST_F(ManifestLoadTest, ADatabaseMadeBesideACreationThatWasCutShortCounts) {
  const Image image = MakeImage(0);
  Put(*store_, ManifestName(1), Bytes(image.bytes).First(image.ends[0] - 1));
  const DatabaseId other(0xdc);
  Manifest::Create(*store_, IdentityOf(2, other), NewState(), kinds_).status().Check();
  const auto loaded = Load().value();
  EXPECT_EQ(loaded.database, other);
  EXPECT_TRUE(loaded.leftovers.empty());  // It bears another database's id.
}

TEST_F(ManifestLoadTest, ATornSuccessorWasNeverUsed) {
  const Image image = MakeImage(1);
  const std::string successor = SuccessorOf(image);
  for (size_t size = 0; size < successor.size() - kLogRecordHeaderSize; ++size) {
    SCOPED_TRACE(size);
    StartAnew();
    Put(*store_, ManifestName(1), image.bytes);
    Put(*store_, ManifestName(2), Bytes(successor).First(size));
    const auto loaded = Load().value();
    EXPECT_EQ(loaded.state, image.states.back());
    EXPECT_EQ(loaded.header.file.number, FileNumber(1));
    EXPECT_EQ(loaded.leftovers, std::vector{FileNumber(2)});
  }
}

TEST_F(ManifestLoadTest, AWholeSuccessorCountsWithOrWithoutItsMark) {
  const Image image = MakeImage(1);
  const std::string successor = SuccessorOf(image);
  for (const size_t size : {successor.size(), successor.size() - 1, successor.size() - kLogRecordHeaderSize}) {
    StartAnew();
    Put(*store_, ManifestName(1), image.bytes);
    Put(*store_, ManifestName(2), Bytes(successor).First(size));
    const auto loaded = Load().value();
    EXPECT_EQ(loaded.header.file.number, FileNumber(2));
    EXPECT_EQ(loaded.state.epoch, 2u);
    EXPECT_EQ(loaded.leftovers, std::vector{FileNumber(1)});
  }
}

TEST_F(ManifestLoadTest, ADamagedSuccessorWithAMarkIsCorruptionNotAWayBack) {
  const Image image = MakeImage(1);
  const std::string successor = SuccessorOf(image);
  for (size_t at = kLogDataStart; at < successor.size() - kLogRecordHeaderSize; ++at) {
    SCOPED_TRACE(at);
    StartAnew();
    Put(*store_, ManifestName(1), image.bytes);
    std::string damaged = successor;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    Put(*store_, ManifestName(2), damaged);
    ExpectError(StatusCode::kCorruption, "manifest file 2 offset 88: ");
  }
}

TEST_F(ManifestLoadTest, ASuccessorWithADamagedHeaderIsCorruptionNotAWayBack) {
  const Image image = MakeImage(1);
  const std::string successor = SuccessorOf(image);
  for (size_t at = 0; at < kLogDataStart; ++at) {
    SCOPED_TRACE(at);
    StartAnew();
    Put(*store_, ManifestName(1), image.bytes);
    std::string damaged = successor;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    Put(*store_, ManifestName(2), damaged);
    ExpectError(StatusCode::kCorruption, "the newest manifest is damaged");
  }
}

TEST_F(ManifestLoadTest, ALoneManifestWithADamagedHeaderIsNoFreshStart) {
  const Image image = MakeImage(1);
  for (size_t at = kFileHeaderSize - sizeof(uint64_t); at < kFileHeaderSize; ++at) {
    StartAnew();
    std::string damaged = image.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    Put(*store_, ManifestName(1), damaged);
    ExpectError(StatusCode::kCorruption, "manifest file 1 offset 0: file header checksum");
  }
}

TEST_F(ManifestLoadTest, ATornHeaderBeforeAFirstEditThatArrivedWasNeverUsed) {
  const Image image = MakeImage(1);
  std::string successor = SuccessorOf(image);
  successor.resize(successor.size() - kLogRecordHeaderSize);
  successor.replace(kFileHeaderSize, kLogPrefaceSize, kLogPrefaceSize, '\0');
  Put(*store_, ManifestName(1), image.bytes);
  Put(*store_, ManifestName(2), successor);
  EXPECT_EQ(Load().value().header.file.number, FileNumber(1));
  EXPECT_EQ(Load().value().leftovers, std::vector{FileNumber(2)});
}

TEST_F(ManifestLoadTest, DamageBelowTheMarkIsCorruptionThatNamesFileAndOffset) {
  const Image image = MakeImage(4);
  const size_t last_begin = image.ends[image.ends.size() - 2];
  for (size_t at = kLogDataStart; at < last_begin; ++at) {
    SCOPED_TRACE(at);
    StartAnew();
    std::string damaged = image.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    Put(*store_, ManifestName(1), damaged);
    size_t record_begin = kLogDataStart;
    for (const size_t end : image.ends) record_begin = end <= at ? end : record_begin;
    ExpectError(StatusCode::kCorruption, "manifest file 1 offset " + std::to_string(record_begin) + ": ");
  }
}

TEST_F(ManifestLoadTest, ATornLastRecordIsCut) {
  const Image image = MakeImage(3);
  for (size_t size = image.ends[0]; size <= image.bytes.size(); ++size) {
    SCOPED_TRACE(size);
    StartAnew();
    Put(*store_, ManifestName(1), Bytes(image.bytes).First(size));
    size_t last = 0;
    while (last + 1 < image.ends.size() && image.ends[last + 1] <= size) ++last;
    const auto loaded = Load().value();
    EXPECT_EQ(loaded.state, image.states[last]);
    EXPECT_EQ(loaded.good_end, image.ends[last]);
  }
}

TEST_F(ManifestLoadTest, ALostRecordBelowALaterMarkIsCorruption) {
  const Image image = MakeImage(3);
  std::string damaged = image.bytes;
  std::fill(damaged.begin() + static_cast<std::ptrdiff_t>(image.ends[1]),
            damaged.begin() + static_cast<std::ptrdiff_t>(image.ends[2]), '\0');
  Put(*store_, ManifestName(1), damaged);
  ExpectError(
      StatusCode::kCorruption,
      "the records end, but records up to 3 were made durable and only 1 are whole: the file was damaged later");
}

TEST_F(ManifestLoadTest, ManifestsOfTwoDatabasesAreCorruption) {
  Manifest::Create(*store_, IdentityOf(1), NewState(), kinds_).status().Check();
  Manifest::Create(*store_, IdentityOf(2, DatabaseId(0xdc)), NewState(), kinds_).status().Check();
  ExpectError(StatusCode::kCorruption, "manifest files 2 and 1 are of two databases");
}

TEST_F(ManifestLoadTest, ACopiedOrRenamedManifestIsCorruption) {
  const Image image = MakeImage(1);
  Put(*store_, ManifestName(1), image.bytes);
  Put(*store_, ManifestName(9), image.bytes);
  ExpectError(StatusCode::kCorruption, "manifest file 9 offset 0: the header is that of manifest file 1");
}

std::string FileStart(FileType type, uint64_t number, uint32_t version) {
  auto header =
      EncodeFileHeader({.type = type, .number = FileNumber(number), .id = FileId(5), .database = testing::kDatabase});
  StoreFixed32(header.data() + 8, version);
  StoreFixed64(header.data() + 40, Hash64(Bytes(header.data(), 40)));
  return Bytes(header.data(), header.size()).ToString() + std::string(200, '\0');
}

TEST_F(ManifestLoadTest, ANewerVersionIsRefusedAndBothAreNamed) {
  const Image image = MakeImage(1);
  Put(*store_, ManifestName(1), image.bytes);
  Put(*store_, ManifestName(2), FileStart(FileType::kManifest, 2, 7));
  ExpectError(StatusCode::kUnsupported, "format version 7");
  ExpectError(StatusCode::kUnsupported, "up to 0");
}

TEST_F(ManifestLoadTest, FilesOfADatabaseWithoutItsManifestAreCorruption) {
  for (const FileType type : {FileType::kLog, FileType::kTree}) {
    StartAnew();
    Put(*store_, FileName(FileNumber(3), type), FileStart(type, 3, 0));
    ExpectError(StatusCode::kCorruption,
                "memory: " + FileName(FileNumber(3), type) + " is of a database whose manifest is not here: put");
  }
}

TEST_F(ManifestLoadTest, FilesOfADatabaseWithADamagedManifestSayWhatIsWrongWithIt) {
  Image image = MakeImage(1);
  image.bytes[40] = static_cast<char>(image.bytes[40] ^ 1);
  Put(*store_, ManifestName(1), image.bytes);
  Put(*store_, "000003.log", FileStart(FileType::kLog, 3, 0));
  ExpectError(StatusCode::kCorruption, "is not here or damaged (");
}

TEST_F(ManifestLoadTest, AnUnfinishedManifestBesideFilesIsCorruption) {
  const Image image = MakeImage(1);
  Put(*store_, ManifestName(1), Bytes(image.bytes).First(kLogDataStart));
  Put(*store_, "000003.log", FileStart(FileType::kLog, 3, 0));
  ExpectError(StatusCode::kCorruption, "000003.log is of a database");
}

TEST_F(ManifestLoadTest, FilesOfANewerVersionWithoutAManifestAreNotTakenForNothing) {
  Put(*store_, "000003.log", FileStart(FileType::kLog, 3, 7));
  ExpectError(StatusCode::kUnsupported, "format version 7");
}

// Records that are valid by all checksums, as no manifest writes them.
class ManifestRecordsTest : public ManifestLoadTest {
 protected:
  void SetUp() override {
    LogFileHeader header;
    header.file = {FileType::kManifest, FileNumber(1), FileId(5), testing::kDatabase};
    writer_ = LogWriter::Create(*store_, header, 0).value();
  }
  void Write(LogRecordType type, uint64_t sequence, bool end, const std::string& body) {
    LogRecord record;
    record.type = type;
    record.sequence = Sequence(sequence);
    record.end = end;
    record.count = type == LogRecordType::kMark ? 0 : 1;
    record.body = Bytes(body);
    record.checksum = FragmentChecksum(body, Bytes());
    writer_->Append(std::span(&record, 1), Sequence()).Check();
  }
  const std::string first_ = EncodeManifestEdit(NewState().ToEdit());
  std::unique_ptr<LogWriter> writer_;
};

TEST_F(ManifestRecordsTest, ASequenceOutOfOrderIsCorruption) {
  Write(LogRecordType::kEdit, 1, true, first_);
  Write(LogRecordType::kEdit, 3, true, "");
  ExpectError(StatusCode::kCorruption, "a valid record of type 4 with sequence 0:3 stands where record 0:2 belongs");
}

TEST_F(ManifestRecordsTest, AMarkWithinAnEditIsCorruption) {
  Write(LogRecordType::kEdit, 1, false, first_);
  Write(LogRecordType::kMark, 2, true, "");
  ExpectError(StatusCode::kCorruption, "a valid record of type 3 with sequence 0:2");
}

TEST_F(ManifestRecordsTest, OperationsAreCorruption) {
  Write(LogRecordType::kOperations, 1, true, "\x01\x01\x01\x01kv");
  ExpectError(StatusCode::kCorruption, "a valid record of type 1 with sequence 0:1");
}

TEST_F(ManifestRecordsTest, AnEditThatDoesNotDecodeIsCorruption) {
  Write(LogRecordType::kEdit, 1, true, "\x01");
  ExpectError(StatusCode::kCorruption, "manifest file 1 offset 88: edit offset 0: no whole field");
}

TEST_F(ManifestRecordsTest, AnEditOfALaterVersionIsUnsupported) {
  Write(LogRecordType::kEdit, 1, true, first_);
  Write(LogRecordType::kEdit, 2, true, std::string("\x0d\x00", 2));
  ExpectError(StatusCode::kUnsupported, "edit offset 0: field 13 is not known to this version");
}

TEST_F(ManifestRecordsTest, AnEditThatDoesNotFitIsCorruption) {
  Write(LogRecordType::kEdit, 1, true, first_);
  Write(LogRecordType::kEdit, 2, true, EncodeManifestEdit(EpochEdit(1)));
  ExpectError(StatusCode::kCorruption, "manifest edit: epoch 1 follows epoch 1");
}

TEST_F(ManifestRecordsTest, AnEditWithoutItsEndIsCut) {
  Write(LogRecordType::kEdit, 1, true, first_);
  const uint64_t end = writer_->size();
  Write(LogRecordType::kEdit, 2, false, EncodeManifestEdit(EpochEdit(2)));
  const auto loaded = Load().value();
  EXPECT_EQ(loaded.state, NewState());
  EXPECT_EQ(loaded.good_end, end);
}

}  // namespace
}  // namespace logwood
