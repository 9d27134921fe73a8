#include <CLI/CLI.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/status_macros.h"
#include "logwood/batch.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/entry_reader.h"
#include "tools/command_line/input_file.h"
#include "tools/command_line/json_object.h"
#include "tools/command_line/progress_bar.h"
#include "tools/command_line/sorted_input.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

// Entries go in by batches of this size: large enough that a commit costs nothing beside its entries, small enough that
// progress is seen.
constexpr size_t kBatchSizeBytes = 256 * 1024;

struct Arguments {
  std::string path;
  std::string collection;
  std::string file = "-";
  std::string format;
  bool json = false;
  bool quiet = false;
  bool sorted = false;
};

EntryFormat FormatOf(const Arguments& arguments) {
  return EntryFormatByName(arguments.format).value_or(EntryFormatOfFile(arguments.file));
}

// Brings the entries of a reader into a collection. Confined to one thread.
class Loader {
 public:
  Loader(Database& database, Collection collection, EntryReader& reader, ProgressBar& bar)
      : database_(database), collection_(std::move(collection)), reader_(reader), bar_(bar) {}

  // From `first` on to the end of the input; then all of it is durable. Where the input is wrong, what stands before
  // that place is loaded all the same, so that the error can say how much it was.
  Status Load(std::optional<EntryReader::Entry> first) {
    Result<std::optional<EntryReader::Entry>> entry = first;
    while (entry.ok() && entry->has_value()) {
      batch_.Put(collection_, (*entry)->key, (*entry)->value);
      if (batch_.size_bytes() >= kBatchSizeBytes) LOGWOOD_RETURN_IF_ERROR(CommitBatch(Sync::kNo));
      entry = reader_.Next();
    }
    LOGWOOD_RETURN_IF_ERROR(CommitBatch(Sync::kYes));
    return entry.status();
  }

  // What came so far is not kept waiting for what may never come.
  Status CommitBeforeWaiting() { return batch_.count() > 0 ? CommitBatch(Sync::kNo) : Status::Ok(); }

  // In commits that returned.
  [[nodiscard]] uint64_t entries() const noexcept { return entries_; }

 private:
  Status CommitBatch(Sync sync) {
    LOGWOOD_RETURN_IF_ERROR(database_.Commit(batch_, {.sync = sync}));
    entries_ += batch_.count();
    batch_.Clear();
    bar_.Show(entries_, reader_.position());
    return Status::Ok();
  }

  Database& database_;
  const Collection collection_;
  EntryReader& reader_;
  ProgressBar& bar_;
  Batch batch_;
  uint64_t entries_ = 0;
};

// An error in the middle, and what is there by then.
Status WithEntries(const Status& status, uint64_t entries) {
  const std::string said = "Entries loaded before that: " + std::to_string(entries) +
                           (entries > 0 ? "; they stay, and loading them again does no harm." : "");
  return {status.code(), std::string(status.message()) + "\n" + said, status.outcome()};
}

struct Loaded {
  Progress progress;
  bool ends_with_line_end = true;
};

ProgressBar::Wanted BarWanted(const Arguments& arguments) {
  return arguments.quiet ? ProgressBar::Wanted::kNo : ProgressBar::Wanted::kYes;
}

// A collection that was made for what was not loaded does not stay.
Status GiveUpSorted(Database& database, const Arguments& arguments, bool is_new, const Status& status) {
  if (status.outcome() != Outcome::kNotApplied) return status;
  std::string message = std::string(status.message()) + "\nNothing was loaded.";
  const Status dropped = is_new ? database.DropCollection(arguments.collection) : Status::Ok();
  if (!dropped.ok()) {
    message += " The collection that was made for it stays, empty: " + std::string(dropped.message());
  }
  return {status.code(), std::move(message)};
}

// By one ingest: each entry is written once, into trees, and all of them appear together.
Result<Loaded> LoadSortedFrom(InputFile& input, const Arguments& arguments) {
  EntryReader reader(FormatOf(arguments), input.name(),
                     [&](std::span<char> into) -> Result<size_t> { return input.Read(into); });
  ProgressBar bar(BarWanted(arguments), input.size());
  // As without --sorted: nothing comes into being for an input that is wrong from the start.
  Result<std::optional<EntryReader::Entry>> first = reader.Next();
  if (!first.ok()) return WithEntries(first.status(), 0);
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenOrCreateDatabase(arguments.path));
  const bool is_new = database.OpenCollection(arguments.collection).status().code() == StatusCode::kNotFound;
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, database.OpenOrCreate(arguments.collection));
  SortedInput::Tally tally;
  std::vector<IngestedEntries> parts;
  parts.push_back(
      {.collection = std::move(collection), .entries = std::make_unique<SortedInput>(reader, *first, bar, tally)});
  const Status ingested = database.Ingest(std::move(parts));
  if (!ingested.ok()) {
    return GiveUpSorted(database, arguments, is_new, tally.status.ok() ? ingested : tally.status);
  }
  LOGWOOD_RETURN_IF_ERROR(database.Close());
  return Loaded{.progress = bar.Show(tally.entries, reader.position()),
                .ends_with_line_end = reader.ends_with_line_end()};
}

Result<Loaded> LoadFrom(InputFile& input, const Arguments& arguments) {
  Loader* loading = nullptr;
  EntryReader reader(FormatOf(arguments), input.name(), [&](std::span<char> into) -> Result<size_t> {
    if (loading != nullptr && input.must_wait()) LOGWOOD_RETURN_IF_ERROR(loading->CommitBeforeWaiting());
    return input.Read(into);
  });
  ProgressBar bar(BarWanted(arguments), input.size());
  // Nothing comes into being for an input that is wrong from the start, and nobody waits for the database meanwhile.
  Result<std::optional<EntryReader::Entry>> first = reader.Next();
  if (!first.ok()) return WithEntries(first.status(), 0);
  LOGWOOD_ASSIGN_OR_RETURN(Database database, OpenOrCreateDatabase(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(Collection collection, database.OpenOrCreate(arguments.collection));
  Loader loader(database, std::move(collection), reader, bar);
  loading = &loader;
  const Status loaded = loader.Load(*first);
  const Status closed = database.Close();
  // The first error counts: what comes of closing after it says no more.
  if (!loaded.ok()) return WithEntries(loaded, loader.entries());
  if (!closed.ok()) return WithEntries(closed, loader.entries());
  return Loaded{.progress = bar.Show(loader.entries(), reader.position()),
                .ends_with_line_end = reader.ends_with_line_end()};
}

void WriteJson(const Progress& progress, Terminal& terminal) {
  JsonObject object;
  object.AddNumber("entries", progress.entries);
  object.AddNumber("bytes", progress.bytes);
  object.AddNumber("milliseconds", static_cast<uint64_t>(progress.elapsed / std::chrono::milliseconds(1)));
  terminal.WriteLine(object.ToString());
}

Result<Answer> Load(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_RETURN_IF_ERROR(CheckCollectionName(arguments.collection));
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<InputFile> input, InputFile::Open(arguments.file));
  LOGWOOD_ASSIGN_OR_RETURN(const Loaded loaded,
                           arguments.sorted ? LoadSortedFrom(*input, arguments) : LoadFrom(*input, arguments));
  if (arguments.json) WriteJson(loaded.progress, terminal);
  if (!loaded.ends_with_line_end) {
    terminal.Complain("logwood load: " + input->name() +
                      ": the last line has no line end; see whether the input was cut short");
  }
  if (!arguments.quiet) terminal.Complain("Loaded " + Summary(loaded.progress) + ".");
  return Answer::kYes;
}

}  // namespace

void AddLoad(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("load", "Write entries from a file or standard input");
  verb.footer(
      "tsv: KEY<TAB>VALUE a line; \\t \\n \\r \\\\ stand for those bytes, \\xHH for any byte, as scan shows them.\n"
      "csv: RFC 4180 with the header key,value; bytes are taken as they are.\n"
      "jsonl: an object a line with members key and value, or key_base64 and value_base64.\n"
      "Database and collection are made where they are not there. Where a key is there already, or comes twice, the\n"
      "last value stays. Entries are committed as they come, by 256 KiB or when the input makes wait, and durable "
      "when\n"
      "the verb has ended; where the input is wrong, the entries before that place are.\n"
      "--sorted: the keys rise, as in what export writes. Then entries are written once, into trees, and appear "
      "together\n"
      "at the end; where the input is wrong, its order included, none is loaded.");
  verb.add_option("DB", arguments->path, "directory of the database; its parent must exist")->required();
  verb.add_option("COLLECTION", arguments->collection, "name of the collection")->required();
  verb.add_option("FILE", arguments->file, "what is read; - is standard input")->capture_default_str();
  verb.add_option("--format", arguments->format, "tsv, csv or jsonl; without it by the file's ending, else tsv")
      ->check(CLI::IsMember({"tsv", "csv", "jsonl"}));
  verb.add_flag("--sorted", arguments->sorted, "the input is in key order: faster, and all or nothing");
  verb.add_flag("--json", arguments->json, "at the end show one JSON object: entries, bytes, milliseconds");
  verb.add_flag("--quiet", arguments->quiet, "no progress, no closing line");
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Load(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
