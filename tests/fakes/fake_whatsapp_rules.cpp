#include <algorithm>

#include "handlers/text.h"
#include "tests/fakes/fake_whatsapp_state.h"

// What the Cloud API refuses, and with which code: the platform's documentation of March to July 2026.
namespace laoke::test {
namespace {

using nlohmann::json;
using WhatsappState = FakeWhatsapp::State;
using WhatsappRefused = std::optional<WhatsappAnswer>;

constexpr std::int64_t kDayOfWindowMs = 24 * 3'600'000;

WhatsappRefused whatsapp_bad_parameter(const std::string& details) {
  return whatsapp_refusal(400, 131009, "Parameter value is not valid", details);
}
WhatsappRefused whatsapp_missing_parameter(const std::string& name) {
  return whatsapp_refusal(400, 131008, "Required parameter is missing", name + " is required");
}

json whatsapp_part(const json& body, const char* key) {
  return body.value(key, json::object());
}

bool is_letter_id(const std::string& text) {
  return text.size() > 3 && text[2] == '.' &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 3) ==
             std::string::npos;
}

bool whatsapp_all_digits(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

WhatsappRefused whatsapp_refused_length(const std::string& text, std::size_t limit, const char* what) {
  if (trim(text).empty()) return whatsapp_missing_parameter(what);
  if (length_utf16(text) > limit)
    return whatsapp_bad_parameter(std::string(what) + " is longer than " + std::to_string(limit));
  return std::nullopt;
}

WhatsappRefused whatsapp_refused_media_part(const json& media) {
  if (media.contains("link") == media.contains("id")) return whatsapp_bad_parameter("either id or link");
  if (media.contains("link") && !media.value("link", "").starts_with("https://"))
    return whatsapp_bad_parameter("link must be https");
  if (media.contains("id") && !whatsapp_all_digits(media.value("id", ""))) return whatsapp_bad_parameter("media id");
  if (media.contains("caption")) return whatsapp_refused_length(media.value("caption", ""), 1024, "caption");
  return std::nullopt;
}

WhatsappRefused whatsapp_refused_reply_buttons(const json& action) {
  const json buttons = action.value("buttons", json::array());
  if (buttons.empty() || buttons.size() > 3) return whatsapp_bad_parameter("1 to 3 buttons");
  std::set<std::string> ids;
  for (const json& button : buttons) {
    const json reply = whatsapp_part(button, "reply");
    if (auto refused = whatsapp_refused_length(reply.value("title", ""), 20, "button title")) return refused;
    const std::string id = reply.value("id", "");
    if (id.empty() || id.size() > 256 || !ids.insert(id).second) return whatsapp_bad_parameter("button id");
  }
  return std::nullopt;
}

WhatsappRefused whatsapp_refused_list(const json& action) {
  if (auto refused = whatsapp_refused_length(action.value("button", ""), 20, "list button")) return refused;
  std::size_t count = 0;
  for (const json& section : action.value("sections", json::array()))
    for (const json& row : section.value("rows", json::array())) {
      ++count;
      if (auto refused = whatsapp_refused_length(row.value("title", ""), 24, "row title")) return refused;
      if (length_utf16(row.value("description", "")) > 72) return whatsapp_bad_parameter("row description");
      if (row.value("id", "").empty()) return whatsapp_missing_parameter("row id");
    }
  return count == 0 || count > 10 ? whatsapp_bad_parameter("1 to 10 rows") : std::nullopt;
}

WhatsappRefused whatsapp_refused_link(const json& action) {
  const json parameters = whatsapp_part(action, "parameters");
  if (auto refused = whatsapp_refused_length(parameters.value("display_text", ""), 20, "display_text")) return refused;
  return parameters.value("url", "").starts_with("http") ? std::nullopt : whatsapp_bad_parameter("url");
}

WhatsappRefused whatsapp_refused_interactive(const json& interactive) {
  if (auto refused =
          whatsapp_refused_length(whatsapp_part(interactive, "body").value("text", ""), 1024, "interactive body"))
    return refused;
  if (interactive.contains("header")) {
    const json image = whatsapp_part(interactive["header"], "image");
    if (!image.contains("link")) return whatsapp_bad_parameter("a media header needs a link");
    if (auto refused = whatsapp_refused_media_part(image)) return refused;
  }
  const std::string type = interactive.value("type", "");
  const json action = whatsapp_part(interactive, "action");
  if (type == "button") return whatsapp_refused_reply_buttons(action);
  if (type == "list") return whatsapp_refused_list(action);
  if (type == "cta_url") return whatsapp_refused_link(action);
  return whatsapp_bad_parameter("interactive type");
}

bool bad_template_text(const std::string& text) {
  return text.empty() || text.find_first_of("\n\r\t") != std::string::npos || text.find("     ") != std::string::npos;
}

WhatsappRefused whatsapp_refused_template_button(const FakeWhatsapp::Template& known, const json& component) {
  const std::string index = component.value("index", "");
  if (!whatsapp_all_digits(index) || std::stoul(index) >= known.buttons.size())
    return whatsapp_refusal(400, 132018, "There's an issue with the parameters in your template", "button index");
  const std::string& button = known.buttons[std::stoul(index)];
  const std::string wanted = button == "quick_reply" ? "quick_reply" : button == "dynamic_url" ? "url" : "";
  if (component.value("sub_type", "") != wanted)
    return whatsapp_refusal(400, 132018, "There's an issue with the parameters in your template", "button type");
  return std::nullopt;
}

WhatsappRefused whatsapp_refused_components(const FakeWhatsapp::Template& known, const json& components) {
  int parameters = 0;
  std::size_t dynamic = 0;
  for (const json& component : components) {
    const std::string type = component.value("type", "");
    if (type == "button") {
      if (auto refused = whatsapp_refused_template_button(known, component)) return refused;
      dynamic += component.value("sub_type", "") == "url" ? 1 : 0;
    }
    if (type != "body") continue;
    for (const json& parameter : component.value("parameters", json::array())) {
      ++parameters;
      if (bad_template_text(parameter.value("text", "")))
        return whatsapp_refusal(400, 132012, "Parameter format does not match format in the created template");
    }
  }
  const auto links = static_cast<std::size_t>(std::count(known.buttons.begin(), known.buttons.end(), "dynamic_url"));
  if (dynamic != links) return whatsapp_missing_parameter("button parameter");
  if (parameters != known.parameters)
    return whatsapp_refusal(400, 132000, "Number of parameters does not match the expected number of params");
  return std::nullopt;
}

const FakeWhatsapp::Template* template_called(const WhatsappState& state, const json& body) {
  const json asked = whatsapp_part(body, "template");
  for (const auto& one : state.templates)
    if (one.name == asked.value("name", "") && one.language == whatsapp_part(asked, "language").value("code", ""))
      return &one;
  return nullptr;
}

WhatsappRefused whatsapp_refused_template(const WhatsappState& state, const json& body) {
  const auto* known = template_called(state, body);
  if (known == nullptr || known->status == "REJECTED")
    return whatsapp_refusal(404, 132001, "Template name does not exist in the translation");
  if (known->status == "PAUSED") return whatsapp_refusal(400, 132015, "Template is paused");
  if (known->status == "DISABLED") return whatsapp_refusal(400, 132016, "Template is disabled");
  return whatsapp_refused_components(*known, whatsapp_part(body, "template").value("components", json::array()));
}

}  // namespace

std::optional<WhatsappAnswer> whatsapp_refuses_content(const WhatsappState& state, const json& body) {
  if (body.value("messaging_product", "") != "whatsapp")
    return whatsapp_refusal(400, 100, "(#100) The parameter messaging_product is required.");
  if (length_code_points(body.value("biz_opaque_callback_data", "")) > 512)
    return whatsapp_bad_parameter("biz_opaque_callback_data");
  if (body.contains("context") && !whatsapp_part(body, "context").value("message_id", "").starts_with("wamid."))
    return whatsapp_bad_parameter("context.message_id");
  const std::string type = body.value("type", "");
  if (type == "text") return whatsapp_refused_length(whatsapp_part(body, "text").value("body", ""), 4096, "text body");
  if (type == "image") return whatsapp_refused_media_part(whatsapp_part(body, "image"));
  if (type == "interactive") return whatsapp_refused_interactive(whatsapp_part(body, "interactive"));
  if (type == "template") return whatsapp_refused_template(state, body);
  return whatsapp_refusal(400, 131051, "Unsupported message type");
}

std::optional<WhatsappAnswer> whatsapp_refuses_recipient(WhatsappState& state, const json& body) {
  const std::string to = body.value("to", ""), user = body.value("recipient", "");
  if (to.empty() ? !is_letter_id(user) : !whatsapp_all_digits(to)) return whatsapp_bad_parameter("recipient");
  const auto* person = state.find(to.empty() ? user : to);
  if (person == nullptr || state.gone.contains(person->address()))
    return whatsapp_refusal(400, 131026, "Message undeliverable");
  const std::string address = person->address();
  if (state.pair_burst > 0 && ++state.pair_count[address] > state.pair_burst)
    return whatsapp_refusal(400, 131056, "(Business Account, Consumer Account) pair rate limit hit");
  const auto* used = template_called(state, body);
  if (used != nullptr && used->category == "MARKETING" && state.stopped_marketing.contains(address))
    return whatsapp_refusal(400, 131050, "User has stopped receipt of marketing messages");
  const auto last_in = state.last_in_ms.find(address);
  const bool open = last_in != state.last_in_ms.end() && state.now_ms() < last_in->second + kDayOfWindowMs;
  if (used == nullptr && !open)
    return whatsapp_refusal(400, 131047, "Re-engagement message",
                            "Message failed to send because more than 24 hours have passed since the customer last "
                            "replied to this number.");
  return std::nullopt;
}

std::string whatsapp_text_of(const json& body) {
  const std::string type = body.value("type", "");
  if (type == "text") return whatsapp_part(body, "text").value("body", "");
  if (type == "image") return whatsapp_part(body, "image").value("caption", "");
  if (type == "interactive") return whatsapp_part(whatsapp_part(body, "interactive"), "body").value("text", "");
  std::string text;
  for (const json& component : whatsapp_part(body, "template").value("components", json::array())) {
    if (component.value("type", "") != "body") continue;
    for (const json& parameter : component.value("parameters", json::array()))
      text += (text.empty() ? "" : "|") + parameter.value("text", "");
  }
  return text;
}

}  // namespace laoke::test
