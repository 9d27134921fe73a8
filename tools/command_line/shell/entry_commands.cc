#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "tools/command_line/json_object.h"
#include "tools/command_line/number.h"
#include "tools/command_line/shell/command_parser.h"
#include "tools/command_line/shell/commands.h"
#include "tools/command_line/shell/interrupt.h"

namespace logwood::command_line {
namespace {

enum class Direction : uint8_t {
  kForward = 0,
  kReverse = 1,
};

struct ScanArguments {
  KeyBounds bounds;
  uint64_t limit = std::numeric_limits<uint64_t>::max();
  Direction direction = Direction::kForward;
};

Result<uint64_t> ReadNumber(const std::string& word, const std::string& what) {
  const std::optional<uint64_t> number = ParseNumber(word);
  if (number) return *number;
  return Status::InvalidArgument(what + " " + QuoteWord(word) + " is no number of entries, 0 or more");
}

Status UnknownOption(const std::string& option) {
  return Status::InvalidArgument(QuoteWord(option) + " is no option here: write prefix P, from K, to K, limit N, " +
                                 "reverse, as far as help names them");
}

// Options stand as `prefix P`, or as `--prefix P` like on the command line.
std::string OptionName(const std::string& word) { return word.starts_with("--") ? word.substr(2) : word; }

void SetBound(KeyBounds& bounds, const std::string& name, std::string key) {
  if (name == "to") {
    bounds.to = std::move(key);
  } else {
    (name == "from" ? bounds.from : bounds.prefix) = std::move(key);
  }
}

// Reads the option at `at`, and its value behind it where it has one; returns where the next one is.
Result<size_t> ReadOption(const Session& session, const CommandArguments& words, size_t at, ScanArguments& scan) {
  const std::string name = OptionName(words[at]);
  if (name == "reverse") {
    scan.direction = Direction::kReverse;
    return at + 1;
  }
  if (name != "prefix" && name != "from" && name != "to" && name != "limit") return UnknownOption(words[at]);
  if (at + 1 == words.size()) return Status::InvalidArgument(name + " needs a word behind it");
  const std::string& value = words[at + 1];
  if (name == "limit") {
    LOGWOOD_ASSIGN_OR_RETURN(scan.limit, ReadNumber(value, name));
  } else {
    LOGWOOD_ASSIGN_OR_RETURN(std::string key, session.Read(value, name));
    SetBound(scan.bounds, name, std::move(key));
  }
  return at + 2;
}

Result<ScanArguments> ReadScan(const Session& session, const CommandArguments& words) {
  ScanArguments scan;
  for (size_t at = 0; at < words.size();) {
    LOGWOOD_ASSIGN_OR_RETURN(at, ReadOption(session, words, at, scan));
  }
  return scan;
}

enum class Show : uint8_t {
  kNo = 0,
  kYes = 1,
};

// Goes through the entries that were asked for and returns how many there were; stops where nobody reads on, and at
// Ctrl-C.
Result<uint64_t> Go(Session& session, const ScanArguments& scan, Show show) {
  LOGWOOD_ASSIGN_OR_RETURN(Cursor cursor, session.Scan(RangeOf(scan.bounds)));
  const bool is_reverse = scan.direction == Direction::kReverse;
  if (is_reverse) cursor.Last();
  uint64_t count = 0;
  while (cursor.valid() && count < scan.limit && session.terminal.is_read()) {
    if (Interrupt::came()) {
      session.Complain("interrupted after " + std::to_string(count) + " entries");
      return count;
    }
    if (show == Show::kYes) session.terminal.WriteLine(session.form.ShowEntry(cursor.key(), cursor.value()));
    ++count;
    if (is_reverse) {
      cursor.Prev();
    } else {
      cursor.Next();
    }
  }
  LOGWOOD_RETURN_IF_ERROR(cursor.status());
  return count;
}

Result<Answer> ShowOne(Session& session, const CommandArguments& arguments, Direction direction) {
  LOGWOOD_ASSIGN_OR_RETURN(ScanArguments scan, ReadScan(session, arguments));
  scan.limit = 1;
  scan.direction = direction;
  LOGWOOD_ASSIGN_OR_RETURN(const uint64_t count, Go(session, scan, Show::kYes));
  if (count > 0) return Answer::kYes;
  session.Complain("there is no such entry");
  return Answer::kNo;
}

// A write that cannot be spoils its batch.
Result<Answer> AddedTo(const Batch& batch) {
  if (batch.status().ok()) return Answer::kYes;
  return Status::InvalidArgument(std::string(batch.status().message()) +
                                 "; this batch cannot be committed any more: batch abort");
}

void TellAbsence(const Session& session, Bytes key, const std::string& word) {
  if (!session.form.json) {
    session.Complain("there is no key " + QuoteWord(word));
    return;
  }
  JsonObject object;
  object.Add("key", key);
  object.AddNull("value");
  session.terminal.WriteLine(object.ToString());
}

}  // namespace

Result<Answer> PutEntry(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, session.CollectionInUse());
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, session.Read(arguments[0], "KEY"));
  LOGWOOD_ASSIGN_OR_RETURN(const std::string value, session.Read(arguments[1], "VALUE"));
  if (!session.batch) {
    LOGWOOD_RETURN_IF_ERROR(collection.Put(key, value, {.sync = session.sync}));
    session.TellDone("put", collection.name(), key);
    return Answer::kYes;
  }
  session.batch->Put(collection, key, value);
  return AddedTo(*session.batch);
}

Result<Answer> DeleteEntry(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, session.CollectionInUse());
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, session.Read(arguments[0], "KEY"));
  if (!session.batch) {
    LOGWOOD_RETURN_IF_ERROR(collection.Delete(key, {.sync = session.sync}));
    session.TellDone("delete", collection.name(), key);
    return Answer::kYes;
  }
  session.batch->Delete(collection, key);
  return AddedTo(*session.batch);
}

Result<Answer> DeleteEntries(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, session.CollectionInUse());
  LOGWOOD_ASSIGN_OR_RETURN(const ScanArguments scan, ReadScan(session, arguments));
  if (arguments.empty() || scan.limit != ScanArguments().limit || scan.direction == Direction::kReverse) {
    return Status::InvalidArgument("delete-range takes at least one of prefix P, from K, to K, and nothing else");
  }
  Batch alone;
  Batch& batch = session.batch ? *session.batch : alone;
  RangeOf(scan.bounds).DeleteFrom(collection, batch);
  if (session.batch) return AddedTo(batch);
  LOGWOOD_RETURN_IF_ERROR(session.database.Commit(batch, {.sync = session.sync}));
  session.TellDone("delete-range", collection.name());
  return Answer::kYes;
}

Result<Answer> GetEntry(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(const std::string key, session.Read(arguments[0], "KEY"));
  LOGWOOD_ASSIGN_OR_RETURN(const std::optional<PinnedValue> value, session.Get(key));
  if (!value) {
    TellAbsence(session, key, arguments[0]);
    return Answer::kNo;
  }
  session.terminal.WriteLine(session.form.json ? session.form.ShowEntry(key, value->bytes())
                                               : session.form.Show(value->bytes()));
  return Answer::kYes;
}

Result<Answer> ScanEntries(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(const ScanArguments scan, ReadScan(session, arguments));
  LOGWOOD_RETURN_IF_ERROR(Go(session, scan, Show::kYes).status());
  return Answer::kYes;
}

Result<Answer> CountEntries(Session& session, const CommandArguments& arguments) {
  LOGWOOD_ASSIGN_OR_RETURN(const ScanArguments scan, ReadScan(session, arguments));
  LOGWOOD_ASSIGN_OR_RETURN(const uint64_t count, Go(session, scan, Show::kNo));
  if (Interrupt::came()) return Answer::kYes;  // What was counted is said already, and is no answer.
  JsonObject object;
  object.AddNumber("count", count);
  session.terminal.WriteLine(session.form.json ? object.ToString() : std::to_string(count));
  return Answer::kYes;
}

Result<Answer> ShowFirst(Session& session, const CommandArguments& arguments) {
  return ShowOne(session, arguments, Direction::kForward);
}

Result<Answer> ShowLast(Session& session, const CommandArguments& arguments) {
  return ShowOne(session, arguments, Direction::kReverse);
}

}  // namespace logwood::command_line
