#include "tests/fakes/fake_line_rules.h"

#include "handlers/text.h"

namespace laoke::test::fake_line_rules {
namespace {

using nlohmann::json;

std::optional<Wrong> at(const std::string& property, const std::string& detail) {
  return Wrong{"The request body has 1 error(s)", property, detail};
}

// Counted as LINE counts labels and templates; people's test texts here have no clusters of several code points.
bool fits(const json& object, const char* key, std::size_t most) {
  const auto text = object.find(key);
  return text != object.end() && text->is_string() && !text->get_ref<const std::string&>().empty() &&
         length_code_points(text->get_ref<const std::string&>()) <= most;
}

std::optional<Wrong> wrong_action(const json& action, const std::string& where, bool quick) {
  if (!fits(action, "label", 20)) return at(where + ".label", "Length must be between 1 and 20");
  const std::string type = action.value("type", "");
  if (type == "postback") {
    if (!fits(action, "data", 300)) return at(where + ".data", "Length must be between 1 and 300");
    if (quick && !fits(action, "displayText", 300)) return at(where + ".displayText", "May not be empty");
    return std::nullopt;
  }
  if (type == "uri") {
    const std::string uri = action.value("uri", "");
    const bool known = uri.starts_with("https://") || uri.starts_with("http://") || uri.starts_with("tel:") || uri.starts_with("line://");
    if (!known || uri.size() > 1000) return at(where + ".uri", "invalid uri scheme");
    return std::nullopt;
  }
  return at(where + ".type", "invalid property");
}

std::optional<Wrong> wrong_quick_reply(const json& message, const std::string& where) {
  if (!message.contains("quickReply")) return std::nullopt;
  const json items = message["quickReply"].value("items", json::array());
  if (items.empty() || items.size() > 13) return at(where + ".quickReply.items", "Size must be between 1 and 13");
  for (std::size_t i = 0; i < items.size(); ++i)
    if (auto wrong = wrong_action(items[i].value("action", json::object()), where + ".quickReply.items[" + std::to_string(i) + "].action", true))
      return wrong;
  return std::nullopt;
}

std::optional<Wrong> wrong_template(const json& message, const std::string& where) {
  if (!fits(message, "altText", 400)) return at(where + ".altText", "Length must be between 1 and 400");
  const json shape = message.value("template", json::object());
  if (shape.value("type", "") != "buttons") return at(where + ".template.type", "invalid property");
  const bool titled = shape.contains("title") || shape.contains("thumbnailImageUrl");
  if (!fits(shape, "text", titled ? 60 : 160)) return at(where + ".template.text", "Length must be between 1 and 160");
  const json actions = shape.value("actions", json::array());
  if (actions.empty() || actions.size() > 4) return at(where + ".template.actions", "Size must be between 1 and 4");
  for (std::size_t i = 0; i < actions.size(); ++i)
    if (auto wrong = wrong_action(actions[i], where + ".template.actions[" + std::to_string(i) + "]", false)) return wrong;
  return std::nullopt;
}

std::optional<Wrong> wrong_image(const json& message, const std::string& where) {
  for (const char* key : {"originalContentUrl", "previewImageUrl"}) {
    const std::string url = message.value(key, "");
    if (!url.starts_with("https://") || url.size() > 2000) return at(where + "." + key, "Must be a valid HTTPS URL");
  }
  return std::nullopt;
}

std::optional<Wrong> wrong_message(const json& message, const std::string& where) {
  if (!message.is_object()) return at(where, "invalid property");
  if (auto wrong = wrong_quick_reply(message, where)) return wrong;
  const std::string type = message.value("type", "");
  if (type == "image") return wrong_image(message, where);
  if (type == "template") return wrong_template(message, where);
  if (type != "text") return at(where + ".type", "invalid property");
  const std::string text = message.value("text", "");
  if (trim(text).empty()) return at(where + ".text", "May not be empty");
  if (length_utf16(text) > 5000) return at(where + ".text", "Length must be between 0 and 5000");
  return std::nullopt;
}

}  // namespace

bool is_user(const std::string& id) {
  return id.size() == 33 && id[0] == 'U' && id.find_first_not_of("0123456789abcdef", 1) == std::string::npos;
}

std::optional<Wrong> wrong_messages(const json& body) {
  if (!body.is_object()) return Wrong{"The request body could not be parsed as JSON", "", ""};
  const json messages = body.value("messages", json());
  if (!messages.is_array() || messages.empty() || messages.size() > 5) return at("messages", "Size must be between 1 and 5");
  for (std::size_t i = 0; i < messages.size(); ++i)
    if (auto wrong = wrong_message(messages[i], "messages[" + std::to_string(i) + "]")) return wrong;
  return std::nullopt;
}

}  // namespace laoke::test::fake_line_rules
