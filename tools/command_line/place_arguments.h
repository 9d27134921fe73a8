#pragma once

#include <string>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11's own name.
class App;
}

namespace logwood::command_line {

// The arguments with which a verb says where it works, in the order in which they stand. What is given must outlive the
// parse.

// DB, which must be there.
void AddDatabaseTo(CLI::App& verb, std::string& path);
// DB and COLLECTION, which must be there.
void AddCollectionTo(CLI::App& verb, std::string& path, std::string& collection);

}  // namespace logwood::command_line
