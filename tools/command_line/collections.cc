#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/form.h"
#include "tools/command_line/json_object.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

struct Arguments {
  std::string path;
  Form form;
};

std::string Line(const Form& form, const std::string& name) {
  if (!form.json) return form.Show(name);
  JsonObject object;
  object.Add("collection", name);
  return object.ToString();
}

Result<Answer> ListCollections(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, database.Collections());
  for (const std::string& name : names) terminal.WriteLine(Line(arguments.form, name));
  return Answer::kYes;
}

}  // namespace

void AddCollections(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("collections", "List the collections of a database");
  verb.footer("One name a line, in the order of their creation; \\t \\n \\r \\\\ \\xHH stand for bytes as in scan.");
  AddDatabaseTo(verb, arguments->path);
  verb.add_flag("--hex", arguments->form.hex, "names are shown in hexadecimal");
  arguments->form.AddJsonTo(verb);
  verb.callback([&chosen, arguments] {
    chosen = [arguments](Terminal& terminal) { return ListCollections(*arguments, terminal); };
  });
}

}  // namespace logwood::command_line
