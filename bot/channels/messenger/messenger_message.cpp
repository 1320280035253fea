#include "bot/channels/messenger/messenger_message.h"

#include "handlers/text.h"

namespace laoke::channels::messenger {
namespace {

using nlohmann::json;

// https://developers.facebook.com/docs/messenger-platform/reference/send-api and …/send-messages/template/button,
// …/quick-replies, June 2026. Meta counts characters and does not say which; UTF-16 units are never fewer.
constexpr std::size_t kPageTextUtf16 = 2000;
constexpr std::size_t kInstagramTextBytes = 1000;
constexpr std::size_t kTitleLetters = 20;
constexpr std::size_t kPayloadLetters = 1000;
constexpr std::size_t kTemplateButtons = 3;
constexpr std::size_t kTemplateTextUtf16 = 640;
constexpr std::size_t kQuickReplies = 13;
constexpr std::size_t kMostMessages = 30;
constexpr const char* kPointer = "👇";  // buttons must have a text; this one is of every language

std::vector<Button> all_buttons(const MessageContent& content) {
  std::vector<Button> all;
  for (const auto& row : content.buttons) all.insert(all.end(), row.begin(), row.end());
  return all;
}

bool is_link(const std::string& url) { return url.starts_with("https://") || url.starts_with("http://"); }

std::string refusal_of(const Button& button, bool quick) {
  if (trim(button.label).empty()) return "a button has no label";
  if (button.data.empty() == button.url.empty()) return "button '" + button.label + "' needs either data or a URL";
  if (length_code_points(button.data) > kPayloadLetters) return "button '" + button.label + "' has more than 1000 letters of data";
  if (!button.url.empty() && !is_link(button.url)) return "button '" + button.label + "' must open an http or https address";
  if (!button.url.empty() && quick) return "button '" + button.label + "' opens an address; beside more than 2 other buttons it cannot";
  return "";
}

std::string refusal_of(const MessageContent& content, const std::vector<Button>& buttons) {
  if (!content.edit_of.empty()) return "a message that was sent cannot be changed there";
  for (const Button& button : buttons)
    if (std::string refusal = refusal_of(button, buttons.size() > kTemplateButtons); !refusal.empty()) return refusal;
  if (buttons.size() > kQuickReplies) return std::to_string(buttons.size()) + " buttons, 13 are allowed";
  if (!content.image.empty() && !is_link(content.image)) return "Meta fetches pictures by itself: a picture must be an https address";
  if (trim(content.text).empty() && content.image.empty()) return "the message is empty";
  return "";
}

json button_of(const Button& button) {
  const std::string title = shorten(button.label, kTitleLetters);
  if (!button.url.empty()) return {{"type", "web_url"}, {"title", title}, {"url", button.url}};
  return {{"type", "postback"}, {"title", title}, {"payload", button.data}};
}

json button_template(const std::string& text, const std::vector<Button>& buttons) {
  json all = json::array();
  for (const Button& button : buttons) all.push_back(button_of(button));
  json payload{{"template_type", "button"}, {"text", text}, {"buttons", std::move(all)}};
  return {{"attachment", {{"type", "template"}, {"payload", std::move(payload)}}}};
}

json quick_replies(const std::vector<Button>& buttons) {
  json all = json::array();
  for (const Button& button : buttons)
    all.push_back({{"content_type", "text"}, {"title", shorten(button.label, kTitleLetters)}, {"payload", button.data}});
  return all;
}

// Few buttons stand in a template, which stays in the chat; many are quick replies, which vanish with the next message.
void add_buttons(std::vector<json>& messages, const std::vector<Button>& buttons) {
  const bool text_last = !messages.empty() && messages.back().contains("text");
  if (buttons.size() > kTemplateButtons) {
    if (!text_last) messages.push_back({{"text", kPointer}});
    messages.back()["quick_replies"] = quick_replies(buttons);
  } else if (text_last && length_utf16(messages.back()["text"].get<std::string>()) <= kTemplateTextUtf16) {
    messages.back() = button_template(messages.back()["text"], buttons);
  } else {
    messages.push_back(button_template(kPointer, buttons));
  }
}

}  // namespace

MessengerMessages messenger_messages(Product product, const MessageContent& content) {
  const std::vector<Button> buttons = all_buttons(content);
  if (std::string refusal = refusal_of(content, buttons); !refusal.empty()) return {{}, std::move(refusal)};
  const bool page = product == Product::kPage;
  MessengerMessages built;
  if (!content.image.empty())
    built.messages.push_back({{"attachment", {{"type", "image"}, {"payload", {{"url", content.image}, {"is_reusable", true}}}}}});
  for (const std::string& part :
       split_text(content.text, page ? kPageTextUtf16 : kInstagramTextBytes, page ? TextUnit::kUtf16 : TextUnit::kBytes))
    if (!trim(part).empty()) built.messages.push_back({{"text", part}});
  if (!buttons.empty()) add_buttons(built.messages, buttons);
  if (built.messages.size() > kMostMessages)
    return {{}, "the text makes " + std::to_string(built.messages.size()) + " messages, " + std::to_string(kMostMessages) + " are allowed"};
  return built;
}

json utility_message(const MessageContent& content) {
  json parameters = json::array();
  for (const std::string& parameter : content.platform_template_parameters) parameters.push_back({{"type", "text"}, {"text", parameter}});
  json components = json::array();
  if (!parameters.empty()) components.push_back({{"type", "body"}, {"parameters", std::move(parameters)}});
  // A link's address is part of the approved template; what a press says is ours.
  int index = 0;
  for (const Button& button : all_buttons(content)) {
    const json value = json::array({{{"type", "text"}, {"text", button.data}}});
    if (!button.data.empty())
      components.push_back({{"type", "button"}, {"sub_type", "postback"}, {"index", index}, {"parameters", value}});
    ++index;
  }
  json payload{{"template_type", "utility_messages"},
               {"name", content.platform_template},
               {"language", {{"code", content.platform_template_language}}},
               {"components", std::move(components)}};
  return {{"attachment", {{"type", "template"}, {"payload", std::move(payload)}}}};
}

}  // namespace laoke::channels::messenger
