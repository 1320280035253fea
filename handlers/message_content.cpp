#include "handlers/message_content.h"

#include <nlohmann/json.hpp>

namespace laoke {
namespace {

using nlohmann::json;

constexpr std::pair<const char*, std::string MessageContent::*> kContentTexts[] = {
    {"text", &MessageContent::text},
    {"image", &MessageContent::image},
    {"platform_template", &MessageContent::platform_template},
    {"platform_template_language", &MessageContent::platform_template_language},
    {"reply_to", &MessageContent::reply_to},
    {"edit_of", &MessageContent::edit_of},
};

json rows_json(const std::vector<std::vector<Button>>& rows) {
  json out = json::array();
  for (const auto& row : rows) {
    json line = json::array();
    for (const auto& button : row) {
      json one{{"label", button.label}};
      if (!button.data.empty()) one["data"] = button.data;
      if (!button.url.empty()) one["url"] = button.url;
      line.push_back(std::move(one));
    }
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace

std::string to_json_text(const MessageContent& content) {
  json out = json::object();
  for (const auto& [name, member] : kContentTexts)
    if (!(content.*member).empty()) out[name] = content.*member;
  if (!content.buttons.empty()) out["buttons"] = rows_json(content.buttons);
  if (content.ask_phone) out["ask_phone"] = true;
  if (!content.platform_template_parameters.empty()) out["parameters"] = content.platform_template_parameters;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

MessageContent message_content_from(std::string_view json_text) {
  try {
    const json in = json::parse(json_text);
    MessageContent content;
    for (const auto& [name, member] : kContentTexts) content.*member = in.value(name, "");
    for (const auto& row : in.value("buttons", json::array())) {
      auto& line = content.buttons.emplace_back();
      for (const auto& button : row)
        line.push_back({button.value("label", ""), button.value("data", ""), button.value("url", "")});
    }
    content.ask_phone = in.value("ask_phone", false);
    content.platform_template_parameters = in.value("parameters", std::vector<std::string>{});
    return content;
  } catch (const json::exception& error) {
    throw std::invalid_argument(std::string("message content: ") + error.what());
  }
}

}  // namespace laoke
