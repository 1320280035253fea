#include "bot/channels/wechat/message.h"

#include <algorithm>

#include "bot/channels/xml_body.h"
#include "handlers/text.h"

namespace laoke::channels::wechat {
namespace {

using nlohmann::json;

constexpr std::size_t kMostMessages = 5;      // answers to one message of the customer, fact sheet §0
constexpr std::size_t kMenuDataBytes = 64;    // ours: what any platform's button may carry
constexpr std::size_t kThingLetters = 20;     // fact sheet §7: longer values are refused with 47003
constexpr std::size_t kClientIdBytes = 32;    // fact sheet §0
constexpr std::size_t kMostOpenidLetters = 64;
constexpr std::string_view kNoticePrefix = "notice:", kTemplatePrefix = "template:";
constexpr std::string_view kOpenidLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::string_view kParameterLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

template <class Visit>
void each_button(const MessageContent& content, Visit visit) {
  for (const auto& row : content.buttons)
    for (const Button& button : row) visit(button);
}

void add_line(std::string& text, const std::string& line) {
  text += (text.empty() ? "" : "\n") + line;
}

json menu_lines(const MessageContent& content) {
  json lines = json::array();
  each_button(content, [&](const Button& button) {
    if (button.url.empty()) lines.push_back({{"id", button.data}, {"content", button.label}});
  });
  return lines;
}

std::string refusal_of_buttons(const MessageContent& content) {
  std::string refusal;
  each_button(content, [&](const Button& button) {
    if (trim(button.label).empty()) refusal = "a button has no label";
    if (button.data.empty() == button.url.empty()) refusal = "button '" + button.label + "' needs either data or a URL";
    if (button.data.size() > kMenuDataBytes)
      refusal = "button '" + button.label + "' has " + std::to_string(button.data.size()) + " bytes of data, 64 are allowed";
  });
  return refusal;
}

json text_message(const std::string& openid, const std::string& text) {
  return {{"touser", openid}, {"msgtype", "text"}, {"text", {{"content", text}}}};
}

json menu_message(const std::string& openid, const std::string& head, json lines) {
  return {{"touser", openid}, {"msgtype", "msgmenu"}, {"msgmenu", {{"head_content", head}, {"list", std::move(lines)}, {"tail_content", ""}}}};
}

// --- templates

struct Parameter {
  std::string name, value;
};

Parameter parameter_of(const std::string& text, std::size_t place) {
  const std::size_t sign = text.find('=');
  const std::string name = sign == std::string::npos ? "" : text.substr(0, sign);
  const bool named = !name.empty() && name.size() <= 32 && name.find_first_not_of(kParameterLetters) == std::string::npos;
  if (named) return {name, text.substr(sign + 1)};
  return {"keyword" + std::to_string(place), text};
}

std::string fitting(const Parameter& parameter) {
  return parameter.name.starts_with("thing") ? shorten(parameter.value, kThingLetters) : parameter.value;
}

// False: no parameter that says where a tap leads.
bool set_target(json& body, const Parameter& parameter, bool notice) {
  if (parameter.name == "miniprogram") {
    const std::size_t slash = parameter.value.find('/');
    body["miniprogram"] = {{"appid", parameter.value.substr(0, slash)},
                           {"pagepath", slash == std::string::npos ? "" : parameter.value.substr(slash + 1)}};
    return true;
  }
  if (parameter.name != "url" && parameter.name != "page") return false;
  body[notice ? "page" : "url"] = parameter.value;
  return true;
}

}  // namespace

bool is_openid(const std::string& text) {
  return !text.empty() && text.size() <= kMostOpenidLetters && text.find_first_not_of(kOpenidLetters) == std::string::npos;
}

std::string words_of(const MessageContent& content, bool menu) {
  std::string text(trim(content.text).empty() ? "" : content.text);
  each_button(content, [&](const Button& button) {
    if (!button.url.empty())
      add_line(text, button.label + ": " + button.url);
    else if (!menu)
      add_line(text, "· " + button.label);
  });
  return text;
}

json image_message(const std::string& openid, const std::string& media_id) {
  return {{"touser", openid}, {"msgtype", "image"}, {"image", {{"media_id", media_id}}}};
}

json without_menu(const json& menu_message) {
  std::string text = menu_message.at("msgmenu").at("head_content");
  for (const json& line : menu_message.at("msgmenu").at("list")) add_line(text, "· " + line.at("content").get<std::string>());
  return text_message(menu_message.at("touser"), text);
}

CustomMessages custom_messages(const std::string& openid, const MessageContent& content, bool menu) {
  if (!content.edit_of.empty()) return {{}, "WeChat cannot change a message that was sent"};
  if (std::string refusal = refusal_of_buttons(content); !refusal.empty()) return {{}, std::move(refusal)};
  json lines = menu ? menu_lines(content) : json::array();
  const std::string words = words_of(content, menu);
  if (words.empty() && content.image.empty()) return {{}, "the message is empty"};
  if (words.empty() && !lines.empty()) return {{}, "a menu needs a text above it"};
  CustomMessages messages;
  for (const std::string& part : split_text(words, kTextBytes, TextUnit::kBytes))
    if (!trim(part).empty()) messages.bodies.push_back(text_message(openid, part));
  if (const std::size_t count = messages.bodies.size() + (content.image.empty() ? 0 : 1); count > kMostMessages)
    return {{}, "the text makes " + std::to_string(count) + " messages, WeChat allows 5 in answer to one"};
  if (!lines.empty())
    messages.bodies.back() = menu_message(openid, messages.bodies.back().at("text").at("content"), std::move(lines));
  return messages;
}

TemplateMessage template_message(const std::string& openid, const MessageContent& content, const std::string& client_msg_id) {
  TemplateMessage message;
  std::string id = content.platform_template;
  message.notice = id.starts_with(kNoticePrefix);
  if (message.notice) id.erase(0, kNoticePrefix.size());
  if (id.starts_with(kTemplatePrefix)) id.erase(0, kTemplatePrefix.size());
  if (!is_openid(id)) {  // the same letters
    message.refusal = "'" + id + "' is no template id";
    return message;
  }
  message.body = {{"touser", openid}, {"template_id", id}, {"data", json::object()}};
  if (!message.notice && !client_msg_id.empty()) message.body["client_msg_id"] = client_msg_id.substr(0, kClientIdBytes);
  std::size_t place = 0;
  for (const std::string& text : content.platform_template_parameters) {
    const Parameter parameter = parameter_of(text, ++place);
    if (set_target(message.body, parameter, message.notice)) continue;
    message.body["data"][parameter.name] = {{"value", fitting(parameter)}};
  }
  return message;
}

std::optional<std::string> passive_text(const std::string& openid, const std::string& account, const MessageContent& content,
                                        bool menu, std::int64_t now_s) {
  const bool one_text = content.image.empty() && content.platform_template.empty() && content.edit_of.empty();
  if (!one_text || (menu && !menu_lines(content).empty())) return std::nullopt;
  const std::string words = repair_utf8(words_of(content, menu));
  if (words.empty() || words.size() > kTextBytes) return std::nullopt;
  return "<xml><ToUserName>" + xml_cdata(openid) + "</ToUserName><FromUserName>" + xml_cdata(account) + "</FromUserName><CreateTime>" +
         std::to_string(now_s) + "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>" + xml_cdata(words) + "</Content></xml>";
}

}  // namespace laoke::channels::wechat
