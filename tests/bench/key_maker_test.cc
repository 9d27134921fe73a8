#include "tools/bench/key_maker.h"

#include <gtest/gtest.h>
#include <set>
#include <string>

namespace logwood::bench {
namespace {

TEST(Mix, IsTakenBackByUnmix) {
  for (uint64_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(Unmix(Mix(i)), i);
    EXPECT_EQ(Unmix(Mix(~(i << 50))), ~(i << 50));
  }
}

TEST(KeyMaker, PadsDecimalsWithZeros) {
  KeyMaker keys(KeyForm::kDecimal, 16);
  EXPECT_EQ(keys.Key(0), "0000000000000000");
  EXPECT_EQ(keys.Key(1234567), "0000000001234567");
  EXPECT_EQ(KeyMaker(KeyForm::kDecimal, 3).Key(999), "999");
}

TEST(KeyMaker, MakesRandomKeysOfTheirSizeThatDiffer) {
  for (const size_t size : {8u, 16u, 19u, 32u}) {
    KeyMaker keys(KeyForm::kRandom, size);
    std::set<std::string> made;
    for (uint64_t i = 0; i < 1000; ++i) made.insert(keys.Key(i).ToString());
    EXPECT_EQ(made.size(), 1000u);
    EXPECT_EQ(made.begin()->size(), size);
  }
}

TEST(KeyMaker, FindsTheIndexOfItsKeys) {
  for (const KeyForm form : {KeyForm::kDecimal, KeyForm::kRandom}) {
    KeyMaker maker(form, 16);
    KeyMaker reader(form, 16);
    for (const uint64_t index : {uint64_t{0}, uint64_t{1}, uint64_t{999'999'999}, uint64_t{1} << 40}) {
      EXPECT_EQ(reader.IndexOf(maker.Key(index)), index);
    }
  }
}

TEST(KeyMaker, TellsForeignKeysFromItsOwn) {
  KeyMaker decimal(KeyForm::kDecimal, 4);
  for (const char* key : {"", "123", "12345", "12a4", "12.4", "-123"}) EXPECT_FALSE(decimal.IndexOf(key)) << key;
  KeyMaker random(KeyForm::kRandom, 16);
  std::string changed = random.Key(5).ToString();
  changed.back() = static_cast<char>(changed.back() ^ 1);
  EXPECT_FALSE(random.IndexOf(changed));
}

TEST(KeyMaker, MakesAbsentKeysBetweenThoseThatAreThere) {
  for (const KeyForm form : {KeyForm::kDecimal, KeyForm::kRandom}) {
    KeyMaker maker(form, 16);
    KeyMaker reader(form, 16);
    std::set<std::string> present;
    for (uint64_t i = 0; i < 2000; ++i) present.insert(maker.Key(i).ToString());
    for (uint64_t i = 0; i < 500; ++i) {
      const std::string absent = maker.AbsentKey(i).ToString();
      EXPECT_FALSE(reader.IndexOf(absent));
      EXPECT_FALSE(present.contains(absent));
    }
    EXPECT_GT(maker.AbsentKey(7), Bytes(*present.begin()));
    EXPECT_LT(maker.AbsentKey(7), Bytes(*present.rbegin()));
  }
}

}  // namespace
}  // namespace logwood::bench
