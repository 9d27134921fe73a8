#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/file_header.h"
#include "logwood/database.h"
#include "logwood/store.h"
#include "tests/crash/crash_oracle.h"
#include "tests/crash/queue_runtime.h"
#include "tests/engine/wrapped_store.h"

namespace logwood::testing {
namespace {

using Files = std::map<std::string, std::string>;

constexpr CommitOptions kUnsynced = {.sync = Sync::kNo};

std::string KeyOf(int i) { return "key" + std::to_string(100 + i); }

Files ReadFiles(Store& store) {
  Files files;
  for (const std::string& name : store.List().value()) {
    const auto file = store.Open(name).value();
    std::string bytes(file->size(), '\0');
    EXPECT_EQ(file->Read(0, std::as_writable_bytes(std::span(bytes))).value(), bytes.size());
    files[name] = std::move(bytes);
  }
  return files;
}

std::unique_ptr<Store> StoreOf(const Files& files) {
  std::unique_ptr<Store> store = NewMemoryStore();
  for (const auto& [name, bytes] : files) {
    const auto file = store->Create(name, {}).value();
    file->Append(bytes).Check();
    file->Finish().Check();
  }
  return store;
}

// A store on a device that cannot read one page of one file.
class WornStore final : public WrappedStore {
 public:
  static constexpr uint64_t kPageSize = 4096;

  WornStore(Store& inner, std::string name, uint64_t page)
      : WrappedStore(inner), name_(std::move(name)), begin_(page * kPageSize) {}

  Result<std::unique_ptr<ReadableFile>> Open(std::string_view name) override {
    auto file = inner_.Open(name);
    if (!file.ok() || name != name_) return file;
    return std::make_unique<File>(*std::move(file), begin_);
  }

 private:
  class File final : public ReadableFile {
   public:
    File(std::unique_ptr<ReadableFile> file, uint64_t begin) : file_(std::move(file)), begin_(begin) {}
    [[nodiscard]] Result<size_t> Read(uint64_t offset, std::span<std::byte> into) const override {
      if (offset < begin_ + kPageSize && offset + into.size() > begin_) return Status::Io("worn out");
      return file_->Read(offset, into);
    }
    [[nodiscard]] uint64_t size() const override { return file_->size(); }
    Status Sync() override { return file_->Sync(); }

   private:
    const std::unique_ptr<ReadableFile> file_;
    const uint64_t begin_;
  };

  const std::string name_;
  const uint64_t begin_;
};

// A database with overwritten, deleted and range-deleted entries in trees over one another and in a log, and all that
// it held at any time.
class SalvagedDatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::unique_ptr<Store> store = NewMemoryStore();
    {
      const Options options{.memory_budget_bytes = 1 << 20, .memtable_size_bytes = 1 << 16};
      Database db = Database::Open(*store, options, runtime_).value();
      Write(db);
      db.Close().Check();
    }
    files_ = ReadFiles(*store);
  }

  void Write(Database& db) {
    left_ = db.CreateCollection("left", {.block_size_bytes = 256}).value();
    right_ = db.CreateCollection("right", {.block_size_bytes = 256}).value();
    for (int i = 0; i < 30; ++i) Put(i % 3 == 0 ? *right_ : *left_, KeyOf(i), "oldest" + std::to_string(i));
    db.Flush().Check();
    db.Compact(*left_).Check();
    for (int i = 0; i < 30; i += 4) Put(*left_, KeyOf(i), "newer" + std::to_string(i));
    DeleteRange(KeyOf(10), KeyOf(15));
    db.Flush().Check();
    for (int i = 1; i < 30; i += 7) Put(*left_, KeyOf(i), "newest" + std::to_string(i));
    Delete(KeyOf(2));
    db.Flush().Check();
    for (int i = 0; i < 3; ++i) {
      PutPair(db, "logged" + std::to_string(i));
      Put(*left_, KeyOf(i + 20), "logged" + std::to_string(i));
    }
    Delete(KeyOf(4));
  }

  void Put(Collection& to, const std::string& key, const std::string& value) {
    to.Put(key, value, kUnsynced).Check();
    now_[to.name()][key] = value;
    Note();
  }
  // A batch of both collections.
  void PutPair(Database& db, const std::string& value) {
    Batch batch;
    batch.Put(*left_, "pair", value);
    batch.Put(*right_, "pair", value);
    db.Commit(batch, kUnsynced).Check();
    now_["left"]["pair"] = now_["right"]["pair"] = value;
    Note();
  }
  void Delete(const std::string& key) {
    left_->Delete(key, kUnsynced).Check();
    now_["left"].erase(key);
    Note();
  }
  void DeleteRange(const std::string& start, const std::string& limit) {
    left_->DeleteRange(start, limit, kUnsynced).Check();
    Contents& left = now_["left"];
    left.erase(left.lower_bound(start), left.lower_bound(limit));
    Note();
  }
  void Note() {
    states_.push_back(now_);
    for (const auto& [collection, entries] : now_) {
      for (const auto& [key, value] : entries) ever_[key].insert(value);
    }
  }

  // Opens `files` for salvage and compares what it shows with what was written and with its report.
  void Salvage(const Files& files, const std::string& what) {
    SCOPED_TRACE(what);
    const std::unique_ptr<Store> store = StoreOf(files);
    Salvage(*store);
    EXPECT_TRUE(ReadFiles(*store) == files) << "something was written";
  }
  void Salvage(Store& store) {
    const auto db = Database::Open(store, {.mode = OpenMode::kSalvage, .memory_budget_bytes = 1 << 20}, runtime_);
    ASSERT_EQ(db.status(), Status::Ok());
    const auto found = ReadAll(*db);
    ASSERT_EQ(found.status(), Status::Ok());
    Compare(*found, db->salvage_report());
    found_ = *found;
    report_ = db->salvage_report();
    ++count_;
    complete_count_ += report_.is_complete() ? 1 : 0;
  }

  void Compare(const DatabaseContents& found, const SalvageReport& report) {
    // The end of a log that is gone without a trace leaves what there was before.
    if (std::ranges::find(states_, found) != states_.end() && may_be_older_) return;
    for (const auto& [collection, entries] : found) {
      for (const auto& [key, value] : entries) {
        EXPECT_TRUE(ever_.contains(key) && ever_.at(key).contains(value)) << "made up: " << key << " = " << value;
      }
    }
    for (const auto& [collection, expected] : now_) {
      const auto entries = found.find(collection);
      if (entries == found.end()) {
        EXPECT_TRUE(IsCovered(report, collection, std::nullopt)) << collection << " is gone";
        continue;
      }
      for (const auto& [key, values] : ever_) {
        if (ValueOf(expected, key) == ValueOf(entries->second, key)) continue;
        EXPECT_TRUE(IsCovered(report, collection, key)) << collection << " " << key << " is wrong, and not reported";
      }
    }
  }

  static std::optional<std::string> ValueOf(const Contents& entries, const std::string& key) {
    const auto entry = entries.find(key);
    return entry == entries.end() ? std::nullopt : std::optional(entry->second);
  }

  static bool IsCovered(const SalvageReport& report, const std::string& collection,
                        const std::optional<std::string>& key) {
    return std::ranges::any_of(report.damages, [&](const SalvageDamage& damage) {
      if (!damage.loses_entries) return false;
      if (!key) return !damage.collection;
      return (!damage.collection || damage.collection == collection) && (!damage.start || *damage.start <= *key) &&
             (!damage.limit || *key < *damage.limit);
    });
  }

  [[nodiscard]] std::string OneOf(FileType type) const {
    std::string last;
    for (const auto& [name, bytes] : files_) {
      if (ParseFileName(name)->type == type) last = name;
    }
    return last;
  }

  void Tell() const {
    std::cout << files_.size() << " files, " << count_ << " damages, " << complete_count_ << " without loss\n";
  }

  QueueRuntime runtime_{1};
  std::optional<Collection> left_;
  std::optional<Collection> right_;
  DatabaseContents now_ = {{"left", {}}, {"right", {}}};
  std::vector<DatabaseContents> states_;
  std::map<std::string, std::set<std::string>> ever_;
  Files files_;
  DatabaseContents found_;
  SalvageReport report_;
  bool may_be_older_ = false;
  int count_ = 0;
  int complete_count_ = 0;
};

TEST_F(SalvagedDatabaseTest, ShowsAllWhereNothingIsDamaged) {
  Salvage(files_, "nothing");
  EXPECT_EQ(found_, now_);
  EXPECT_TRUE(report_.damages.empty()) << report_.damages.front().what;
}

TEST_F(SalvagedDatabaseTest, NamesALossForWhateverIsWrongWhateverByteIsChanged) {
  for (const auto& [name, bytes] : files_) {
    for (size_t at = 0; at < bytes.size() && !HasFailure(); ++at) {
      Files damaged = files_;
      damaged[name][at] = static_cast<char>(bytes[at] ^ (at % 2 == 0 ? 0x01 : 0x80));
      Salvage(damaged, name + " offset " + std::to_string(at));
    }
  }
  Tell();
}

TEST_F(SalvagedDatabaseTest, NamesALossForWhateverIsWrongWhereverAFileIsCut) {
  for (const auto& [name, bytes] : files_) {
    may_be_older_ = ParseFileName(name)->type != FileType::kTree;
    for (size_t size = 0; size < bytes.size() && !HasFailure(); ++size) {
      Files damaged = files_;
      damaged[name].resize(size);
      Salvage(damaged, name + " cut to " + std::to_string(size));
    }
  }
  Tell();
}

TEST_F(SalvagedDatabaseTest, NamesALossForWhateverIsWrongWhicheverFilesAreMissing) {
  std::vector<std::string> names;
  for (const auto& [name, bytes] : files_) names.push_back(name);
  for (unsigned missing = 1; missing + 1 < 1U << names.size() && !HasFailure(); ++missing) {
    Files damaged = files_;
    std::string what = "without";
    for (size_t i = 0; i < names.size(); ++i) {
      if ((missing >> i & 1) == 0) continue;
      damaged.erase(names[i]);
      what += " " + names[i];
    }
    Salvage(damaged, what);
  }
  Tell();
}

TEST_F(SalvagedDatabaseTest, NamesALossForWhateverIsWrongWhereTheDeviceCannotReadAPage) {
  for (const auto& [name, bytes] : files_) {
    for (uint64_t page = 0; page * WornStore::kPageSize < bytes.size(); ++page) {
      SCOPED_TRACE(name + " page " + std::to_string(page));
      const std::unique_ptr<Store> store = StoreOf(files_);
      WornStore worn(*store, name, page);
      Salvage(worn);
      EXPECT_TRUE(std::ranges::any_of(report_.damages, [](const SalvageDamage& damage) {
        return damage.what.find("worn out") != std::string::npos;
      }));
    }
  }
  Tell();
}

TEST_F(SalvagedDatabaseTest, TakesNoPartOfACommitFromADamagedLog) {
  const std::string log = OneOf(FileType::kLog);
  for (size_t at = 0; at < files_.at(log).size() && !HasFailure(); ++at) {
    Files damaged = files_;
    damaged[log][at] = static_cast<char>(damaged[log][at] ^ 0x10);
    Salvage(damaged, "offset " + std::to_string(at));
    EXPECT_EQ(ValueOf(found_["left"], "pair"), ValueOf(found_["right"], "pair")) << at;
  }
}

TEST_F(SalvagedDatabaseTest, KeepsWhatStandsBehindDamageInALog) {
  const std::string log = OneOf(FileType::kLog);
  const size_t first = files_.at(log).find("logged0");
  ASSERT_NE(first, std::string::npos);
  Files damaged = files_;
  damaged[log][first] = 'x';
  Salvage(damaged, "the first value");
  EXPECT_EQ(ValueOf(found_["left"], "pair"), "logged2");
  EXPECT_EQ(ValueOf(found_["left"], KeyOf(22)), "logged2");
  EXPECT_FALSE(report_.is_complete());
}

// Any other open takes what is damaged there for what a loss of power has left, and cuts it.
TEST_F(SalvagedDatabaseTest, NamesWhatIsCutFromALogOfWhichNothingSaysThatItWasSynced) {
  const std::string log = OneOf(FileType::kLog);
  Files damaged = files_;
  damaged[log].resize(damaged[log].rfind("logged2"));  // With the last mark.
  const size_t first = damaged[log].find("logged1");
  damaged[log][first] = 'x';
  Salvage(damaged, "a value of an unsynced commit");
  EXPECT_FALSE(report_.is_complete());
  EXPECT_EQ(ValueOf(found_["left"], KeyOf(20)), "logged0");
  EXPECT_EQ(ValueOf(found_["left"], KeyOf(21)), "logged1");
}

TEST_F(SalvagedDatabaseTest, KeepsTheOtherLeavesOfATree) {
  for (const auto& [name, bytes] : files_) {
    const size_t at = bytes.find("oldest0");
    if (ParseFileName(name)->type != FileType::kTree || at == std::string::npos) continue;
    Files damaged = files_;
    damaged[name][at] = 'x';
    Salvage(damaged, name);
    ASSERT_FALSE(report_.is_complete());
    EXPECT_GT(found_["left"].size() + found_["right"].size(), 15U);
    for (const SalvageDamage& damage : report_.damages) EXPECT_EQ(damage.file, name) << damage.what;
  }
}

TEST_F(SalvagedDatabaseTest, ReportsDamagedRangeTombstonesAsOneLoss) {
  int met = 0;
  for (const auto& [name, bytes] : files_) {
    for (size_t at = kFileHeaderSize; at < bytes.size() && ParseFileName(name)->type == FileType::kTree; at += 8) {
      Files damaged = files_;
      damaged[name][at] = static_cast<char>(bytes[at] ^ 0x04);
      Salvage(damaged, name + " offset " + std::to_string(at));
      const auto lost = std::ranges::find_if(report_.damages, &SalvageDamage::loses_entries);
      if (lost == report_.damages.end() || lost->what.find(" range tombstones are left") == std::string::npos) continue;
      ++met;
      EXPECT_EQ(std::ranges::count_if(report_.damages, &SalvageDamage::loses_entries), 1);
      EXPECT_EQ(lost->start, KeyOf(10));
      EXPECT_EQ(lost->limit, KeyOf(15));
      EXPECT_EQ(ValueOf(found_["left"], KeyOf(13)), "oldest13");  // It was deleted.
    }
  }
  EXPECT_GT(met, 0);
}

TEST_F(SalvagedDatabaseTest, ShowsTreesAndLogsByTheirNumbersWhereNoManifestIsLeft) {
  Files damaged = files_;
  damaged.erase(OneOf(FileType::kManifest));
  Salvage(damaged, "no manifest");
  ASSERT_TRUE(found_.contains("collection 1"));
  EXPECT_EQ(found_["collection 1"]["pair"], "logged2");
  EXPECT_TRUE(std::ranges::any_of(found_, [](const auto& each) { return each.first.starts_with("tree file "); }));
}

}  // namespace
}  // namespace logwood::testing
