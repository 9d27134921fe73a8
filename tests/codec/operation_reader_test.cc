#include <gtest/gtest.h>
#include <string>

#include "codec/batch_encoder.h"
#include "codec/byte_writer.h"
#include "logwood/options.h"

namespace logwood {
namespace {

using namespace std::string_literals;

std::string Header(EntryType type, uint64_t collection, uint64_t key_length, uint64_t value_length) {
  std::string body(1, static_cast<char>(type));
  AppendVarint(body, collection);
  AppendVarint(body, key_length);
  AppendVarint(body, value_length);
  return body;
}

Status ReadAll(const std::string& body) {
  OperationReader reader(body);
  for (;;) {
    const auto operation = reader.Next();
    if (!operation.ok()) return operation.status();
    if (!operation->has_value()) return Status::Ok();
  }
}

TEST(OperationReader, GivesEachOperationAndWhereItsValueStands) {
  const std::string body =
      Header(EntryType::kPut, 7, 3, 5) + "keyvalue" + Header(EntryType::kTombstone, 300, 4, 0) + "gone";
  OperationReader reader(body);
  auto operation = reader.Next();
  ASSERT_TRUE(operation.ok() && operation->has_value());
  EXPECT_EQ((*operation)->type, EntryType::kPut);
  EXPECT_EQ((*operation)->collection, CollectionId(7));
  EXPECT_EQ((*operation)->key, Bytes("key"));
  EXPECT_EQ((*operation)->value, Bytes("value"));
  EXPECT_EQ(reader.value_offset(), 7u);
  operation = reader.Next();
  ASSERT_TRUE(operation.ok() && operation->has_value());
  EXPECT_EQ((*operation)->type, EntryType::kTombstone);
  EXPECT_EQ((*operation)->collection, CollectionId(300));
  EXPECT_EQ((*operation)->key, Bytes("gone"));
  EXPECT_EQ(reader.value_offset(), body.size());
  operation = reader.Next();
  ASSERT_TRUE(operation.ok());
  EXPECT_FALSE(operation->has_value());
}

TEST(OperationReader, AnyCutInsideAnOperationIsCorruption) {
  const std::string body = Header(EntryType::kPut, 300, 3, 200) + "key" + std::string(200, 'v');
  ASSERT_TRUE(ReadAll(body).ok());
  for (size_t size = 1; size < body.size(); ++size) {
    EXPECT_EQ(ReadAll(body.substr(0, size)).code(), StatusCode::kCorruption) << size;
  }
}

TEST(OperationReader, LimitsAreChecked) {
  const std::string key(kKeySizeMax + 1, 'k');
  EXPECT_TRUE(ReadAll(Header(EntryType::kPut, 1, kKeySizeMax, 0) + key.substr(1)).ok());
  EXPECT_EQ(ReadAll(Header(EntryType::kPut, 1, kKeySizeMax + 1, 0) + key).message(),
            "operation at body offset 0: a key of 65537 bytes, at most 65536 are legal");
  const std::string value(kValueSizeMax + 1, 'v');
  EXPECT_TRUE(ReadAll(Header(EntryType::kPut, 1, 0, kValueSizeMax) + value.substr(1)).ok());
  EXPECT_EQ(ReadAll(Header(EntryType::kPut, 1, 0, kValueSizeMax + 1) + value).message(),
            "operation at body offset 0: a value of 16777217 bytes, at most 16777216 are legal");
  EXPECT_EQ(ReadAll(Header(EntryType::kTombstone, 1, 0, 1) + "v").message(),
            "operation at body offset 0: a value of 1 bytes, at most 0 are legal");
}

TEST(OperationReader, LengthsThatWouldWrapAreCorruption) {
  EXPECT_EQ(ReadAll(Header(EntryType::kPut, 1, UINT32_MAX, UINT32_MAX)).code(), StatusCode::kCorruption);
  EXPECT_EQ(ReadAll(Header(EntryType::kPut, uint64_t{1} << 32, 0, 0)).code(), StatusCode::kCorruption);
}

TEST(OperationReader, UnknownTypesAreCorruption) {
  for (const int type : {0, 4, 5, 255}) {
    EXPECT_EQ(ReadAll(Header(static_cast<EntryType>(type), 1, 0, 0)).code(), StatusCode::kCorruption) << type;
  }
}

TEST(OperationReader, RangeTombstoneEndsAboveItsBeginningOrNowhere) {
  EXPECT_TRUE(ReadAll(Header(EntryType::kRangeTombstone, 1, 1, 1) + "ab").ok());
  EXPECT_TRUE(ReadAll(Header(EntryType::kRangeTombstone, 1, 1, 0) + "a").ok());
  EXPECT_TRUE(ReadAll(Header(EntryType::kRangeTombstone, 1, 0, 0)).ok());
  const std::string first = Header(EntryType::kPut, 1, 1, 0) + "k";
  EXPECT_EQ(ReadAll(first + Header(EntryType::kRangeTombstone, 1, 1, 1) + "aa").message(),
            "operation at body offset 5: a range tombstone that ends where it begins, or before");
  EXPECT_EQ(ReadAll(Header(EntryType::kRangeTombstone, 1, 1, 1) + "ba").code(), StatusCode::kCorruption);
  EXPECT_EQ(
      ReadAll(Header(EntryType::kRangeTombstone, 1, 0, kKeySizeMax + 1) + std::string(kKeySizeMax + 1, 'k')).message(),
      "operation at body offset 0: a value of 65537 bytes, at most 65536 are legal");
}

TEST(OperationReader, LengthsInALongerFormAreCorruption) {
  EXPECT_EQ(ReadAll("\x01\x81\x00\x00\x00"s).code(), StatusCode::kCorruption);
}

}  // namespace
}  // namespace logwood
