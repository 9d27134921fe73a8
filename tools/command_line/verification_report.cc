#include "tools/command_line/verification_report.h"

#include <string>
#include <vector>

#include "tools/command_line/escape.h"
#include "tools/command_line/json_object.h"

namespace logwood::command_line {
namespace {

void WriteJson(const Verification& found, Terminal& terminal) {
  JsonObject object;
  object.AddNumber("blocks", found.blocks);
  object.AddList("strangers", found.strangers);
  std::vector<std::string> damages;
  damages.reserve(found.damages.size());
  for (const Status& damage : found.damages) damages.emplace_back(damage.message());
  object.AddList("damages", damages);
  terminal.WriteLine(object.ToString());
}

void WriteText(const Verification& found, Terminal& terminal) {
  for (const std::string& stranger : found.strangers) terminal.WriteLine("stranger\t" + Escape(stranger));
  for (const Status& damage : found.damages) terminal.WriteLine("damage\t" + Escape(damage.message()));
  terminal.WriteLine("blocks read\t" + std::to_string(found.blocks));
  terminal.WriteLine("damages\t" + std::to_string(found.damages.size()));
}

}  // namespace

void WriteVerification(const Verification& found, const Form& form, Terminal& terminal) {
  if (form.json) {
    WriteJson(found, terminal);
  } else {
    WriteText(found, terminal);
  }
}

}  // namespace logwood::command_line
