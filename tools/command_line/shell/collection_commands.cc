#include <string>
#include <vector>

#include "base/status_macros.h"
#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"
#include "tools/command_line/shell/command_parser.h"
#include "tools/command_line/shell/commands.h"
#include "tools/command_line/statistics_page.h"
#include "tools/command_line/verification_report.h"

namespace logwood::command_line {

Result<Answer> UseCollection(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(session.collection, session.CollectionNamed(arguments[0]));
  return Answer::kYes;
}

Result<Answer> ListCollections(Session& session, const CommandArguments&) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::vector<std::string> names, session.database.Collections());
  for (const std::string& name : names) {
    if (session.form.json) {
      JsonObject object;
      object.Add("collection", name);
      session.terminal.WriteLine(object.ToString());
    } else {
      session.terminal.WriteLine(Escape(name));
    }
  }
  return Answer::kYes;
}

Result<Answer> CreateCollection(Session& session, const CommandArguments& arguments) {
  LOGWOOD_RETURN_IF_ERROR(session.database.CreateCollection(arguments[0]).status());
  session.TellDone("create", arguments[0]);
  return Answer::kYes;
}

Result<Answer> DropCollection(Session& session, const CommandArguments& arguments) {
  LOGWOOD_RETURN_IF_ERROR(session.CollectionNamed(arguments[0]).status());
  LOGWOOD_RETURN_IF_ERROR(session.database.DropCollection(arguments[0]));
  // A view still sees it, and reads it through the handle.
  const bool is_in_use = session.collection && session.collection->name() == arguments[0];
  if (is_in_use && !session.view) session.collection.reset();
  session.TellDone("drop", arguments[0]);
  return Answer::kYes;
}

Result<Answer> FlushDatabase(Session& session, const CommandArguments&) {
  LOGWOOD_RETURN_IF_ERROR(session.database.Flush());
  session.TellDone("flush");
  return Answer::kYes;
}

Result<Answer> CompactCollection(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection,
                           arguments.empty() ? session.CollectionInUse() : session.CollectionNamed(arguments[0]));
  LOGWOOD_RETURN_IF_ERROR(session.database.Compact(collection));
  session.TellDone("compact", collection.name());
  return Answer::kYes;
}

Result<Answer> VerifyDatabase(Session& session, const CommandArguments&) {
  LOGWOOD_ASSIGN_OR_RETURN(const Verification found, session.database.Verify());
  WriteVerification(found, session.form, session.terminal);
  return found.damages.empty() ? Answer::kYes : Answer::kNo;
}

Result<Answer> ShowStatistics(Session& session, const CommandArguments&) {
  LOGWOOD_ASSIGN_OR_RETURN(const DatabaseStatistics statistics, session.database.Statistics());
  session.terminal.Write(session.form.json ? StatisticsAsJson(statistics) + "\n" : StatisticsAsText(statistics));
  return Answer::kYes;
}

}  // namespace logwood::command_line
