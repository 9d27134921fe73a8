#include "tools/command_line/database_access.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>

#include "base/status_macros.h"
#include "codec/file_header.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/near_names.h"

namespace logwood::command_line {
namespace {

Result<Database> Open(const std::string& path, OpenMode mode) {
  Result<Database> opened = Database::Open(path, {.mode = mode});
  if (!opened.ok()) return WithAdvice(opened.status(), path);
  return opened;
}

// What a database keeps in its directory beside files of its own form.
constexpr std::string_view kLockFile = "LOCK";

// A file of a directory that no database left there; empty without one, or where nobody can tell.
std::string FirstForeignFile(const std::string& path) {
  std::error_code error;
  std::string foreign;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename();
    if (ParseFileName(name)) return {};  // There is a database, whatever else: opening it says more.
    if (name != kLockFile && (foreign.empty() || name < foreign)) foreign = name;
  }
  return foreign;
}

Result<Database> Make(const std::string& path, OpenMode mode) {
  const std::string foreign = FirstForeignFile(path);
  if (foreign.empty()) return Database::Open(path, {.mode = mode});
  return Status::InvalidArgument(path + ": no database is here, but \"" + Escape(foreign) +
                                 "\" is: name a new or an empty directory");
}

bool NeedsNoQuotes(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("/._-+:@%").find(c) != std::string_view::npos;
}

// Escape() leaves all but backslashes as it is.
bool IsPrintable(std::string text) {
  std::erase(text, '\\');
  return Escape(text) == text;
}

// `text` with `replacement` for each `c`.
std::string WithEach(char c, std::string_view replacement, std::string_view text) {
  std::string out;
  for (const char each : text) out += each == c ? replacement : std::string_view(&each, 1);
  return out;
}

}  // namespace

Status WithAdvice(const Status& status, const std::string& path) {
  if (status.code() != StatusCode::kNotFound) return status;
  const bool may_be_made = FirstForeignFile(path).empty();
  return Status::NotFound(
      std::string(status.message()) +
      (may_be_made ? "\nTo make a database: logwood create " + ShellWord(path) : "; name the directory of one"));
}

Result<Database> OpenToRead(const std::string& path) { return Open(path, OpenMode::kReadOnly); }

Result<Database> OpenToSalvage(const std::string& path) { return Open(path, OpenMode::kSalvage); }

Result<Database> OpenToWrite(const std::string& path) { return Open(path, OpenMode::kOpen); }

Result<Database> CreateDatabaseAt(const std::string& path) { return Make(path, OpenMode::kCreate); }

Result<Database> OpenOrCreateDatabase(const std::string& path) { return Make(path, OpenMode::kOpenOrCreate); }

Result<Collection> OpenCollection(const Database& database, const std::string& path, const std::string& name) {
  Result<Collection> opened = database.OpenCollection(name);
  if (opened.status().code() != StatusCode::kNotFound) return opened;
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, database.Collections());
  std::string message = path + ": " + std::string(opened.status().message());
  const std::vector<std::string> near = NamesNear(name, names);
  if (!near.empty()) message += "; near to it:";
  for (const std::string& other : near) message += " " + ShellWord(other);
  message += names.empty() ? "; there is none at all" : "\nAll there are: logwood collections " + ShellWord(path);
  if (near.empty()) message += "\nTo make it: logwood create " + ShellWord(path) + " " + ShellWord(name);
  return Status::NotFound(message);
}

Status CheckCollectionName(const std::string& name) {
  if (!name.empty() && name.size() <= kCollectionNameSizeMax) return Status::Ok();
  return Status::InvalidArgument("a collection's name has " + std::to_string(name.size()) +
                                 " bytes; it may have 1 to " + std::to_string(kCollectionNameSizeMax));
}

std::string ShellWord(const std::string& text) {
  if (!text.empty() && text.front() != '-' && std::ranges::all_of(text, NeedsNoQuotes)) return text;
  if (!IsPrintable(text)) return "$'" + WithEach('\'', "\\'", Escape(text)) + "'";
  return "'" + WithEach('\'', R"('\'')", text) + "'";
}

}  // namespace logwood::command_line
