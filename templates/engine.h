#pragma once
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

// Texts with variables: Mustache in the part a shop needs. {{name}} is replaced by plain text, nothing is escaped;
// {{name|otherwise}} says what stands there when the value is empty; {{#name}}…{{/name}} is shown when the value is not
// empty, once for each row of a list; {{^name}}…{{/name}} when it is empty; {{! … }} is a remark. Values are data:
// braces in them mean nothing. A line that holds only a section's tag leaves no line behind.
namespace laoke::templates {

inline constexpr std::size_t kLongestTemplate = 8'000;  // code points
inline constexpr std::size_t kDeepestSection = 8;

enum class Fault {
  kTooLong,          // `name`: its length
  kNotText,          // not UTF-8, or a NUL in it
  kUnclosedTag,      // {{ without }} on its line
  kEmptyTag,         // {{}}
  kUnsupportedTag,   // {{{x}}}, {{&x}}, {{>x}}, {{=x y=}}: `name` is the mark
  kUnopenedSection,  // {{/name}} without {{#name}}
  kUnclosedSection,  // {{#name}} without {{/name}}
  kCrossedSection,   // {{/name}} where {{/other}} is due
  kTooDeep,
  kUnknownVariable,   // found by check(), as all below
  kNotSupplied,       // known, but this trigger does not supply it
  kListAsText,        // {{order.items}} instead of {{#order.items}}
  kFieldOutsideList,  // `name` exists only within {{#other}}
};

// What is wrong and where; handlers/template_words.h says it in the seller's language.
struct Problem {
  Fault fault = Fault::kNotText;
  std::size_t column = 0;  // code point of the template, from 1
  std::string name, other;
  bool operator==(const Problem&) const = default;
};

// One tag that names a variable.
struct Tag {
  enum class Kind { kValue, kSection, kInverted, kEnd };
  Kind kind = Kind::kValue;
  std::string name;
  std::size_t column = 0;
  bool operator==(const Tag&) const = default;
};

using Fields = std::map<std::string, std::string>;
// What a variable stands for: text, or rows for a section.
using Value = std::variant<std::string, std::vector<Fields>>;
// Asked at most once for each name a rendering comes upon; names of list fields are not asked for inside their list.
using Lookup = std::function<Value(const std::string& name)>;

// A text ready to be rendered as often as wanted. Copies are cheap and share what was compiled; one copy may be used by
// one thread at a time, and copies of one template too.
class Template {
 public:
  // The template, or the first thing that is wrong with its form. Names are not looked at: see check().
  static std::variant<Template, Problem> compile(std::string_view text);

  const std::vector<Tag>& tags() const;
  bool uses(std::string_view name) const;
  // Never fails for what compile() accepted; what `lookup` throws reaches the caller.
  std::string render(const Lookup& lookup) const;

 private:
  struct Compiled;
  explicit Template(std::shared_ptr<Compiled> compiled) : compiled_(std::move(compiled)) {}
  std::shared_ptr<Compiled> compiled_;  // shared: copies travel into caches, and the library's tree is dear to copy
};

}  // namespace laoke::templates
