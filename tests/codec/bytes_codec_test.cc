#include <cstdint>
#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "codec/byte_reader.h"
#include "codec/byte_writer.h"
#include "codec/hex.h"

namespace logwood {
namespace {

using namespace std::string_literals;

struct VarintCase {
  uint64_t value;
  std::string encoded;
};

const std::vector<VarintCase>& VarintCases() {
  static const std::vector<VarintCase> cases = {
      {0, "\x00"s},
      {1, "\x01"},
      {127, "\x7f"},
      {128, "\x80\x01"},
      {16383, "\xff\x7f"},
      {16384, "\x80\x80\x01"},
      {(1u << 21) - 1, "\xff\xff\x7f"},
      {1u << 21, "\x80\x80\x80\x01"},
      {(1u << 28) - 1, "\xff\xff\xff\x7f"},
      {1u << 28, "\x80\x80\x80\x80\x01"},
      {UINT32_MAX, "\xff\xff\xff\xff\x0f"},
      {uint64_t{1} << 32, "\x80\x80\x80\x80\x10"},
      {UINT64_MAX, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"},
  };
  return cases;
}

TEST(ByteWriter, EncodesVarintsAtEachEdge) {
  for (const VarintCase& c : VarintCases()) {
    std::string out;
    AppendVarint(out, c.value);
    EXPECT_EQ(out, c.encoded) << c.value;
    EXPECT_EQ(VarintSize(c.value), c.encoded.size()) << c.value;
    std::string stored(c.encoded.size(), '\0');
    EXPECT_EQ(StoreVarint(reinterpret_cast<std::byte*>(stored.data()), c.value), c.encoded.size());
    EXPECT_EQ(stored, c.encoded);
  }
}

TEST(ByteReader, DecodesVarintsAtEachEdge) {
  for (const VarintCase& c : VarintCases()) {
    ByteReader reader(c.encoded);
    EXPECT_EQ(reader.Varint64(), c.value);
    EXPECT_TRUE(reader.empty());
    EXPECT_EQ(reader.offset(), c.encoded.size());
    const bool fits = c.value <= UINT32_MAX;
    EXPECT_EQ(ByteReader(c.encoded).Varint32(), fits ? std::optional(static_cast<uint32_t>(c.value)) : std::nullopt);
  }
}

TEST(ByteReader, RefusesVarintsThatAreTooLongOrCut) {
  const std::vector<std::string> refused = {"",
                                            "\x80",
                                            "\x80\x00"s,  // Zero in two bytes.
                                            "\xff\x00"s,
                                            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02",
                                            "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"};
  for (const std::string& encoded : refused) {
    ByteReader reader(encoded);
    EXPECT_EQ(reader.Varint64(), std::nullopt);
    EXPECT_EQ(reader.offset(), 0u);
  }
  ByteReader reader("\xff\xff\xff\xff\x1f");
  EXPECT_EQ(reader.Varint32(), std::nullopt);
  EXPECT_EQ(reader.offset(), 0u);
}

TEST(ByteReader, TakesBackWhatTheWriterAppended) {
  std::string out;
  AppendFixed8(out, 0x12);
  AppendFixed16(out, 0x3456);
  AppendFixed32(out, 0x789abcde);
  AppendFixed64(out, 0x0123456789abcdef);
  AppendLengthPrefixed(out, "wood");
  AppendBytes(out, "log");
  EXPECT_EQ(out,
            "\x12\x56\x34\xde\xbc\x9a\x78\xef\xcd\xab\x89\x67\x45\x23\x01\x04"
            "woodlog");
  ByteReader reader(out);
  EXPECT_EQ(reader.Fixed8(), 0x12);
  EXPECT_EQ(reader.Fixed16(), 0x3456);
  EXPECT_EQ(reader.Fixed32(), 0x789abcdeu);
  EXPECT_EQ(reader.Fixed64(), 0x0123456789abcdefu);
  EXPECT_EQ(reader.LengthPrefixed(), Bytes("wood"));
  EXPECT_EQ(reader.rest(), Bytes("log"));
  EXPECT_EQ(reader.Take(3), Bytes("log"));
  EXPECT_TRUE(reader.empty());
}

TEST(ByteReader, MovesNothingWhereAValueDoesNotFit) {
  ByteReader reader("\x03");
  EXPECT_EQ(reader.Fixed16(), std::nullopt);
  EXPECT_EQ(reader.Fixed32(), std::nullopt);
  EXPECT_EQ(reader.Fixed64(), std::nullopt);
  EXPECT_EQ(reader.LengthPrefixed(), std::nullopt);
  EXPECT_EQ(reader.Take(2), std::nullopt);
  EXPECT_EQ(reader.Take(UINT64_MAX), std::nullopt);
  EXPECT_EQ(reader.offset(), 0u);
  EXPECT_EQ(reader.Fixed8(), 3);
  EXPECT_EQ(reader.Fixed8(), std::nullopt);
  EXPECT_EQ(reader.Take(0), Bytes(""));
}

TEST(ByteWriter, StoresAndLoadsLittleEndian) {
  std::array<std::byte, 8> at{};
  StoreFixed64(at.data(), 0x0123456789abcdef);
  EXPECT_EQ(at[0], std::byte{0xef});
  EXPECT_EQ(LoadFixed64(at.data()), 0x0123456789abcdefu);
  EXPECT_EQ(LoadFixed32(at.data()), 0x89abcdefu);
  EXPECT_EQ(LoadFixed16(at.data()), 0xcdefu);
  StoreFixed16(at.data(), 0x1122);
  StoreFixed32(at.data() + 4, 0x33445566);
  EXPECT_EQ(LoadFixed64(at.data()), 0x3344556689ab1122u);
}

TEST(HexNumber, ShowsAllDigits) { EXPECT_EQ(HexNumber(0x12ab), "0x00000000000012ab"); }

}  // namespace
}  // namespace logwood
