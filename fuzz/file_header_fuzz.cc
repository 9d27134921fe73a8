#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/assert.h"
#include "base/hash.h"
#include "fuzz/log_mender.h"

// Headers that decode encode to the same bytes; so do names.

namespace logwood::fuzz {
namespace {

constexpr uint8_t kMendFile = 1;
constexpr uint8_t kMendPreface = 2;
constexpr uint8_t kKeepVersion = 4;

void Mend(uint8_t mode, std::string& data) {
  data.resize(std::max(data.size(), kLogDataStart));
  data.replace(0, 8, "LOGWOOD\n");
  if ((mode & kKeepVersion) == 0) StoreFixed32(At(data, 8), 0);
  StoreFixed64(At(data, 40), Hash64(Bytes(data).First(40)));
  if ((mode & kMendPreface) == 0) return;
  const uint64_t id = LoadFixed64(At(data, 24));
  StoreFixed64(At(data, 80), Hash64(Bytes(data).From(kFileHeaderSize).First(32), id));
}

void Run(uint8_t mode, std::string data) {
  if (const auto parts = ParseFileName(data)) LOGWOOD_ASSERT(FileName(parts->number, parts->type) == data);
  if ((mode & kMendFile) != 0) Mend(mode, data);
  if (const auto header = DecodeFileHeader(data, "file"); header.ok()) {
    const auto encoded = EncodeFileHeader(*header);
    LOGWOOD_ASSERT(Bytes(data).StartsWith(Bytes(encoded)));
  }
  if (const auto header = DecodeLogFileHeader(data, "file"); header.ok()) {
    const auto encoded = EncodeLogFileHeader(*header);
    LOGWOOD_ASSERT(Bytes(data).StartsWith(Bytes(encoded)));
  }
}

}  // namespace
}  // namespace logwood::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  logwood::fuzz::Run(data[0], std::string(reinterpret_cast<const char*>(data + 1), size - 1));
  return 0;
}
