#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "handlers/wording.h"
#include "storage/templates.h"

// The shop's message texts: saving, retiring, and the stock of texts that comes with the program.
namespace laoke {

inline constexpr std::size_t kLongestTemplateName = 64;  // code points

struct TemplateDraft {
  std::string name = {};
  std::string language = {};      // "" means the shop's
  std::string channel_kind = {};  // "" any
  std::string body = {};
  std::string extras = "{}";  // buttons, image, platform template: to_json_text() of a content without text
  std::string trigger = {};   // the event that will send it; "" may be any
};

// What is wrong with a text before it is saved or sent, nullopt when nothing is. `trigger` as in templates/catalogue.h:
// an event kind, "birthday", "repurchase", "winback", "broadcast"; "" allows every variable there is.
std::optional<Phrase> template_problem(std::string_view body, std::string_view extras = "{}",
                                       std::string_view trigger = "");
// The same for every valid variant of a saved template: what a rule or broadcast asks before it takes it. A name that
// does not exist is a problem too.
std::optional<Phrase> template_problem_for(const Context& context, std::string_view name, std::string_view trigger);

// Saves a new version; throws Refusal with what is wrong. Saving what is there already changes nothing. A template of
// the stock stays bound to the variables of its event even when the draft names no trigger.
storage::TemplateRow save_template(const Context& context, const TemplateDraft& draft);
// Throws Refusal when there is no such variant.
void retire_template(const Context& context, std::string_view name, std::string_view language,
                     std::string_view channel_kind);

// Gives the shop every stock text it has not got, and newer words for those it never edited. Edited and retired ones
// stay as they are. How many were added.
int load_stock_templates(const Context& context);

}  // namespace laoke
