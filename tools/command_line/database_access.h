#pragma once

#include <string>

#include "logwood/collection.h"
#include "logwood/database.h"
#include "logwood/result.h"

namespace logwood::command_line {

// Open databases and collections for verbs; errors then say by which command what is missing could be made.

// A kNotFound of a database with the command by which one could be made; any other status as it is.
[[nodiscard]] Status WithAdvice(const Status& status, const std::string& path);

// Errors as Database::Open(); nothing is made or written.
[[nodiscard]] Result<Database> OpenToRead(const std::string& path);
// What is left of a damaged one.
[[nodiscard]] Result<Database> OpenToSalvage(const std::string& path);
// The database must be there.
[[nodiscard]] Result<Database> OpenToWrite(const std::string& path);
// Makes the database. A directory that holds other things than a database is left alone: kInvalidArgument.
[[nodiscard]] Result<Database> CreateDatabaseAt(const std::string& path);
// The same where there is none; else opens it.
[[nodiscard]] Result<Database> OpenOrCreateDatabase(const std::string& path);

// The collection must be there; `path` is that of the database.
[[nodiscard]] Result<Collection> OpenCollection(const Database& database, const std::string& path,
                                                const std::string& name);

// Whether a collection may have that name: asked before anything is made for it. Errors: kInvalidArgument.
[[nodiscard]] Status CheckCollectionName(const std::string& name);

// `text` as a shell reads it back: in quotes where it needs them, as $'...' where it holds what cannot be shown.
[[nodiscard]] std::string ShellWord(const std::string& text);

}  // namespace logwood::command_line
