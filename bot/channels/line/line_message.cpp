#include "bot/channels/line/line_message.h"

#include <algorithm>

#include "handlers/text.h"

namespace laoke::channels::line {
namespace {

using nlohmann::json;

// https://developers.line.biz/en/reference/messaging-api/#message-objects, #template-messages, #quick-reply; July 2026.
constexpr std::size_t kTextLimitUtf16 = 5000;
constexpr std::size_t kBubblesPerCall = 5;
constexpr std::size_t kMostCalls = 6;            // 150,000 letters: more is no message
constexpr std::size_t kLabelLetters = 20;        // grapheme clusters; code points are never fewer
constexpr std::size_t kTemplateActions = 4;
constexpr std::size_t kTemplateLetters = 160;
constexpr std::size_t kQuickReplies = 13;
constexpr std::size_t kDataLetters = 300;
constexpr std::size_t kUriBytes = 1000;
constexpr std::size_t kImageUrlBytes = 2000;
constexpr const char* kPointer = "👇";           // a template must have a text; this one is of every language

std::vector<Button> all_buttons(const MessageContent& content) {
  std::vector<Button> all;
  for (const auto& row : content.buttons) all.insert(all.end(), row.begin(), row.end());
  return all;
}

bool is_uri(const std::string& url) {
  for (const std::string_view scheme : {"https://", "http://", "tel:", "line://"})
    if (url.starts_with(scheme)) return url.size() <= kUriBytes;
  return false;
}

std::string refusal_of(const Button& button) {
  if (trim(button.label).empty()) return "a button has no label";
  if (button.data.empty() == button.url.empty()) return "button '" + button.label + "' needs either data or a URL";
  if (length_code_points(button.data) > kDataLetters) return "button '" + button.label + "' has more than 300 letters of data";
  if (!button.url.empty() && !is_uri(button.url))
    return "button '" + button.label + "' opens '" + shorten(button.url, 80) + "'; LINE takes http, https, tel and line, up to 1000 letters";
  return "";
}

// The id of a picture a person sent: LINE can show it to nobody else.
bool is_message_id(const std::string& image) {
  return !image.empty() && image.find_first_not_of("0123456789") == std::string::npos;
}

bool is_picture(const std::string& image) { return image.starts_with("https://") && image.size() <= kImageUrlBytes; }

std::string refusal_of(const MessageContent& content, const std::vector<Button>& buttons) {
  if (!content.edit_of.empty()) return "LINE cannot change a message that was sent";
  for (const Button& button : buttons)
    if (std::string refusal = refusal_of(button); !refusal.empty()) return refusal;
  if (buttons.size() > kQuickReplies) return std::to_string(buttons.size()) + " buttons, 13 are allowed";
  const bool says = !trim(content.text).empty();
  if (!content.image.empty() && !is_picture(content.image) && !(says && is_message_id(content.image)))
    return "LINE fetches pictures by itself: a picture must be an https address of at most 2000 letters";
  if (!says && content.image.empty()) return "the message is empty";
  return "";
}

json action_of(const Button& button) {
  const std::string label = shorten(button.label, kLabelLetters);
  if (!button.url.empty()) return {{"type", "uri"}, {"label", label}, {"uri", button.url}};
  // The chat then shows what was pressed; in a quick reply it is required.
  return {{"type", "postback"}, {"label", label}, {"data", button.data}, {"displayText", label}};
}

json text_bubble(const std::string& text) { return {{"type", "text"}, {"text", text}}; }

json template_bubble(const std::string& text, const std::vector<Button>& buttons) {
  json actions = json::array();
  for (const Button& button : buttons) actions.push_back(action_of(button));
  return {{"type", "template"},
          {"altText", text},
          {"template", {{"type", "buttons"}, {"text", text}, {"actions", std::move(actions)}}}};
}

// Few buttons stand in a template, which stays in the chat; many are quick replies, which vanish with the next message.
void add_buttons(std::vector<json>& bubbles, const MessageContent& content, const std::vector<Button>& buttons) {
  const bool text_last = !bubbles.empty() && bubbles.back()["type"] == "text";
  if (buttons.size() > kTemplateActions) {
    if (!text_last) bubbles.push_back(text_bubble(kPointer));
    json items = json::array();
    for (const Button& button : buttons) items.push_back({{"type", "action"}, {"action", action_of(button)}});
    bubbles.back()["quickReply"] = {{"items", std::move(items)}};
    return;
  }
  if (text_last && length_code_points(content.text) <= kTemplateLetters) {
    bubbles.back() = template_bubble(bubbles.back()["text"], buttons);
    return;
  }
  bubbles.push_back(template_bubble(kPointer, buttons));
}

}  // namespace

LineMessages line_messages(const MessageContent& content) {
  const std::vector<Button> buttons = all_buttons(content);
  if (std::string refusal = refusal_of(content, buttons); !refusal.empty()) return {{}, std::move(refusal)};
  std::vector<json> bubbles;
  if (is_picture(content.image))
    bubbles.push_back({{"type", "image"}, {"originalContentUrl", content.image}, {"previewImageUrl", content.image}});
  for (const std::string& part : split_text(content.text, kTextLimitUtf16, TextUnit::kUtf16))
    if (!trim(part).empty()) bubbles.push_back(text_bubble(part));
  if (!buttons.empty()) add_buttons(bubbles, content, buttons);
  if (bubbles.size() > kBubblesPerCall * kMostCalls)
    return {{}, "the text makes " + std::to_string(bubbles.size()) + " messages, " + std::to_string(kBubblesPerCall * kMostCalls) + " are allowed"};
  LineMessages messages;
  for (std::size_t at = 0; at < bubbles.size(); at += kBubblesPerCall) {
    json call = json::array();
    for (std::size_t i = at; i < std::min(at + kBubblesPerCall, bubbles.size()); ++i) call.push_back(std::move(bubbles[i]));
    messages.calls.push_back(std::move(call));
  }
  return messages;
}

}  // namespace laoke::channels::line
