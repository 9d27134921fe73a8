#include "tools/command_line/place_arguments.h"

#include <CLI/CLI.hpp>

namespace logwood::command_line {

void AddDatabaseTo(CLI::App& verb, std::string& path) {
  verb.add_option("DB", path, "directory of the database")->required();
}

void AddCollectionTo(CLI::App& verb, std::string& path, std::string& collection) {
  AddDatabaseTo(verb, path);
  verb.add_option("COLLECTION", collection, "name of the collection")->required();
}

}  // namespace logwood::command_line
