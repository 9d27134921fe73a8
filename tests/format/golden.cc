#include "tests/format/golden.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>

namespace logwood::testing {

namespace {

constexpr size_t kLineSize = 16;

bool Regenerates() {
  const char* value = std::getenv("LOGWOOD_REGENERATE");
  return value != nullptr && std::string_view(value) == "1";
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path << " is not there";
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  EXPECT_TRUE(file.good()) << path << " cannot be written";
}

std::string GoldenPath(std::string_view name) {
  return std::string(LOGWOOD_SOURCE_DIR "/tests/format/golden/").append(name);
}

std::string Line(size_t offset, std::string_view bytes) {
  char text[32];
  std::snprintf(text, sizeof(text), "%06zx ", offset);
  std::string line = text;
  for (size_t i = 0; i < kLineSize; ++i) {
    std::snprintf(text, sizeof(text), " %02x", i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0u);
    line += i < bytes.size() ? text : "   ";
  }
  line += "  ";
  for (const char byte : bytes) line += byte >= ' ' && byte <= '~' ? byte : '.';
  return line + "\n";
}

}  // namespace

std::string HexListing(std::string_view bytes) {
  std::string listing;
  bool starred = false;
  for (size_t offset = 0; offset < bytes.size(); offset += kLineSize) {
    const std::string_view line = bytes.substr(offset, kLineSize);
    const bool repeats = offset > 0 && line == bytes.substr(offset - kLineSize, kLineSize);
    if (!repeats) listing += Line(offset, line);
    if (repeats && !starred) listing += "*\n";
    starred = repeats;
  }
  return listing;
}

std::string ReadGolden(std::string_view name) { return ReadFile(GoldenPath(name)); }

void ExpectGolden(std::string_view name, std::string_view bytes) {
  if (Regenerates()) WriteFile(GoldenPath(name), bytes);
  EXPECT_TRUE(ReadGolden(name) == bytes)
      << name << " is not what this version writes. Where the format was meant to change: LOGWOOD_REGENERATE=1";
}

void ExpectListing(std::string_view page, std::string_view name) {
  const std::string path = std::string(LOGWOOD_SOURCE_DIR "/docs/format/").append(page);
  std::string text = ReadFile(path);
  const std::string marker = "<!-- golden: " + std::string(name) + " -->\n";
  const size_t begin = text.find(marker);
  const size_t end = text.find("<!-- end -->\n", begin == std::string::npos ? 0 : begin);
  ASSERT_TRUE(begin != std::string::npos && end != std::string::npos) << page << " has no place for " << name;
  const size_t listing_begin = begin + marker.size();
  const std::string listing = "```text\n" + HexListing(ReadGolden(name)) + "```\n";
  if (Regenerates()) WriteFile(path, text.replace(listing_begin, end - listing_begin, listing));
  EXPECT_EQ(text.substr(listing_begin, listing.size()), listing)
      << page << " shows other bytes than the golden file: LOGWOOD_REGENERATE=1";
  EXPECT_EQ(text.substr(listing_begin + listing.size()).find("<!-- end -->"), 0u) << page;
}

}  // namespace logwood::testing
