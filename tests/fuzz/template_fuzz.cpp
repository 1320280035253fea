// Any bytes as a template: refused with a problem that can be said in both languages, or compiled and rendered the same
// every time, with values that look like templates left as they are.
#include <cstdlib>

#include "handlers/compiled_message.h"
#include "handlers/template_words.h"
#include "handlers/text.h"
#include "templates/catalogue.h"
#include "templates/engine.h"

using namespace laoke;

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

templates::Value value_of(const std::string& name) {
  if (name == "order.items") return std::vector<templates::Fields>{{{"name", "{{#a}}"}, {"quantity", ""}}, {{"name", "}}"}, {"quantity", "2"}}};
  return name.size() % 3 == 0 ? "" : "{{" + name + "}}";
}

void say_both(const templates::Problem& problem) {
  must(problem.column >= 1);
  const Phrase phrase = template_phrase(problem, "birthday");
  must(is_valid_utf8(say("zh-CN", phrase)) && is_valid_utf8(say("en", phrase)));
}

void try_message(std::string_view bytes) {
  const std::size_t border = bytes.find('\0');
  if (border == std::string_view::npos) return;
  const auto message = CompiledMessage::compile(bytes.substr(0, border), bytes.substr(border + 1));
  if (const auto* problem = std::get_if<Phrase>(&message)) return void(say("en", *problem));
  for (const auto& row : std::get<CompiledMessage>(message).render(value_of).buttons)
    for (const auto& button : row) must(button.data.size() <= kLongestPressData && !button.label.empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try_message(bytes);
  auto made = templates::Template::compile(bytes);
  if (const auto* problem = std::get_if<templates::Problem>(&made)) return say_both(*problem), 0;
  const auto& compiled = std::get<templates::Template>(made);
  if (const auto problem = templates::check(compiled, templates::kAlways)) say_both(*problem);
  const std::string once = compiled.render(value_of);
  must(once == compiled.render(value_of) && is_valid_utf8(once));
  // Text without tags is left alone.
  if (bytes.find("{{") == std::string_view::npos) must(once == bytes);
  return 0;
}
