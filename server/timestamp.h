#pragma once

#include <string>

namespace inkling {

// Now, in UTC, as RFC 3339 has it: "2026-11-28T01:54:53.683Z".
std::string now_as_text();

}  // namespace inkling
