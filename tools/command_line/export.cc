#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "base/status_macros.h"
#include "logwood/database.h"
#include "tools/command_line/database_access.h"
#include "tools/command_line/entry_format.h"
#include "tools/command_line/form.h"
#include "tools/command_line/output_file.h"
#include "tools/command_line/place_arguments.h"
#include "tools/command_line/progress_bar.h"
#include "tools/command_line/range_options.h"
#include "tools/command_line/verb.h"

namespace logwood::command_line {
namespace {

// Entries are written out in pieces of about this size.
constexpr size_t kPieceSizeBytes = 256 * 1024;
constexpr uint64_t kBatchMax = 256;

struct Arguments {
  std::string path;
  std::string collection;
  std::string file = "-";
  std::string format;
  bool force = false;
  bool quiet = false;
  RangeOptions range;
  Form form;  // Of --from, --to and --prefix alone.
};

EntryFormat FormatOf(const Arguments& arguments) {
  return EntryFormatByName(arguments.format).value_or(EntryFormatOfFile(arguments.file));
}

// Takes a piece of the text; returns false where nobody reads on.
using Sink = std::function<Result<bool>(std::string_view)>;

// Brings the entries from a cursor to a sink. Confined to one thread.
class Exporter {
 public:
  Exporter(EntryFormat format, Sink sink, ProgressBar& bar) : format_(format), sink_(std::move(sink)), bar_(bar) {}

  // At most `limit` entries.
  Status Export(Cursor& cursor, uint64_t limit) {
    AppendHeader(format_, text_);
    for (bool is_read = true; is_read && entries_ < limit;) {
      const std::span<const Cursor::KeyAndValue> batch = cursor.NextBatch(std::min(limit - entries_, kBatchMax));
      if (batch.empty()) break;
      for (const auto [key, value] : batch) AppendEntry(format_, key, value, text_);
      entries_ += batch.size();
      if (text_.size() < kPieceSizeBytes) continue;
      LOGWOOD_ASSIGN_OR_RETURN(is_read, WritePiece());
    }
    LOGWOOD_RETURN_IF_ERROR(WritePiece().status());
    return cursor.status();
  }

  [[nodiscard]] Progress Done() { return bar_.Show(entries_, bytes_); }

 private:
  Result<bool> WritePiece() {
    bytes_ += text_.size();
    Result<bool> is_read = sink_(text_);
    text_.clear();
    bar_.Show(entries_, bytes_);
    return is_read;
  }

  const EntryFormat format_;
  const Sink sink_;
  ProgressBar& bar_;
  std::string text_;  // Not written yet.
  uint64_t entries_ = 0;
  uint64_t bytes_ = 0;
};

Status ExportToTerminal(Cursor& cursor, const Arguments& arguments, Terminal& terminal) {
  ProgressBar bar(ProgressBar::Wanted::kNo, std::nullopt);
  const Sink sink = [&terminal](std::string_view text) -> Result<bool> {
    terminal.Write(text);
    return terminal.is_read();
  };
  return Exporter(FormatOf(arguments), sink, bar).Export(cursor, arguments.range.limit);
}

Result<Progress> WriteFile(Cursor& cursor, const Arguments& arguments, OutputFile& file) {
  ProgressBar bar(arguments.quiet ? ProgressBar::Wanted::kNo : ProgressBar::Wanted::kYes, std::nullopt);
  const Sink sink = [&file](std::string_view text) -> Result<bool> {
    LOGWOOD_RETURN_IF_ERROR(file.Write(text));
    return true;
  };
  Exporter exporter(FormatOf(arguments), sink, bar);
  LOGWOOD_RETURN_IF_ERROR(exporter.Export(cursor, arguments.range.limit));
  LOGWOOD_RETURN_IF_ERROR(file.Finish());
  return exporter.Done();
}

Status ExportToFile(Cursor& cursor, const Arguments& arguments, Terminal& terminal) {
  const Present present = arguments.force ? Present::kReplace : Present::kRefuse;
  LOGWOOD_ASSIGN_OR_RETURN(const std::unique_ptr<OutputFile> file, OutputFile::Create(arguments.file, present));
  LOGWOOD_ASSIGN_OR_RETURN(const Progress written, WriteFile(cursor, arguments, *file));
  if (!arguments.quiet) terminal.Complain("Exported " + Summary(written) + ".");
  return Status::Ok();
}

Result<Answer> Export(const Arguments& arguments, Terminal& terminal) {
  LOGWOOD_ASSIGN_OR_RETURN(const KeyRange range, arguments.range.Read(arguments.form));
  LOGWOOD_ASSIGN_OR_RETURN(const Database database, OpenToRead(arguments.path));
  LOGWOOD_ASSIGN_OR_RETURN(const Collection collection, OpenCollection(database, arguments.path, arguments.collection));
  Cursor cursor = range.ScanOf(collection);
  LOGWOOD_RETURN_IF_ERROR(arguments.file == "-" ? ExportToTerminal(cursor, arguments, terminal)
                                                : ExportToFile(cursor, arguments, terminal));
  return Answer::kYes;
}

}  // namespace

void AddExport(CLI::App& program, Action& chosen) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App& verb = *program.add_subcommand("export", "Write all entries to a file or standard output");
  verb.footer(
      "In the formats that load reads, in key order; what is exported loads as the same entries, whatever their "
      "bytes.\n"
      "Of --from, --to and --prefix all that are given hold.");
  AddCollectionTo(verb, arguments->path, arguments->collection);
  verb.add_option("FILE", arguments->file, "what is written, and must not be there; - is standard output")
      ->capture_default_str();
  verb.add_option("--format", arguments->format, "tsv, csv or jsonl; without it by the file's ending, else tsv")
      ->check(CLI::IsMember({"tsv", "csv", "jsonl"}));
  arguments->range.AddTo(verb);
  verb.add_flag("--hex", arguments->form.hex, "--from, --to and --prefix are given in hexadecimal");
  verb.add_flag("--force", arguments->force, "write over FILE where it is there");
  verb.add_flag("--quiet", arguments->quiet, "no progress, no closing line");
  verb.callback(
      [&chosen, arguments] { chosen = [arguments](Terminal& terminal) { return Export(*arguments, terminal); }; });
}

}  // namespace logwood::command_line
