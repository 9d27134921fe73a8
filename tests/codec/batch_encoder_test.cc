#include "codec/batch_encoder.h"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "base/hash.h"
#include "base/random.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {
namespace {

constexpr CollectionId kCollection(5);

struct Written {
  EntryType type;
  CollectionId collection;
  std::string key;
  std::string value;
  friend bool operator==(const Written&, const Written&) = default;
};

void Add(BatchEncoder& batch, const Written& operation) {
  batch.Add(operation.type, operation.collection, operation.key, operation.value);
}

// All operations of a sealed batch, by way of its fragments, each of which is checked against its checksum and table.
std::vector<Written> Decode(const BatchEncoder& batch) {
  std::vector<Written> operations;
  for (const BatchFragment& fragment : batch.fragments()) {
    EXPECT_EQ(fragment.checksum, FragmentChecksum(batch.body(fragment), batch.table(fragment)));
    EXPECT_EQ(fragment.table_length > 0, fragment.length > kLogBodySizeMax);
    if (fragment.table_length > 0) {
      EXPECT_TRUE(ChecksumTableMatches(batch.body(fragment), batch.table(fragment)));
    }
    OperationReader reader(batch.body(fragment));
    uint32_t count = 0;
    for (auto next = reader.Next(); next.value().has_value(); next = reader.Next()) {
      operations.push_back(
          {next.value()->type, next.value()->collection, next.value()->key.ToString(), next.value()->value.ToString()});
      ++count;
    }
    EXPECT_EQ(count, fragment.count);
  }
  return operations;
}

Written Put(size_t key_size, size_t value_size) {
  return {EntryType::kPut, kCollection, std::string(key_size, 'k'), std::string(value_size, 'v')};
}

// A put with a key of no bytes, whose operation has `size` bytes in all.
Written PutOfSize(size_t size) { return Put(0, size - 3 - VarintSize(size - 5)); }

TEST(BatchEncoder, EmptyBatchHasNoFragments) {
  BatchEncoder batch;
  batch.Seal();
  EXPECT_TRUE(batch.fragments().empty());
  EXPECT_EQ(batch.size_bytes(), 0u);
  EXPECT_EQ(batch.operation_count(), 0u);
}

TEST(BatchEncoder, EverySizeAtAnEdgeComesBack) {
  for (const size_t key_size : std::vector<size_t>{0, 1, 16, 127, 128, 16383, 16384, 65535, 65536}) {
    for (const size_t value_size :
         std::vector<size_t>{0, 1, 127, 128, 16372, 16380, 16384, 65535, 65536, 65537, 131072, 131073}) {
      BatchEncoder batch;
      const std::vector<Written> operations = {Put(3, 3), Put(key_size, value_size), Put(1, 0)};
      for (const Written& operation : operations) Add(batch, operation);
      batch.Seal();
      EXPECT_EQ(Decode(batch), operations) << key_size << " " << value_size;
      EXPECT_EQ(batch.operation_count(), 3u);
    }
  }
}

TEST(BatchEncoder, CollectionsOfEachVarintSizeComeBack) {
  for (const uint32_t collection : {0u, 127u, 128u, 1u << 21, UINT32_MAX}) {
    BatchEncoder batch;
    const std::vector<Written> operations = {{EntryType::kTombstone, CollectionId(collection), "key", ""}};
    Add(batch, operations[0]);
    batch.Seal();
    EXPECT_EQ(Decode(batch), operations);
  }
}

TEST(BatchEncoder, LargestValueComesBack) {
  BatchEncoder batch;
  const std::vector<Written> operations = {Put(kKeySizeMax, kValueSizeMax)};
  Add(batch, operations[0]);
  batch.Seal();
  EXPECT_EQ(Decode(batch), operations);
  EXPECT_EQ(batch.fragments()[0].table_length, 8u * (1 + 256));
}

TEST(BatchEncoder, BodyIsFilledToItsLimitAndNoFurther) {
  BatchEncoder batch;
  Add(batch, PutOfSize(kLogBodySizeMax - 100));
  Add(batch, Put(0, 96));  // 100 bytes.
  Add(batch, Put(0, 0));
  batch.Seal();
  ASSERT_EQ(batch.fragments().size(), 2u);
  EXPECT_EQ(batch.fragments()[0].length, kLogBodySizeMax);
  EXPECT_EQ(batch.fragments()[0].count, 2u);
  EXPECT_EQ(batch.fragments()[1].begin, kLogBodySizeMax);
  EXPECT_EQ(batch.fragments()[1].length, 4u);
}

TEST(BatchEncoder, OperationIsLargeFromOneByteOverTheLimit) {
  BatchEncoder batch;
  Add(batch, PutOfSize(kLogBodySizeMax));
  Add(batch, PutOfSize(kLogBodySizeMax + 1));
  batch.Seal();
  ASSERT_EQ(batch.fragments().size(), 2u);
  EXPECT_EQ(batch.fragments()[0].length, kLogBodySizeMax);
  EXPECT_EQ(batch.fragments()[0].table_length, 0u);
  EXPECT_EQ(batch.fragments()[1].length, kLogBodySizeMax + 1);
  EXPECT_EQ(batch.fragments()[1].table_length, 16u);
}

TEST(BatchEncoder, LargeTombstoneHasATableOfOneChecksum) {
  BatchEncoder batch;
  batch.Add(EntryType::kTombstone, kCollection, std::string(kKeySizeMax, 'k'), "");
  batch.Seal();
  ASSERT_EQ(batch.fragments().size(), 1u);
  const BatchFragment& fragment = batch.fragments()[0];
  EXPECT_EQ(fragment.table_length, 8u);
  EXPECT_EQ(LoadFixed64(batch.table(fragment).data()), Hash64(batch.body(fragment)));
  EXPECT_TRUE(ChecksumTableMatches(batch.body(fragment), batch.table(fragment)));
}

TEST(BatchEncoder, FragmentHoldsAtMost4096Operations) {
  // Of the smallest, which has 4 bytes.
  BatchEncoder batch;
  for (int i = 0; i < 5000; ++i) batch.Add(EntryType::kTombstone, kCollection, "", "");
  batch.Seal();
  ASSERT_EQ(batch.fragments().size(), 2u);
  EXPECT_EQ(batch.fragments()[0].count, 4096u);
  EXPECT_EQ(batch.fragments()[1].count, 904u);
}

TEST(BatchEncoder, SealEndsTheFragmentAndMayBeRepeated) {
  BatchEncoder batch;
  Add(batch, Put(1, 1));
  batch.Seal();
  const uint64_t checksum = batch.fragments()[0].checksum;
  EXPECT_EQ(checksum, Hash64(batch.body(batch.fragments()[0])));
  batch.Seal();
  EXPECT_EQ(batch.fragments().size(), 1u);
  Add(batch, Put(2, 2));
  batch.Seal();
  ASSERT_EQ(batch.fragments().size(), 2u);
  EXPECT_EQ(batch.fragments()[0].checksum, checksum);
  EXPECT_EQ(Decode(batch), (std::vector<Written>{Put(1, 1), Put(2, 2)}));
}

TEST(BatchEncoder, ClearForgetsEverything) {
  BatchEncoder batch;
  Add(batch, Put(100, 70000));
  batch.Seal();
  batch.Clear();
  EXPECT_EQ(batch.size_bytes(), 0u);
  EXPECT_EQ(batch.operation_count(), 0u);
  Add(batch, Put(1, 2));
  batch.Seal();
  EXPECT_EQ(Decode(batch), std::vector<Written>{Put(1, 2)});
}

TEST(BatchEncoder, RandomBatchesComeBack) {
  constexpr uint64_t kSeed = 17;
  SCOPED_TRACE(kSeed);
  SeededRandom random(kSeed);
  for (int round = 0; round < 50; ++round) {
    BatchEncoder batch;
    std::vector<Written> operations;
    for (uint64_t left = random.Below(200); left > 0; --left) {
      Written operation = Put(random.Below(200), random.OneIn(20) ? random.Below(200'000) : random.Below(300));
      operation.collection = CollectionId(static_cast<uint32_t>(random.Below(300)));
      if (random.OneIn(4)) operation = {EntryType::kTombstone, operation.collection, operation.key, ""};
      Add(batch, operation);
      operations.push_back(std::move(operation));
    }
    batch.Seal();
    EXPECT_EQ(Decode(batch), operations) << round;
  }
}

TEST(ChecksumTable, CoversEachPartOfTheOperation) {
  BatchEncoder batch;
  Add(batch, Put(10, 2 * kValueChunkSize + 1));
  batch.Seal();
  const std::string body = batch.body(batch.fragments()[0]).ToString();
  const std::string table = batch.table(batch.fragments()[0]).ToString();
  ASSERT_EQ(table.size(), 8u * 4);
  const size_t prefix_size = body.size() - (2 * kValueChunkSize + 1);
  EXPECT_EQ(LoadFixed64(Bytes(table).data()), Hash64(Bytes(body).First(prefix_size)));
  EXPECT_EQ(LoadFixed64(Bytes(table).data() + 8), Hash64(Bytes(body).From(prefix_size).First(kValueChunkSize)));
  EXPECT_EQ(LoadFixed64(Bytes(table).data() + 24), Hash64("v"));
  EXPECT_TRUE(ChecksumTableMatches(body, table));
  // In the key, in each chunk, at their edges.
  for (const size_t at :
       {size_t{12}, prefix_size, prefix_size + kValueChunkSize - 1, prefix_size + kValueChunkSize, body.size() - 1}) {
    std::string damaged = body;
    damaged[at] = 'x';
    EXPECT_FALSE(ChecksumTableMatches(damaged, table)) << at;
  }
  EXPECT_FALSE(ChecksumTableMatches(body, Bytes(table).First(24)));
  EXPECT_FALSE(ChecksumTableMatches(body, table + std::string(8, '\0')));
  EXPECT_FALSE(ChecksumTableMatches(body + "x", table));
  EXPECT_FALSE(ChecksumTableMatches("", table));
}

}  // namespace
}  // namespace logwood
