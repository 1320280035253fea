#include "handlers/template_words.h"

#include "handlers/text.h"
#include "templates/catalogue.h"

namespace laoke {
namespace {

using templates::Fault;

constexpr std::pair<Fault, std::string_view> kKeys[] = {
    {Fault::kTooLong, "template.too_long"},
    {Fault::kNotText, "template.not_text"},
    {Fault::kUnclosedTag, "template.unclosed_tag"},
    {Fault::kEmptyTag, "template.empty_tag"},
    {Fault::kUnsupportedTag, "template.unsupported_tag"},
    {Fault::kUnopenedSection, "template.unopened_section"},
    {Fault::kUnclosedSection, "template.unclosed_section"},
    {Fault::kCrossedSection, "template.crossed_section"},
    {Fault::kTooDeep, "template.too_deep"},
    {Fault::kUnknownVariable, "template.unknown"},
    {Fault::kNotSupplied, "template.not_supplied"},
    {Fault::kListAsText, "template.list_as_text"},
    {Fault::kFieldOutsideList, "template.field_outside_list"},
};

std::string_view key_of(Fault fault) {
  for (const auto& [known, key] : kKeys)
    if (known == fault) return key;
  throw std::logic_error("template_words: a fault without words");
}

}  // namespace

Phrase template_phrase(const templates::Problem& problem, std::string_view trigger) {
  Phrase phrase{std::string(key_of(problem.fault)),
                {{"column", problem.column},
                 {"name", shorten(problem.name, 60)},
                 {"other", problem.other},
                 {"trigger", trigger}}};
  if (problem.fault == Fault::kTooDeep) phrase.values.emplace_back("limit", templates::kDeepestSection);
  if (problem.fault == Fault::kTooLong) {
    phrase.values.emplace_back("length", problem.name);
    phrase.values.emplace_back("limit", templates::kLongestTemplate);
  }
  if (problem.fault != Fault::kUnknownVariable) return phrase;
  const auto near = nearest(problem.name, templates::variable_names());
  if (near.empty()) return phrase;
  phrase.key = "template.unknown_near";
  phrase.values.emplace_back("near", near.front());
  return phrase;
}

}  // namespace laoke
