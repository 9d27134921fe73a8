#include "tools/command_line/shell/session.h"

#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "tools/command_line/done_object.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/shell/command_parser.h"

namespace logwood::command_line {
namespace {

// "; there are: users logs", or how to make the first.
Result<std::string> NamesThereAre(const Database& database) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, database.Collections());
  if (names.empty()) return std::string("; there is none yet: create NAME");
  std::string text = "; there are:";
  for (const std::string& name : names) text += " " + QuoteWord(name);
  return text;
}

}  // namespace

void Session::TellDone(const std::string& what, std::optional<std::string> of_collection) const {
  if (form.json) terminal.WriteLine(ObjectOf({what, path, std::move(of_collection)}).ToString());
}

void Session::TellDone(const std::string& what, const std::string& of_collection, Bytes key) const {
  if (!form.json) return;
  JsonObject object = ObjectOf({what, path, of_collection});
  object.Add("key", key);
  terminal.WriteLine(object.ToString());
}

Result<Collection> Session::CollectionInUse() const {
  if (collection) return *collection;
  LOGWOOD_ASSIGN_OR_RETURN(const std::string names, NamesThereAre(database));
  return Status::InvalidArgument("no collection is in use; choose one: use COLLECTION" + names);
}

Result<Collection> Session::CollectionNamed(const std::string& name) const {
  Result<Collection> opened = database.OpenCollection(name);
  if (opened.status().code() != StatusCode::kNotFound) return opened;
  LOGWOOD_ASSIGN_OR_RETURN(const std::string names, NamesThereAre(database));
  return Status::NotFound(std::string(opened.status().message()) + names);
}

Result<std::string> Session::Read(const std::string& word, const std::string& what) const {
  if (!form.hex) return word;
  const std::optional<std::string> bytes = FromHex(word);
  if (bytes) return *bytes;
  return Status::InvalidArgument(what + " \"" + Escape(word) +
                                 "\" is not hexadecimal: give two digits (0-9, a-f) a byte, or: set hex off");
}

Result<std::optional<PinnedValue>> Session::Get(Bytes key) const {
  LOGWOOD_ASSIGN_OR_RETURN(const Collection used, CollectionInUse());
  return view ? view->Get(used, key) : used.Get(key);
}

Result<Cursor> Session::Scan(const KeyRange& range) const {
  LOGWOOD_ASSIGN_OR_RETURN(const Collection used, CollectionInUse());
  return view ? range.ScanOf(*view, used) : range.ScanOf(used);
}

}  // namespace logwood::command_line
