#include "tools/command_line/dump_page.h"

#include <fmt/format.h>

#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"

namespace logwood::command_line {
namespace {

std::string TypeName(EntryType type) {
  switch (type) {
    case EntryType::kPut: return "put";
    case EntryType::kTombstone: return "tombstone";
    case EntryType::kRangeTombstone: return "range-tombstone";
    case EntryType::kValueLink: return "link";
  }
  return fmt::format("type-{}", static_cast<int>(type));
}

}  // namespace

void DumpPage::BeginFile(const std::string& name, const std::string& what, const Fields& fields) {
  if (!form_.json) {
    terminal_.WriteLine(fmt::format("# {}: {}", Escape(name), Escape(what)));
    for (const auto& [field, value] : fields) terminal_.WriteLine(fmt::format("#   {:<20} {}", field, Escape(value)));
    return;
  }
  JsonObject object;
  object.Add("file", name);
  object.Add("what", what);
  for (const auto& [field, value] : fields) object.Add(field, value);
  terminal_.WriteLine(object.ToString());
}

void DumpPage::BeginEntries() {
  if (!form_.json) terminal_.WriteLine("SEQ\tTYPE\tCOLLECTION\tKEY\tVALUE");
}

void DumpPage::Note(const std::string& text, const std::vector<std::string>& details) {
  if (!form_.json) {
    terminal_.WriteLine("# " + Escape(text));
    for (const std::string& detail : details) terminal_.WriteLine("#   " + Escape(detail));
    return;
  }
  JsonObject object;
  object.Add("note", text);
  if (!details.empty()) object.AddList("details", details);
  terminal_.WriteLine(object.ToString());
}

void DumpPage::Entry(const Row& row) {
  if (!form_.json) {
    terminal_.WriteLine(fmt::format("{}\t{}\t{}\t{}\t{}", row.sequence.value_or("-"), TypeName(row.type),
                                    Escape(row.collection.value_or("-")), form_.Show(row.key), form_.Show(row.value)));
    return;
  }
  JsonObject object;
  if (row.sequence) object.Add("seq", *row.sequence);
  object.Add("type", TypeName(row.type));
  if (row.collection) object.Add("collection", *row.collection);
  object.Add("key", row.key);
  if (row.type != EntryType::kTombstone) object.Add("value", row.value);
  terminal_.WriteLine(object.ToString());
}

}  // namespace logwood::command_line
