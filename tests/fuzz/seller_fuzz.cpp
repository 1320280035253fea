// What a seller types: any bytes fall into pieces, labels, commands and segments without harm, and nothing is invented.
#include <cstdlib>

#include "handlers/pairing.h"
#include "handlers/seller/broadcasts.h"
#include "handlers/seller/command.h"
#include "handlers/seller/dialog.h"
#include "handlers/seller/grammar.h"
#include "handlers/text.h"

using namespace laoke;
using namespace laoke::seller;

namespace {

void expect(bool holds) {
  if (!holds) std::abort();
}

void answers(std::string_view typed) {
  Question question{7, Question::Kind::kChoice, "+vip 张三", {}, "who:张三", {1, 2, 3}, 1};
  if (const auto resumed = answer_to(question, typed)) expect(resumed->picks.at("who:张三") >= 1 && resumed->picks.at("who:张三") <= 3);
  question.kind = Question::Kind::kYes;
  if (const auto resumed = answer_to(question, typed)) expect(resumed->confirmed != resumed->declined);
  if (const auto opened = open_question(typed, 1)) expect(open_question(to_json_text(*opened), 1).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text = repair_utf8({reinterpret_cast<const char*>(data), size});
  std::size_t bytes = 0;
  for (const auto& token : tokens_of(text)) bytes += token.size();
  expect(bytes <= text.size());
  const auto marks = parse_tags(text, '+');
  for (const auto* labels : {&marks.add, &marks.remove})
    for (const auto& label : *labels) expect(!label.empty() && text.find(label) != std::string::npos);
  const auto parsed = parse_line(text);
  expect(parsed.rest.size() <= text.size());
  nearest_commands(text);
  if (const auto number = number_of(text)) expect(*number > 0);
  const auto cut = cut_segment(text);
  expect(cut.segment.size() + cut.rest.size() <= text.size());
  pairing_attempt_in(text);
  answers(text);
  return 0;
}
