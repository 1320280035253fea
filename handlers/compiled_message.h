#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "handlers/message_content.h"
#include "handlers/wording.h"
#include "templates/engine.h"

namespace laoke {

// Data behind a button: the tightest platform allows 64 bytes (Telegram Bot API, InlineKeyboardButton.callback_data).
inline constexpr std::size_t kLongestPressData = 64;
inline constexpr std::size_t kMostButtons = 20;

// A whole message with variables in its text, buttons, image and platform parameters, compiled once. Copies may share;
// one thread at a time.
class CompiledMessage {
 public:
  // `extras` is what to_json_text() writes for a content without text. The phrase says what is wrong with the form.
  static std::variant<CompiledMessage, Phrase> compile(std::string_view body, std::string_view extras);
  // What is wrong with the names, when only `sources` (templates/catalogue.h) are supplied; `trigger` is only said.
  std::optional<Phrase> check(unsigned sources, std::string_view trigger) const;

  // Buttons whose label or link came out empty, or whose data came out too long, are left out: the message matters
  // more.
  MessageContent render(const templates::Lookup& lookup) const;
  // Whether every reader of this text gets the same message: what varies in it is the shop's own, if anything.
  bool same_for_all() const;
  // Whether it names a template that the platform approved.
  bool names_platform_template() const { return !shape_.platform_template.empty(); }
  // The first variable that needs one of these sources, "" none.
  std::string first_needing(unsigned sources) const;

 private:
  MessageContent shape_;                   // with the templates' own text in place
  std::vector<templates::Template> made_;  // for each text of the shape in the order of each_text()
};

}  // namespace laoke
