#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/entry_type.h"
#include "logwood/bytes.h"
#include "tools/command_line/form.h"
#include "tools/command_line/terminal.h"

namespace logwood::command_line {

// How a dump looks. As text: what is said of a file or a part of it stands on lines that begin with "# ", entries on
// lines of five columns, SEQ TYPE COLLECTION KEY VALUE, with tabs between them. As JSON: an object for each. Confined
// to one thread.
class DumpPage {
 public:
  // `terminal` must outlive the page.
  DumpPage(Terminal& terminal, const Form& form) : terminal_(terminal), form_(form) {}

  // Names with what they are: "epoch" is "3".
  using Fields = std::vector<std::pair<std::string, std::string>>;

  // A title line with the file's name and what is dumped of it, then a line for each field.
  void BeginFile(const std::string& name, const std::string& what, const Fields& fields);
  // The line that names the columns of the entries behind it.
  void BeginEntries();
  // Something about the file at this place, with details.
  void Note(const std::string& text, const std::vector<std::string>& details = {});

  struct Row {
    std::optional<std::string> sequence = std::nullopt;  // Where none is stored: "-", and no member in JSON.
    EntryType type = EntryType::kPut;
    std::optional<std::string> collection = std::nullopt;  // The same.
    Bytes key{};
    Bytes value{};
  };
  void Entry(const Row& row);

  // False: nobody reads on.
  [[nodiscard]] bool is_read() const noexcept { return terminal_.is_read(); }

 private:
  Terminal& terminal_;
  const Form form_;
};

}  // namespace logwood::command_line
