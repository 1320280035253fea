#include "templates/scan.h"

#include <unicode/utf8.h>

#include <algorithm>

namespace laoke::templates {
namespace {

constexpr std::string_view kBlank = " \t\r\n\v\f";  // what the library trims

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

// Number of code points; nullopt when it is not text that every engine can keep.
std::optional<std::size_t> counted(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) {
    UChar32 point;
    U8_NEXT(bytes, at, text.size(), point);
    if (point <= 0) return std::nullopt;
  }
  return count;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  std::variant<std::vector<Tag>, Problem> run() {
    std::size_t at = 0;
    while ((at = text_.find("{{", at)) != std::string_view::npos) {
      advance_to(at);
      const std::size_t end = text_.substr(0, text_.find('\n', at)).find("}}", at + 2);
      if (text_.substr(at + 2, 1) == "{") return Problem{Fault::kUnsupportedTag, column_, "{{{", ""};
      if (end == std::string_view::npos) return Problem{Fault::kUnclosedTag, column_, "", ""};
      if (auto problem = take(trimmed(text_.substr(at + 2, end - at - 2)))) return *problem;
      at = end + 2;
    }
    if (!open_.empty()) return Problem{Fault::kUnclosedSection, open_.back().column, open_.back().name, ""};
    return std::move(tags_);
  }

 private:
  void advance_to(std::size_t at) {
    for (; counted_ < at; ++counted_)
      if (!U8_IS_TRAIL(static_cast<std::uint8_t>(text_[counted_]))) ++points_;
    column_ = points_ + 1;
  }

  std::optional<Problem> take(std::string_view inside) {
    if (inside.empty()) return Problem{Fault::kEmptyTag, column_, "", ""};
    const char mark = inside.front();
    if (mark == '!') return std::nullopt;
    if (mark == '&' || mark == '>' || mark == '=')
      return Problem{Fault::kUnsupportedTag, column_, std::string(1, mark), ""};
    if (mark == '/') return close(std::string(trimmed(inside.substr(1))));
    const bool section = mark == '#' || mark == '^';
    const auto kind = mark == '#' ? Tag::Kind::kSection : mark == '^' ? Tag::Kind::kInverted : Tag::Kind::kValue;
    Tag tag{kind, std::string(section ? trimmed(inside.substr(1)) : split_fallback(inside).name), column_};
    if (tag.name.empty()) return Problem{Fault::kEmptyTag, column_, "", ""};
    if (section && open_.size() == kDeepestSection) return Problem{Fault::kTooDeep, column_, tag.name, ""};
    if (section) open_.push_back(tag);
    tags_.push_back(std::move(tag));
    return std::nullopt;
  }

  std::optional<Problem> close(std::string name) {
    if (open_.empty()) return Problem{Fault::kUnopenedSection, column_, std::move(name), ""};
    if (open_.back().name != name) return Problem{Fault::kCrossedSection, column_, std::move(name), open_.back().name};
    open_.pop_back();
    tags_.push_back({Tag::Kind::kEnd, std::move(name), column_});
    return std::nullopt;
  }

  std::string_view text_;
  std::vector<Tag> tags_, open_;
  std::size_t counted_ = 0, points_ = 0, column_ = 1;
};

bool is_tag_alone(std::string_view tag) {
  if (!tag.starts_with("{{") || tag.find("}}") != tag.size() - 2) return false;
  const std::string_view inside = trimmed(tag.substr(2, tag.size() - 4));
  return !inside.empty() && std::string_view("#^/!").find(inside.front()) != std::string_view::npos;
}

}  // namespace

std::string without_tag_lines(std::string_view text) {
  std::string kept;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    const std::string_view tag = trimmed(line);
    kept += is_tag_alone(tag) ? tag : line;
    text.remove_prefix(end);
  }
  return kept;
}

NameAndFallback split_fallback(std::string_view tag) {
  const std::size_t bar = tag.find('|');
  if (bar == std::string_view::npos) return {trimmed(tag), {}};
  return {trimmed(tag.substr(0, bar)), trimmed(tag.substr(bar + 1))};
}

std::variant<std::vector<Tag>, Problem> scan(std::string_view text) {
  const auto length = counted(text);
  if (!length) return Problem{Fault::kNotText, 1, "", ""};
  if (*length > kLongestTemplate) return Problem{Fault::kTooLong, kLongestTemplate + 1, std::to_string(*length), ""};
  return Scanner(text).run();
}

}  // namespace laoke::templates
