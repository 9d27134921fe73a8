#include "tools/command_line/shell/command_table.h"

#include <algorithm>
#include <iterator>

#include "tools/command_line/shell/command_parser.h"
#include "tools/command_line/shell/commands.h"

namespace logwood::command_line {
namespace {

constexpr Command kCommands[] = {
    {.name = "use",
     .arguments = "COLLECTION",
     .summary = "choose the collection that the commands below read and write",
     .details = "",
     .run = UseCollection},
    {.name = "collections",
     .arguments = "",
     .summary = "list all collections",
     .details = "  One name a line, in the order in which they were made.",
     .run = ListCollections},
    {.name = "create",
     .arguments = "NAME",
     .summary = "make a collection",
     .details = "  The name has 1 to 255 bytes. To work in it afterwards: use NAME",
     .writes = true,
     .run = CreateCollection},
    {.name = "drop",
     .arguments = "COLLECTION",
     .summary = "remove a collection with all its entries",
     .details = "  At once and for good, also while a batch is open. A view taken before still sees it.",
     .writes = true,
     .run = DropCollection},
    {.name = "put",
     .arguments = "KEY VALUE",
     .summary = "write an entry",
     .details = "  A key has up to 65536 bytes, a value up to 16777216. Within a batch it is written by batch commit.",
     .writes = true,
     .run = PutEntry},
    {.name = "get",
     .arguments = "KEY",
     .summary = "show the value of a key",
     .details = "  Control bytes and what is no UTF-8 are shown as escapes. Reads do not see a batch that is open.",
     .run = GetEntry},
    {.name = "delete",
     .arguments = "KEY",
     .summary = "delete a key, be it there or not",
     .details = "  Within a batch it is deleted by batch commit.",
     .writes = true,
     .run = DeleteEntry},
    {.name = "delete-range",
     .arguments = "[prefix P] [from K] [to K]",
     .summary = "delete all keys of a range",
     .details = "  At least one of them must be given; they mean what they mean for scan.\n"
                "  Takes as long as deleting one key. Within a batch it is done by batch commit.",
     .writes = true,
     .run = DeleteEntries},
    {.name = "scan",
     .arguments = "[prefix P] [from K] [to K] [limit N] [reverse]",
     .summary = "show entries in key order",
     .details = "  prefix P: keys that begin so; from K: at or above; to K: below; all that are given hold.\n"
                "  limit N: at most so many; reverse: from the largest key down. Ctrl-C ends it.",
     .run = ScanEntries},
    {.name = "count",
     .arguments = "[prefix P] [from K] [to K]",
     .summary = "count entries",
     .details = "  Reads every entry that it counts. Ctrl-C ends it. The options are those of scan.",
     .run = CountEntries},
    {.name = "first",
     .arguments = "[prefix P] [from K] [to K]",
     .summary = "show the entry with the smallest key",
     .details = "  The options are those of scan.",
     .run = ShowFirst},
    {.name = "last",
     .arguments = "[prefix P] [from K] [to K]",
     .summary = "show the entry with the largest key",
     .details = "  The options are those of scan.",
     .run = ShowLast},
    {.name = "batch",
     .arguments = "begin|commit|abort",
     .summary = "gather writes that take effect together or not at all",
     .details =
         "  After begin, put and delete are gathered, in any number of collections: use may stand between them.\n"
         "  commit makes all of them, abort forgets them; so does the end of the shell.",
     .run = ControlBatch},
    {.name = "view",
     .arguments = "take|drop",
     .summary = "read the database as it is now, until the view is dropped",
     .details = "  While a view is taken, get, scan, count, first and last show what was there when it was taken.",
     .run = ControlView},
    {.name = "flush",
     .arguments = "",
     .summary = "bring all that is in memory into trees",
     .details = "",
     .writes = true,
     .run = FlushDatabase},
    {.name = "compact",
     .arguments = "[COLLECTION]",
     .summary = "merge a collection down to one tree",
     .details = "  The collection in use, if none is named.",
     .writes = true,
     .run = CompactCollection},
    {.name = "verify",
     .arguments = "",
     .summary = "read everything that trees hold, and check it",
     .details = "  The log was checked when the database was opened.",
     .run = VerifyDatabase},
    {.name = "stats",
     .arguments = "",
     .summary = "show figures of collections, memory, files, cache and commits",
     .details = "  Counters begin when the shell does.",
     .run = ShowStatistics},
    {.name = "set",
     .arguments = "hex|json|sync on|off",
     .summary = "choose how keys and values look, and how writes are made",
     .details =
         "  hex: keys and values are given and shown in hexadecimal. json: answers are JSON, one object a line.\n"
         "  sync off: writes do not wait for the device; they survive the end of this process, perhaps not a "
         "loss of power.",
     .run = Set},
    {.name = "help",
     .arguments = "[COMMAND]",
     .summary = "list all commands, or explain one",
     .details = "",
     .run = Help},
    {.name = "quit",
     .arguments = "",
     .summary = "close the database and end",
     .details = "  So does the end of the input: Ctrl-D.",
     .run = Quit},
};

// Words of `arguments` outside of brackets are required, all others may be left out.
ArgumentCount CountIn(std::string_view arguments) {
  ArgumentCount count;
  bool is_optional = false;
  bool is_in_word = false;
  for (const char c : arguments) {
    if (c == '[' || c == ']') is_optional = c == '[';
    const bool is_in_word_now = c != ' ' && c != '[' && c != ']';
    if (is_in_word_now && !is_in_word) {
      ++count.max;
      if (!is_optional) ++count.min;
    }
    is_in_word = is_in_word_now;
  }
  return count;
}

}  // namespace

std::span<const Command> Commands() { return kCommands; }

const Command* FindCommand(std::string_view name) {
  const auto* const found =
      std::find_if(std::begin(kCommands), std::end(kCommands), [&](const Command& row) { return row.name == name; });
  return found == std::end(kCommands) ? nullptr : found;
}

ArgumentCount CountOf(const Command& command) { return CountIn(command.arguments); }

std::string UsageOf(const Command& command) {
  std::string usage(command.name);
  if (!command.arguments.empty()) usage += " " + std::string(command.arguments);
  return usage;
}

Result<Answer> RunCommand(Session& session, const std::vector<std::string>& words) {
  const Command* const command = FindCommand(words[0]);
  if (command == nullptr) {
    return Status::InvalidArgument("there is no command " + QuoteWord(words[0]) + "; all there are: help");
  }
  const ArgumentCount count = CountOf(*command);
  const size_t given = words.size() - 1;
  if (given < count.min || given > count.max) {
    return Status::InvalidArgument(std::string(command->name) + " has " + std::to_string(given) +
                                   (given == 1 ? " argument" : " arguments") + "; its usage: " + UsageOf(*command));
  }
  const CommandArguments arguments(words.begin() + 1, words.end());
  Result<Answer> answer = command->run(session, arguments);
  if (answer.ok()) return answer;
  return answer.status().WithContext(command->name);
}

}  // namespace logwood::command_line
