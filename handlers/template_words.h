#pragma once
#include <optional>
#include <string_view>

#include "handlers/wording.h"
#include "templates/engine.h"

namespace laoke {

// What is wrong with a template, as the seller reads it: where, what, the nearest name that exists. `trigger` is what
// was to send it, for kNotSupplied.
Phrase template_phrase(const templates::Problem& problem, std::string_view trigger = "");

}  // namespace laoke
