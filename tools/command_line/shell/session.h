#pragma once

#include <optional>
#include <string>
#include <utility>

#include "logwood/batch.h"
#include "logwood/collection.h"
#include "logwood/database.h"
#include "logwood/options.h"
#include "logwood/result.h"
#include "logwood/view.h"
#include "tools/command_line/form.h"
#include "tools/command_line/key_range.h"
#include "tools/command_line/terminal.h"

namespace logwood::command_line {

// What the commands of a shell share: one open database, and what was chosen in it. Confined to one thread.
struct Session {
  // `database_path` is shown in messages; `terminal_for_answers` must outlive the session.
  Session(Database opened, std::string database_path, Terminal& terminal_for_answers)
      : database(std::move(opened)), path(std::move(database_path)), terminal(terminal_for_answers) {}

  Database database;
  std::string path;
  Terminal& terminal;
  Form form;
  Sync sync = Sync::kYes;
  std::optional<Collection> collection;  // In use.
  std::optional<Batch> batch;            // Begun, and neither committed nor aborted.
  std::optional<View> view;              // That all reads go through.
  bool is_inside_command = false;        // The next line belongs to one that is begun.
  bool has_quit = false;
  std::string place;  // Where the command stands, before what is said on standard error; may be empty.

  void Complain(const std::string& text) const { terminal.Complain(place + text); }

  // What a command wrote, as the verb of that name tells it with --json; without, a write says nothing.
  void TellDone(const std::string& what, std::optional<std::string> of_collection = {}) const;
  void TellDone(const std::string& what, const std::string& of_collection, Bytes key) const;

  // The collection in use. Errors: kInvalidArgument, with the names that there are.
  [[nodiscard]] Result<Collection> CollectionInUse() const;
  // The collection of that name. Errors: kNotFound, with the names that there are.
  [[nodiscard]] Result<Collection> CollectionNamed(const std::string& name) const;

  // The bytes that a word of a command stands for; `what` names it in messages. Errors: kInvalidArgument.
  [[nodiscard]] Result<std::string> Read(const std::string& word, const std::string& what) const;

  // Of the collection in use, at the view where there is one. Errors: also as Collection::Get().
  [[nodiscard]] Result<std::optional<PinnedValue>> Get(Bytes key) const;
  [[nodiscard]] Result<Cursor> Scan(const KeyRange& range) const;
};

}  // namespace logwood::command_line
