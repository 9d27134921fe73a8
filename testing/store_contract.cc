#include "logwood/testing/store_contract.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <gtest/gtest.h>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace logwood::testing {
namespace {

constexpr std::array kSizesAroundSectorsAndPages = {1,    2,    511,  512,   513,   1023,  4095,
                                                    4096, 4097, 8191, 65535, 65536, 65537, 200000};

// Stores and their files, made so that a failure ends the case with the status in the report.
#define LOGWOOD_CONTRACT_VALUE(target, expression)                                      \
  auto target##_result = (expression);                                                  \
  ASSERT_TRUE(target##_result.ok()) << #expression << ": " << target##_result.status(); \
  auto target = *std::move(target##_result)

#define LOGWOOD_CONTRACT_OK(expression)                        \
  do {                                                         \
    const Status status = (expression);                        \
    ASSERT_TRUE(status.ok()) << #expression << ": " << status; \
  } while (false)

// Bytes that differ from place to place and from seed to seed.
std::string Pattern(size_t size, size_t seed) {
  std::string bytes(size, '\0');
  for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 131 + (i >> 8) * 7 + seed * 29 + 1) & 0xff);
  return bytes;
}

Status WriteFile(Store& store, std::string_view name, Bytes data) {
  Result<std::unique_ptr<AppendFile>> file = store.Create(name, {});
  if (!file.ok()) return file.status();
  if (Status status = (*file)->Append(data); !status.ok()) return status;
  if (Status status = (*file)->Sync(); !status.ok()) return status;
  return (*file)->Finish();
}

Result<std::string> ReadRange(const ReadableFile& file, uint64_t offset, size_t size) {
  std::string bytes(size, '\0');
  const Result<size_t> count = file.Read(offset, std::as_writable_bytes(std::span(bytes)));
  if (!count.ok()) return count.status();
  bytes.resize(*count);
  return bytes;
}

Result<std::string> ReadFile(Store& store, std::string_view name) {
  Result<std::unique_ptr<ReadableFile>> file = store.Open(name);
  if (!file.ok()) return file.status();
  return ReadRange(**file, 0, (*file)->size());
}

std::vector<std::string> SortedList(Store& store) {
  Result<std::vector<std::string>> names = store.List();
  if (!names.ok()) return {names.status().ToString()};
  std::sort(names->begin(), names->end());
  return *std::move(names);
}

void NewStoreIsEmpty(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  EXPECT_EQ(SortedList(*store), std::vector<std::string>());
  EXPECT_FALSE(store->description().empty());
}

void AppendedBytesAreReadBack(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_VALUE(file, store->Create("1.log", {}));
  std::string expected;
  for (const int size : kSizesAroundSectorsAndPages) {
    const std::string piece = Pattern(static_cast<size_t>(size), static_cast<size_t>(size));
    LOGWOOD_CONTRACT_OK(file->Append(piece));
    expected += piece;
    EXPECT_EQ(file->size(), expected.size());
  }
  LOGWOOD_CONTRACT_OK(file->Append(Bytes()));
  LOGWOOD_CONTRACT_OK(file->Sync());
  LOGWOOD_CONTRACT_OK(file->Finish());
  EXPECT_EQ(file->size(), expected.size());
  LOGWOOD_CONTRACT_VALUE(read, ReadFile(*store, "1.log"));
  EXPECT_TRUE(read == expected) << "the file differs from what was appended";
}

void EmptyFileExists(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "empty", Bytes()));
  LOGWOOD_CONTRACT_VALUE(file, store->Open("empty"));
  EXPECT_EQ(file->size(), 0u);
  LOGWOOD_CONTRACT_VALUE(bytes, ReadRange(*file, 0, 10));
  EXPECT_EQ(bytes, "");
}

void ReadsEndWhereTheFileEnds(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  const std::string bytes = Pattern(1000, 3);
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "file", bytes));
  LOGWOOD_CONTRACT_VALUE(file, store->Open("file"));
  struct Range {
    uint64_t offset;
    size_t size;
    size_t expected_size;
  };
  for (const Range range : {Range{0, 1000, 1000}, Range{0, 0, 0}, Range{1, 998, 998}, Range{999, 1, 1},
                            Range{999, 2, 1}, Range{0, 5000, 1000}, Range{1000, 1, 0}, Range{1001, 1, 0},
                            Range{1u << 30, 7, 0}, Range{INT64_MAX, 7, 0}, Range{UINT64_MAX - 3, 7, 0}}) {
    LOGWOOD_CONTRACT_VALUE(read, ReadRange(*file, range.offset, range.size));
    ASSERT_EQ(read.size(), range.expected_size) << "offset " << range.offset << " size " << range.size;
    if (read.empty()) continue;
    EXPECT_EQ(read, bytes.substr(range.offset, range.size));
  }
}

void FileIsReadableWhileItGrows(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_VALUE(file, store->Create("file", {}));
  LOGWOOD_CONTRACT_OK(file->Append("one"));
  LOGWOOD_CONTRACT_VALUE(early, store->Open("file"));
  LOGWOOD_CONTRACT_OK(file->Append("two"));
  LOGWOOD_CONTRACT_VALUE(late, store->Open("file"));
  LOGWOOD_CONTRACT_VALUE(first, ReadRange(*early, 0, 3));
  EXPECT_EQ(first, "one");
  LOGWOOD_CONTRACT_VALUE(both, ReadRange(*late, 0, 6));
  EXPECT_EQ(both, "onetwo");
}

void CreateIsExclusive(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "file", "kept"));
  EXPECT_EQ(store->Create("file", {}).status().code(), StatusCode::kAlreadyExists);
  LOGWOOD_CONTRACT_VALUE(bytes, ReadFile(*store, "file"));
  EXPECT_EQ(bytes, "kept");
}

void MissingFilesAreNotFound(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  EXPECT_EQ(store->Open("missing").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store->Remove("missing").code(), StatusCode::kNotFound);
  EXPECT_EQ(SortedList(*store), std::vector<std::string>()) << "asking for a file created it";
}

void IllegalNamesAreRefused(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  const std::vector<std::string> names = {"",
                                          ".",
                                          "..",
                                          "/",
                                          "a/b",
                                          "../a",
                                          "A",
                                          "a b",
                                          "a_b",
                                          "\xc3\xa4",
                                          "a\n",
                                          std::string("a\0b", 3),
                                          std::string(65, 'a')};
  for (const std::string& name : names) {
    EXPECT_EQ(store->Create(name, {}).status().code(), StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store->Open(name).status().code(), StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store->Remove(name).code(), StatusCode::kInvalidArgument) << name;
  }
  EXPECT_EQ(SortedList(*store), std::vector<std::string>());
}

void LegalNamesAreKept(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  std::vector<std::string> names = {"0", "a", "-", ".a", "a.", "...", "00000001.log", "z-9.z", std::string(64, 'z')};
  for (const std::string& name : names) LOGWOOD_CONTRACT_OK(WriteFile(*store, name, name));
  std::sort(names.begin(), names.end());
  EXPECT_EQ(SortedList(*store), names);
  for (const std::string& name : names) {
    LOGWOOD_CONTRACT_VALUE(bytes, ReadFile(*store, name));
    EXPECT_EQ(bytes, name);
  }
}

void RemovedFileIsGone(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "a", "a"));
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "b", "b"));
  LOGWOOD_CONTRACT_OK(store->Remove("a"));
  EXPECT_EQ(SortedList(*store), std::vector<std::string>{"b"});
  EXPECT_EQ(store->Open("a").status().code(), StatusCode::kNotFound);
  EXPECT_EQ(store->Remove("a").code(), StatusCode::kNotFound);
}

void OpenHandlesOutliveRemoval(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  const std::string bytes = Pattern(100000, 5);
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "file", bytes));
  LOGWOOD_CONTRACT_VALUE(file, store->Open("file"));
  LOGWOOD_CONTRACT_OK(store->Remove("file"));
  EXPECT_EQ(file->size(), bytes.size());
  LOGWOOD_CONTRACT_VALUE(read, ReadRange(*file, 0, bytes.size()));
  EXPECT_TRUE(read == bytes) << "the removed file differs from what was appended";
}

void AppendersOutliveRemoval(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_VALUE(file, store->Create("file", {}));
  LOGWOOD_CONTRACT_VALUE(reader, store->Open("file"));
  LOGWOOD_CONTRACT_OK(store->Remove("file"));
  LOGWOOD_CONTRACT_OK(file->Append("late"));
  LOGWOOD_CONTRACT_VALUE(read, ReadRange(*reader, 0, 10));
  EXPECT_EQ(read, "late");
  EXPECT_EQ(SortedList(*store), std::vector<std::string>());
}

void FinishEndsAppending(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_VALUE(file, store->Create("file", {}));
  LOGWOOD_CONTRACT_OK(file->Append("whole"));
  LOGWOOD_CONTRACT_OK(file->Finish());
  EXPECT_EQ(file->Append("more").code(), StatusCode::kInvalidArgument);
  LOGWOOD_CONTRACT_OK(file->Sync());
  EXPECT_EQ(file->size(), 5u);
  LOGWOOD_CONTRACT_VALUE(bytes, ReadFile(*store, "file"));
  EXPECT_EQ(bytes, "whole");
}

// Until Finish() the file may look larger; after it, it is what was appended.
void PreparedSpaceIsGivenBack(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_VALUE(file, store->Create("file", {.size_expected = 300000}));
  const std::string bytes = Pattern(70000, 9);
  LOGWOOD_CONTRACT_OK(file->Append(bytes));
  EXPECT_EQ(file->size(), bytes.size());
  LOGWOOD_CONTRACT_VALUE(early, ReadFile(*store, "file"));
  EXPECT_TRUE(early.starts_with(bytes));
  LOGWOOD_CONTRACT_OK(file->Finish());
  LOGWOOD_CONTRACT_OK(file->Sync());
  LOGWOOD_CONTRACT_VALUE(read, ReadFile(*store, "file"));
  EXPECT_TRUE(read == bytes) << "size " << read.size() << ", expected " << bytes.size();
}

void DroppedHandlesKeepWhatWasAppended(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  {
    LOGWOOD_CONTRACT_VALUE(file, store->Create("file", {}));
    LOGWOOD_CONTRACT_OK(file->Append("not synced"));
  }
  LOGWOOD_CONTRACT_VALUE(bytes, ReadFile(*store, "file"));
  EXPECT_EQ(bytes, "not synced");
}

void ReadersCanSync(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  {
    LOGWOOD_CONTRACT_VALUE(file, store->Create("file", {}));
    LOGWOOD_CONTRACT_OK(file->Append("later"));
  }
  LOGWOOD_CONTRACT_VALUE(reader, store->Open("file"));
  LOGWOOD_CONTRACT_OK(reader->Sync());
  LOGWOOD_CONTRACT_OK(reader->Sync());
}

void WriterExcludesAll(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  {
    LOGWOOD_CONTRACT_VALUE(writer, store->Lock(LockMode::kExclusive));
    const Status second = store->Lock(LockMode::kExclusive).status();
    EXPECT_EQ(second.code(), StatusCode::kBusy) << second;
    EXPECT_FALSE(second.message().empty());
    EXPECT_EQ(store->Lock(LockMode::kShared).status().code(), StatusCode::kBusy);
  }
  EXPECT_TRUE(store->Lock(LockMode::kExclusive).ok()) << "the lock outlived its holder";
  EXPECT_EQ(SortedList(*store), std::vector<std::string>()) << "the lock shows among the files";
}

void ReadersShare(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  {
    LOGWOOD_CONTRACT_VALUE(first, store->Lock(LockMode::kShared));
    LOGWOOD_CONTRACT_VALUE(second, store->Lock(LockMode::kShared));
    EXPECT_EQ(store->Lock(LockMode::kExclusive).status().code(), StatusCode::kBusy);
    first.reset();
    EXPECT_EQ(store->Lock(LockMode::kExclusive).status().code(), StatusCode::kBusy);
  }
  EXPECT_TRUE(store->Lock(LockMode::kExclusive).ok());
}

void SecondObjectSeesTheSameFilesAndLock(const StoreFactory& factory) {
  if (factory.open_again == nullptr) return;
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "file", "shared"));
  LOGWOOD_CONTRACT_VALUE(writer, store->Lock(LockMode::kExclusive));
  LOGWOOD_CONTRACT_VALUE(other, factory.open_again());
  LOGWOOD_CONTRACT_VALUE(bytes, ReadFile(*other, "file"));
  EXPECT_EQ(bytes, "shared");
  EXPECT_EQ(other->Lock(LockMode::kShared).status().code(), StatusCode::kBusy);
  writer.reset();
  EXPECT_TRUE(other->Lock(LockMode::kExclusive).ok());
}

// One thread appends and lists, others read what they know to be there.
void ThreadsUseOneStore(const StoreFactory& factory) {
  LOGWOOD_CONTRACT_VALUE(store, factory.create());
  const std::string bytes = Pattern(50000, 11);
  LOGWOOD_CONTRACT_OK(WriteFile(*store, "settled", bytes));
  LOGWOOD_CONTRACT_VALUE(settled, store->Open("settled"));
  std::array<Status, 2> outcomes;
  std::vector<std::thread> readers;
  for (Status& outcome : outcomes) {
    readers.emplace_back([&settled, &bytes, &outcome] {
      for (size_t i = 0; i < 200 && outcome.ok(); ++i) {
        const Result<std::string> read = ReadRange(*settled, i * 100, 1000);
        outcome = read.status();
        if (read.ok() && *read != bytes.substr(i * 100, 1000)) outcome = Status::Corruption("other bytes were read");
      }
    });
  }
  Status written;
  for (int i = 0; i < 50 && written.ok(); ++i) written = WriteFile(*store, "new-" + std::to_string(i), bytes);
  for (std::thread& reader : readers) reader.join();
  EXPECT_TRUE(written.ok()) << written;
  for (const Status& outcome : outcomes) EXPECT_TRUE(outcome.ok()) << outcome;
  EXPECT_EQ(SortedList(*store).size(), 51u);
}

#define LOGWOOD_CONTRACT_CASE(name) \
  StoreContractCase { #name, name }
constexpr std::array kCases = {
    LOGWOOD_CONTRACT_CASE(NewStoreIsEmpty),
    LOGWOOD_CONTRACT_CASE(AppendedBytesAreReadBack),
    LOGWOOD_CONTRACT_CASE(EmptyFileExists),
    LOGWOOD_CONTRACT_CASE(ReadsEndWhereTheFileEnds),
    LOGWOOD_CONTRACT_CASE(FileIsReadableWhileItGrows),
    LOGWOOD_CONTRACT_CASE(CreateIsExclusive),
    LOGWOOD_CONTRACT_CASE(MissingFilesAreNotFound),
    LOGWOOD_CONTRACT_CASE(IllegalNamesAreRefused),
    LOGWOOD_CONTRACT_CASE(LegalNamesAreKept),
    LOGWOOD_CONTRACT_CASE(RemovedFileIsGone),
    LOGWOOD_CONTRACT_CASE(OpenHandlesOutliveRemoval),
    LOGWOOD_CONTRACT_CASE(AppendersOutliveRemoval),
    LOGWOOD_CONTRACT_CASE(FinishEndsAppending),
    LOGWOOD_CONTRACT_CASE(PreparedSpaceIsGivenBack),
    LOGWOOD_CONTRACT_CASE(DroppedHandlesKeepWhatWasAppended),
    LOGWOOD_CONTRACT_CASE(ReadersCanSync),
    LOGWOOD_CONTRACT_CASE(WriterExcludesAll),
    LOGWOOD_CONTRACT_CASE(ReadersShare),
    LOGWOOD_CONTRACT_CASE(SecondObjectSeesTheSameFilesAndLock),
    LOGWOOD_CONTRACT_CASE(ThreadsUseOneStore),
};

}  // namespace

std::ostream& operator<<(std::ostream& out, const StoreContractCase& contract_case) {
  return out << contract_case.name;
}

std::span<const StoreContractCase> StoreContractCases() { return kCases; }

void RunStoreContract(const StoreFactory& factory) {
  for (const StoreContractCase& contract_case : StoreContractCases()) {
    const ::testing::ScopedTrace trace(__FILE__, __LINE__, std::string(contract_case.name));
    contract_case.run(factory);
  }
}

}  // namespace logwood::testing
