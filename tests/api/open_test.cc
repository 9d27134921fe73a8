// Which database Open() gives, and what it leaves behind where it gives none.
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "logwood/logwood.h"
#include "logwood/testing/fault_store.h"
#include "logwood/testing/temporary_directory.h"

namespace logwood {
namespace {

namespace fs = std::filesystem;
using testing::TemporaryDirectory;

// The files of a directory with what is in them; "nothing" where there is no such directory.
using Picture = std::map<std::string, std::string>;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Picture PictureOf(const fs::path& path) {
  if (!fs::exists(path)) return {{"nothing", ""}};
  if (!fs::is_directory(path)) return {{"a file", ReadAll(path)}};
  Picture files;
  for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
    files[entry.path().filename().string()] = ReadAll(entry.path());
  }
  return files;
}

void MakeDatabase(const std::string& path) {
  Database db = Database::Open(path).value();
  db.CreateCollection("users").value().Put("ada", "1815").Check();
  db.Close().Check();
}

enum class Place : uint8_t { kMissing, kEmpty, kStrange, kDatabase, kDatabaseAndStrange, kFile, kNoParent };

std::string Make(Place place, const fs::path& in) {
  const fs::path path = place == Place::kNoParent ? in / "missing" / "db" : in / "db";
  switch (place) {
    case Place::kMissing: break;
    case Place::kNoParent: break;
    case Place::kEmpty: fs::create_directory(path); break;
    case Place::kStrange: fs::create_directory(path); break;
    case Place::kDatabase: MakeDatabase(path.string()); break;
    case Place::kDatabaseAndStrange: MakeDatabase(path.string()); break;
    case Place::kFile: std::ofstream(path) << "a file"; break;
  }
  if (place == Place::kStrange || place == Place::kDatabaseAndStrange) std::ofstream(path / "notes.txt") << "my notes";
  return path.string();
}

struct OpenCase {
  Place place;
  OpenMode mode;
  StatusCode expected;
};

constexpr auto kOk = StatusCode::kOk;
constexpr auto kNotFound = StatusCode::kNotFound;
constexpr auto kInvalid = StatusCode::kInvalidArgument;
constexpr OpenCase kOpenCases[] = {
    {Place::kMissing, OpenMode::kOpenOrCreate, kOk},
    {Place::kMissing, OpenMode::kOpen, kNotFound},
    {Place::kMissing, OpenMode::kCreate, kOk},
    {Place::kMissing, OpenMode::kReadOnly, kNotFound},
    {Place::kMissing, OpenMode::kSalvage, kNotFound},
    {Place::kEmpty, OpenMode::kOpenOrCreate, kOk},
    {Place::kEmpty, OpenMode::kOpen, kNotFound},
    {Place::kEmpty, OpenMode::kCreate, kOk},
    {Place::kEmpty, OpenMode::kReadOnly, kNotFound},
    {Place::kEmpty, OpenMode::kSalvage, kNotFound},
    {Place::kStrange, OpenMode::kOpenOrCreate, kOk},
    {Place::kStrange, OpenMode::kOpen, kNotFound},
    {Place::kStrange, OpenMode::kCreate, kOk},
    {Place::kStrange, OpenMode::kReadOnly, kNotFound},
    {Place::kDatabase, OpenMode::kOpenOrCreate, kOk},
    {Place::kDatabase, OpenMode::kOpen, kOk},
    {Place::kDatabase, OpenMode::kCreate, StatusCode::kAlreadyExists},
    {Place::kDatabase, OpenMode::kReadOnly, kOk},
    {Place::kDatabase, OpenMode::kSalvage, kOk},
    {Place::kDatabaseAndStrange, OpenMode::kOpen, kOk},
    {Place::kDatabaseAndStrange, OpenMode::kReadOnly, kOk},
    {Place::kFile, OpenMode::kOpenOrCreate, kInvalid},
    {Place::kFile, OpenMode::kOpen, kInvalid},
    {Place::kFile, OpenMode::kCreate, kInvalid},
    {Place::kFile, OpenMode::kReadOnly, kInvalid},
    {Place::kNoParent, OpenMode::kOpenOrCreate, kNotFound},
    {Place::kNoParent, OpenMode::kCreate, kNotFound},
    {Place::kNoParent, OpenMode::kOpen, kNotFound},
};

TEST(Open, EveryModeAtEveryPlace) {
  for (const OpenCase& one : kOpenCases) {
    SCOPED_TRACE("place " + std::to_string(static_cast<int>(one.place)) + " mode " +
                 std::to_string(static_cast<int>(one.mode)));
    const TemporaryDirectory directory;
    const std::string path = Make(one.place, directory.path());
    const Picture before = PictureOf(path);
    {
      const Result<Database> opened = Database::Open(path, {.mode = one.mode});
      EXPECT_EQ(opened.status().code(), one.expected) << opened.status();
      EXPECT_TRUE(opened.ok() || opened.status().message().find(directory.path().string()) != std::string::npos)
          << opened.status();
    }
    const Picture after = PictureOf(path);
    const bool may_write = one.expected == kOk && one.mode != OpenMode::kReadOnly && one.mode != OpenMode::kSalvage;
    EXPECT_TRUE(may_write || after == before) << "something was changed";
    EXPECT_TRUE(!before.contains("notes.txt") || after.at("notes.txt") == "my notes");
    if (one.place == Place::kDatabase) {
      EXPECT_EQ(Database::Open(path).value().OpenCollection("users").value().Get("ada").value()->string_view(), "1815");
    }
  }
}

TEST(Open, AnOptionOutOfItsRangeIsRefusedAndNothingComesIntoBeing) {
  const Options wrong[] = {{.memory_budget_bytes = (uint64_t{1} << 40) + 1},
                           {.memory_budget_bytes = (uint64_t{16} << 10) - 1},
                           {.memtable_size_bytes = 511},
                           {.memory_budget_bytes = uint64_t{1} << 40, .memtable_size_bytes = (uint64_t{1} << 32) + 1},
                           {.memory_budget_bytes = 40'000, .memtable_size_bytes = 10'001},
                           {.log_file_size_bytes = 4095},
                           {.log_file_size_bytes = (uint64_t{1} << 32) + 1}};
  for (const Options& options : wrong) {
    const TemporaryDirectory directory;
    const std::string path = (directory.path() / "db").string();
    const Status refused = Database::Open(path, options).status();
    EXPECT_EQ(refused.code(), StatusCode::kInvalidArgument) << refused;
    EXPECT_NE(refused.message().find("_bytes is "), std::string::npos) << refused;
    EXPECT_FALSE(fs::exists(path));
    EXPECT_EQ(Database::OpenInMemory(options).status().code(), StatusCode::kInvalidArgument);
  }
}

TEST(Open, OptionsAtTheEndsOfTheirRangesWork) {
  const Options ends[] = {{.memory_budget_bytes = 16 << 10, .memtable_size_bytes = 512, .log_file_size_bytes = 4096},
                          {.memory_budget_bytes = uint64_t{1} << 40,
                           .memtable_size_bytes = uint64_t{1} << 32,
                           .log_file_size_bytes = uint64_t{1} << 32}};
  for (const Options& options : ends) {
    Database db = Database::OpenInMemory(options).value();
    Collection users = db.CreateCollection("users").value();
    for (int i = 0; i < 100; ++i) users.Put(std::to_string(i), "value", {.sync = Sync::kNo}).Check();
    db.Compact(users).Check();
    EXPECT_EQ(users.Get("99").value()->string_view(), "value");
  }
}

TEST(Open, OneWriterOrSeveralReaders) {
  const TemporaryDirectory directory;
  const std::string path = Make(Place::kDatabase, directory.path());
  {
    const Database writer = Database::Open(path).value();
    const Status second = Database::Open(path).status();
    EXPECT_EQ(second.code(), StatusCode::kBusy);
    EXPECT_NE(second.message().find("close"), std::string::npos) << second;
    EXPECT_EQ(Database::Open(path, {.mode = OpenMode::kReadOnly}).status().code(), StatusCode::kBusy);
  }
  {
    const Database reader = Database::Open(path, {.mode = OpenMode::kReadOnly}).value();
    const Database another = Database::Open(path, {.mode = OpenMode::kReadOnly}).value();
    EXPECT_EQ(Database::Open(path).status().code(), StatusCode::kBusy);
    EXPECT_EQ(another.OpenCollection("users").value().Get("ada").value()->string_view(), "1815");
  }
  EXPECT_TRUE(Database::Open(path).ok());
}

TEST(Open, AFailedOpenGivesTheLockBack) {
  const TemporaryDirectory directory;
  const std::string path = Make(Place::kDatabase, directory.path());
  EXPECT_EQ(Database::Open(path, {.mode = OpenMode::kCreate}).status().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(Database::Open(path, {.mode = OpenMode::kOpen}).ok());
}

TEST(Open, ReadOnlyReadsWhatIsInLogAndTreesAndWritesNothing) {
  const std::unique_ptr<Store> memory = NewMemoryStore();
  {
    Database db = Database::Open(*memory).value();
    Collection users = db.CreateCollection("users").value();
    users.Put("ada", "1815").Check();
    db.Flush().Check();
    users.Put("alan", "1912").Check();
  }
  testing::FaultStore store(*memory);
  Database db = Database::Open(store, {.mode = OpenMode::kReadOnly}).value();
  Collection users = db.OpenCollection("users").value();
  EXPECT_EQ(users.Get("ada").value()->string_view(), "1815");
  EXPECT_EQ(users.Get("alan").value()->string_view(), "1912");
  Batch batch;
  batch.Put(users, "grace", "1906");
  const Status refused[] = {users.Put("grace", "1906"),
                            users.Delete("ada"),
                            db.Commit(batch),
                            db.CreateCollection("more").status(),
                            db.OpenOrCreate("more").status(),
                            db.DropCollection("users"),
                            db.Flush(),
                            db.Compact(users)};
  for (const Status& status : refused) EXPECT_EQ(status.code(), StatusCode::kReadOnly) << status;
  EXPECT_EQ(db.Collections().value(), std::vector<std::string>{"users"});
  EXPECT_TRUE(db.OpenOrCreate("users").ok());
  EXPECT_TRUE(db.Verify().value().damages.empty());
  EXPECT_TRUE(db.NewView().value().Get(users, "ada").value().has_value());
  db.Close().Check();
  EXPECT_EQ(users.Get("ada").status().code(), StatusCode::kClosed);
  EXPECT_EQ(store.calls(testing::kWritingCalls), 0u);
}

TEST(Open, StrangersAreReportedAndLeftAlone) {
  const TemporaryDirectory directory;
  const std::string path = Make(Place::kDatabaseAndStrange, directory.path());
  Database db = Database::Open(path).value();
  EXPECT_EQ(db.Verify().value().strangers, std::vector<std::string>{"notes.txt"});
}

// Names of our form make a place look like a database that lost its manifest: nothing new is begun over it.
TEST(Open, FilesOfADatabaseWithoutItsManifestAreCorruption) {
  const TemporaryDirectory directory;
  const std::string path = Make(Place::kDatabase, directory.path());
  const Picture whole = PictureOf(path);
  std::set<std::string> removed;
  for (const auto& [name, bytes] : whole) {
    if (name.ends_with(".manifest")) removed.insert(name);
  }
  ASSERT_FALSE(removed.empty());
  for (const std::string& name : removed) fs::remove(fs::path(path) / name);
  const Picture before = PictureOf(path);
  for (const OpenMode mode : {OpenMode::kOpenOrCreate, OpenMode::kOpen, OpenMode::kCreate, OpenMode::kReadOnly}) {
    const Status status = Database::Open(path, {.mode = mode}).status();
    EXPECT_EQ(status.code(), StatusCode::kCorruption) << status;
  }
  EXPECT_EQ(PictureOf(path), before);
}

TEST(Open, AStoreMayBeGivenInsteadOfAPath) {
  const std::unique_ptr<Store> store = NewMemoryStore();
  EXPECT_EQ(Database::Open(*store, {.mode = OpenMode::kOpen}).status().code(), StatusCode::kNotFound);
  EXPECT_EQ(Database::Open(*store, {.mode = OpenMode::kReadOnly}).status().code(), StatusCode::kNotFound);
  EXPECT_TRUE(store->List().value().empty());
  Database db = Database::Open(*store, {.mode = OpenMode::kCreate}).value();
  EXPECT_EQ(Database::Open(*store).status().code(), StatusCode::kBusy);
  db.Close().Check();
  EXPECT_EQ(Database::Open(*store, {.mode = OpenMode::kCreate}).status().code(), StatusCode::kAlreadyExists);
  EXPECT_TRUE(Database::Open(*store, {.mode = OpenMode::kReadOnly}).ok());
}

}  // namespace
}  // namespace logwood
