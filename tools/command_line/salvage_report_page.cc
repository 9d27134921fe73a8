#include "tools/command_line/salvage_report_page.h"

#include <algorithm>
#include <optional>
#include <vector>

#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"

namespace logwood::command_line {
namespace {

uint64_t CountLosses(const SalvageReport& report) {
  return static_cast<uint64_t>(std::ranges::count_if(report.damages, &SalvageDamage::loses_entries));
}

void AddOptional(JsonObject& object, const std::string& name, const std::optional<std::string>& bytes) {
  if (bytes) {
    object.Add(name, *bytes);
  } else {
    object.AddNull(name);
  }
}

JsonObject ObjectOf(const SalvageDamage& damage) {
  JsonObject object;
  object.Add("file", damage.file);
  object.AddNumber("offset", damage.offset);
  object.AddNumber("bytes", damage.bytes);
  object.Add("what", damage.what);
  object.AddNumber("lost", damage.loses_entries ? 1 : 0);
  AddOptional(object, "collection", damage.collection);
  AddOptional(object, "start", damage.start);
  AddOptional(object, "limit", damage.limit);
  return object;
}

void WriteJson(const Repaired& repaired, Terminal& terminal) {
  JsonObject object;
  object.Add("into", repaired.into);
  object.AddNumber("collections", repaired.collections);
  object.AddNumber("entries", repaired.entries);
  object.AddNumber("losses", CountLosses(repaired.report));
  std::vector<JsonObject> damages;
  damages.reserve(repaired.report.damages.size());
  for (const SalvageDamage& damage : repaired.report.damages) damages.push_back(ObjectOf(damage));
  object.AddObjects("damages", damages);
  terminal.WriteLine(object.ToString());
}

// Which keys a loss may concern.
std::string Concerned(const SalvageDamage& damage, const Form& form) {
  std::string text = damage.collection ? "collection " + Escape(*damage.collection) : "any collection";
  if (!damage.start && !damage.limit) return text + ", any key";
  if (damage.start) text += ", keys from " + form.Show(*damage.start);
  if (damage.limit) text += std::string(damage.start ? "" : ", keys") + " to below " + form.Show(*damage.limit);
  return text;
}

void WriteText(const Repaired& repaired, const Form& form, Terminal& terminal) {
  for (const SalvageDamage& damage : repaired.report.damages) {
    terminal.WriteLine(damage.loses_entries ? "lost\t" + Escape(damage.what) + "\t" + Concerned(damage, form)
                                            : "damage\t" + Escape(damage.what));
  }
  terminal.WriteLine("collections\t" + std::to_string(repaired.collections));
  terminal.WriteLine("entries\t" + std::to_string(repaired.entries));
  terminal.WriteLine("losses\t" + std::to_string(CountLosses(repaired.report)));
}

}  // namespace

void WriteRepaired(const Repaired& repaired, const Form& form, Terminal& terminal) {
  if (form.json) {
    WriteJson(repaired, terminal);
  } else {
    WriteText(repaired, form, terminal);
  }
}

}  // namespace logwood::command_line
