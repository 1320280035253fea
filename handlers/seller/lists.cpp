#include "handlers/seller/lists.h"

#include "handlers/seller/grammar.h"
#include "handlers/text.h"

namespace laoke::seller {
namespace {

constexpr std::size_t kLongestCharacterBytes = 4;

}  // namespace

std::string listed(const std::vector<std::string>& parts, std::string_view language) {
  const std::string_view mark = language.starts_with("zh") ? "、" : ", ";
  std::string text;
  for (const auto& part : parts) text.append(text.empty() ? "" : mark).append(part);
  return text;
}

std::string one_line(std::string_view text, std::size_t limit) {
  std::string line;
  for (skip_blanks(text); !text.empty() && line.size() <= limit * kLongestCharacterBytes; skip_blanks(text)) {
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\v\f"), text.size());
    line.append(line.empty() ? "" : " ").append(text.substr(0, end));
    text.remove_prefix(end);
  }
  return shorten(line, limit);
}

}  // namespace laoke::seller
