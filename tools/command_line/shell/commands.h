#pragma once

#include "logwood/result.h"
#include "tools/command_line/shell/command_table.h"
#include "tools/command_line/shell/session.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {

// What the rows of the command table run; the rows say what each does. Errors: those of the database, and
// kInvalidArgument for arguments that say nothing.

// collection_commands.cc
Result<Answer> UseCollection(Session& session, const CommandArguments& arguments);
Result<Answer> ListCollections(Session& session, const CommandArguments& arguments);
Result<Answer> CreateCollection(Session& session, const CommandArguments& arguments);
Result<Answer> DropCollection(Session& session, const CommandArguments& arguments);
Result<Answer> FlushDatabase(Session& session, const CommandArguments& arguments);
Result<Answer> CompactCollection(Session& session, const CommandArguments& arguments);
Result<Answer> VerifyDatabase(Session& session, const CommandArguments& arguments);
Result<Answer> ShowStatistics(Session& session, const CommandArguments& arguments);

// entry_commands.cc
Result<Answer> PutEntry(Session& session, const CommandArguments& arguments);
Result<Answer> GetEntry(Session& session, const CommandArguments& arguments);
Result<Answer> DeleteEntry(Session& session, const CommandArguments& arguments);
Result<Answer> DeleteEntries(Session& session, const CommandArguments& arguments);
Result<Answer> ScanEntries(Session& session, const CommandArguments& arguments);
Result<Answer> CountEntries(Session& session, const CommandArguments& arguments);
Result<Answer> ShowFirst(Session& session, const CommandArguments& arguments);
Result<Answer> ShowLast(Session& session, const CommandArguments& arguments);

// session_commands.cc
Result<Answer> ControlBatch(Session& session, const CommandArguments& arguments);
Result<Answer> ControlView(Session& session, const CommandArguments& arguments);
Result<Answer> Set(Session& session, const CommandArguments& arguments);
Result<Answer> Help(Session& session, const CommandArguments& arguments);
Result<Answer> Quit(Session& session, const CommandArguments& arguments);

}  // namespace logwood::command_line
