#include "tests/tools/stored_database.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include "base/hash.h"
#include "codec/byte_writer.h"
#include "log/log_format.h"
#include "logwood/database.h"
#include "logwood/version.h"

namespace logwood::testing {

StoredDatabase::StoredDatabase() {
  Database database = Database::Open(path()).value();
  Collection users = database.CreateCollection("users").value();
  database.CreateCollection("empty").status().Check();
  users.Put("ada", "1815").Check();
  users.Put("alan", "1912").Check();
  users.Put("charles", "1791").Check();
  database.Flush().Check();
  users.Delete("charles").Check();
  database.Flush().Check();
  users.Put("grace", "1906").Check();
  users.Delete("alan").Check();
  database.Close().Check();
}

std::vector<std::string> StoredDatabase::Files(FileType type) const {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(path())) {
    const std::string name = entry.path().filename();
    const auto parts = ParseFileName(name);
    if (parts && parts->type == type) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::string StoredDatabase::LogWithCommits() const {
  std::vector<std::string> logs = Files(FileType::kLog);
  std::erase_if(logs, [this](const std::string& name) {
    return std::filesystem::file_size(path_of(name)) <= kLogDataStart + kLogRecordHeaderSize;
  });
  return logs.back();
}

std::map<std::string, std::string> Contents(const std::filesystem::path& directory) {
  std::map<std::string, std::string> contents;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    contents[entry.path().filename()] = entry.is_regular_file() ? ReadFile(entry.path()) : "(no file)";
  }
  return contents;
}

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void WriteFile(const std::filesystem::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

void Damage(const std::filesystem::path& path, size_t offset) {
  std::string bytes = ReadFile(path);
  bytes.at(offset) = static_cast<char>(bytes.at(offset) ^ 0x40);
  WriteFile(path, bytes);
}

void MakeNewer(const std::filesystem::path& path) {
  constexpr size_t kVersionOffset = 8;
  constexpr size_t kChecksumOffset = kFileHeaderSize - sizeof(uint64_t);
  const std::string bytes = ReadFile(path);
  std::string header = bytes.substr(0, kVersionOffset);
  AppendFixed32(header, kFormatVersion + 1);
  header += bytes.substr(header.size(), kChecksumOffset - header.size());
  AppendFixed64(header, Hash64(header));
  WriteFile(path, header + bytes.substr(kFileHeaderSize));
}

}  // namespace logwood::testing
