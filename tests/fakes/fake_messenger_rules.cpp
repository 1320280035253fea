#include "tests/fakes/fake_messenger_rules.h"

#include "handlers/text.h"

namespace laoke::test::fake_messenger_rules {
namespace {

using nlohmann::json;

bool filled(const json& object, const char* key, std::size_t most_utf16) {
  const std::string text = object.value(key, "");
  return !trim(text).empty() && length_utf16(text) <= most_utf16;
}

std::string wrong_button(const json& button) {
  if (!filled(button, "title", 20)) return "(#100) Param buttons[title] must have a length between 1 and 20";
  const std::string type = button.value("type", "");
  if (type == "postback") return filled(button, "payload", 1000) ? "" : "(#100) Param buttons[payload] is required";
  if (type == "web_url") return button.value("url", "").starts_with("http") ? "" : "(#100) Param buttons[url] should represent a valid URL";
  return "(#100) Param buttons[type] must be one of {POSTBACK, WEB_URL}";
}

std::string wrong_button_template(const json& payload) {
  if (!filled(payload, "text", 640)) return "(#100) Param text must have a length between 1 and 640";
  const json buttons = payload.value("buttons", json::array());
  if (buttons.empty() || buttons.size() > 3) return "(#100) Param buttons must have between 1 and 3 elements";
  for (const json& button : buttons)
    if (std::string wrong = wrong_button(button); !wrong.empty()) return wrong;
  return "";
}

std::string wrong_attachment(const json& message) {
  const json attachment = message["attachment"], payload = attachment.value("payload", json::object());
  if (message.contains("text")) return "(#100) Message cannot be both text and attachment";
  const std::string type = attachment.value("type", "");
  if (type == "image") return payload.value("url", "").starts_with("http") ? "" : "(#100) Param payload[url] should represent a valid URL";
  if (type != "template") return "(#100) Param attachment[type] must be one of the known types";
  const std::string kind = payload.value("template_type", "");
  if (kind == "button") return wrong_button_template(payload);
  return kind == "utility_messages" ? "" : "(#100) Param template_type is invalid";
}

std::string wrong_quick_replies(const json& replies) {
  if (!replies.is_array() || replies.empty() || replies.size() > 13) return "(#100) Param quick_replies must have between 1 and 13 elements";
  for (const json& reply : replies) {
    if (reply.value("content_type", "") != "text") return "(#100) Param content_type is invalid";
    if (!filled(reply, "title", 20)) return "(#100) Param title must have a length between 1 and 20";
    if (!filled(reply, "payload", 1000)) return "(#100) Param payload must have a length between 1 and 1000";
  }
  return "";
}

}  // namespace

std::string wrong_message(const json& message, bool instagram) {
  if (!message.is_object()) return "(#100) Param message must be non-empty";
  if (message.value("metadata", "").size() >= 1000) return "(#100) Param metadata must be shorter than 1000";
  if (message.contains("quick_replies"))
    if (std::string wrong = wrong_quick_replies(message["quick_replies"]); !wrong.empty()) return wrong;
  if (message.contains("attachment")) return wrong_attachment(message);
  const std::string text = message.value("text", "");
  if (trim(text).empty()) return "(#100) Param message must be non-empty";
  const bool fits = instagram ? text.size() <= 1000 : length_utf16(text) <= 2000;
  return fits ? "" : "(#100) Length of param message[text] must be less than or equal to " + std::string(instagram ? "1000" : "2000");
}

}  // namespace laoke::test::fake_messenger_rules
