#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "logwood/bytes.h"

namespace logwood::command_line {

// `bytes` as one field of a line: valid UTF-8 as it is, but for \t \n \r \\ and, as \xHH, all other control characters
// and all bytes that are not UTF-8. Different bytes never look the same.
[[nodiscard]] std::string Escape(Bytes bytes);

// `text` as a terminal may show it: lines and backslashes as they are, else as Escape() has it.
[[nodiscard]] std::string EscapeControls(std::string_view text);

// Two lower-case digits a byte.
[[nodiscard]] std::string ToHex(Bytes bytes);
// Nullopt for an odd number of digits or anything that is no digit.
[[nodiscard]] std::optional<std::string> FromHex(std::string_view digits);

[[nodiscard]] std::string ToBase64(Bytes bytes);
// Nullopt for anything but what ToBase64() returns for some bytes.
[[nodiscard]] std::optional<std::string> FromBase64(std::string_view digits);

// Bytes of the character with which `bytes` begins, 1 to 4; 0 where it begins with none. As the Unicode standard has
// it, table 3-7: no overlong forms, no surrogates. Requires: !bytes.empty().
[[nodiscard]] size_t Utf8CharacterSize(Bytes bytes) noexcept;
[[nodiscard]] bool IsUtf8(Bytes bytes) noexcept;

}  // namespace logwood::command_line
