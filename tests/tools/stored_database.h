#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "codec/file_header.h"
#include "logwood/testing/temporary_directory.h"

namespace logwood::testing {

// A database in a directory of its own, for tests that run programs on it.
//
// Collection `users` has a first tree with ada = 1815, alan = 1912 and charles = 1791, a second in which charles is
// deleted, and in the log grace = 1906 and a delete of alan; collection `empty` has nothing.
class StoredDatabase {
 public:
  StoredDatabase();

  [[nodiscard]] std::string path() const { return (directory_.path() / "data").string(); }
  [[nodiscard]] std::string path_of(const std::string& name) const { return path() + "/" + name; }
  // Where the database stands beside nothing else.
  [[nodiscard]] const std::filesystem::path& parent() const { return directory_.path(); }

  // All files of one type, oldest first.
  [[nodiscard]] std::vector<std::string> Files(FileType type) const;
  // The newest log that holds a commit.
  [[nodiscard]] std::string LogWithCommits() const;

 private:
  TemporaryDirectory directory_;
};

// Every entry of a directory with its bytes.
[[nodiscard]] std::map<std::string, std::string> Contents(const std::filesystem::path& directory);

[[nodiscard]] std::string ReadFile(const std::filesystem::path& path);
void WriteFile(const std::filesystem::path& path, std::string_view bytes);
// Changes one byte.
void Damage(const std::filesystem::path& path, size_t offset);
// Makes the file say that it was written in the format version after ours, with a checksum that fits.
void MakeNewer(const std::filesystem::path& path);

}  // namespace logwood::testing
