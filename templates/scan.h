#pragma once
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "templates/engine.h"

namespace laoke::templates {

// The tags of a template in order, found exactly where the library will find them, or the first fault of form. The
// library itself accepts more (partials, other delimiters) and reports faults by byte only.
std::variant<std::vector<Tag>, Problem> scan(std::string_view text);

// The text without the lines that hold one section tag or remark and nothing else. The library drops such a line only
// where its section is shown, and leaves an empty line where it is not. Only for text that scan() accepted.
std::string without_tag_lines(std::string_view text);

// "customer.name | 亲" -> {"customer.name", "亲"}; the fallback is "" when there is none.
struct NameAndFallback {
  std::string_view name, fallback;
};
NameAndFallback split_fallback(std::string_view tag);

}  // namespace laoke::templates
