#pragma once

#include <string>
#include <string_view>

namespace logwood::testing {

// Golden files: bytes of each stored format as a released version wrote them, in tests/format/golden/, and the hex
// listings of them that the pages in docs/format/ show. With LOGWOOD_REGENERATE=1 in the environment both are written
// anew instead of compared: the one command for a commit that changes a format whose version is 0.

// The bytes of the golden file. Fails the test where it is not there.
[[nodiscard]] std::string ReadGolden(std::string_view name);
// Expects the golden file `name` to hold exactly `bytes`.
void ExpectGolden(std::string_view name, std::string_view bytes);
// Expects the page docs/format/`page` to hold the listing of the golden file `name` between the line
// "<!-- golden: NAME -->" and the next line "<!-- end -->".
void ExpectListing(std::string_view page, std::string_view name);

// 16 bytes a line: offset, hex, text. A line like the one before is left out, and "*" stands for all such in a row.
[[nodiscard]] std::string HexListing(std::string_view bytes);

}  // namespace logwood::testing
