#include "bot/channels/whatsapp/template_message.h"

#include <algorithm>

#include "handlers/text.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

// Template body 1024 and 10 buttons: section 0 of the facts.
constexpr std::size_t kTemplateButtons = 10, kTemplateBody = 1024;
constexpr std::size_t kMostBlanks = 4;

bool is_whole_url(const std::string& url) {
  return url.find("://") != std::string::npos;
}

json text_parameters(const std::vector<std::string>& texts) {
  json list = json::array();
  for (const std::string& text : texts) list.push_back({{"type", "text"}, {"text", template_parameter(text)}});
  return list;
}

json header_of(const std::string& image) {
  const bool link = image.starts_with("https://") || image.starts_with("http://");
  const json picture = link ? json{{"link", image}} : json{{"id", image}};
  return {{"type", "header"}, {"parameters", json::array({{{"type", "image"}, {"image", picture}}})}};
}

json button_component(const char* type, std::size_t index, json parameter) {
  return {{"type", "button"},
          {"sub_type", type},
          {"index", std::to_string(index)},
          {"parameters", json::array({std::move(parameter)})}};
}

// In the order in which the template has its buttons.
void add_button_components(json& components, const MessageContent& content) {
  std::size_t index = 0;
  for (const auto& row : content.buttons)
    for (const Button& button : row) {
      if (!button.data.empty())
        components.push_back(button_component("quick_reply", index, {{"type", "payload"}, {"payload", button.data}}));
      else if (!is_whole_url(button.url))
        components.push_back(button_component("url", index, {{"type", "text"}, {"text", button.url}}));
      ++index;
    }
}

std::string refusal_of_template(const MessageContent& content) {
  const std::string& name = content.platform_template;
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
    return "模板名“" + name + "”只能有小写字母、数字和下划线 / template name '" + name +
           "' may hold a-z, 0-9 and _ only";
  if (content.platform_template_language.empty())
    return "模板“" + name + "”没有写语言 / template '" + name + "' names no language";
  std::size_t letters = 0, buttons = 0;
  for (std::size_t i = 0; i < content.platform_template_parameters.size(); ++i) {
    const std::string text = template_parameter(content.platform_template_parameters[i]);
    if (text.empty())
      return "模板“" + name + "”的第 " + std::to_string(i + 1) + " 个参数是空的 / parameter " + std::to_string(i + 1) +
             " of template '" + name + "' is empty";
    letters += length_utf16(text);
  }
  for (const auto& row : content.buttons) buttons += row.size();
  if (letters > kTemplateBody)
    return "模板参数合计超过 1024 个字 / the template's parameters are longer than 1024 letters together";
  if (buttons > kTemplateButtons) return "模板最多 10 个按钮 / a template has at most 10 buttons";
  return "";
}

}  // namespace

std::string template_language(std::string language) {
  std::replace(language.begin(), language.end(), '-', '_');
  return language;
}

std::string template_parameter(const std::string& text) {
  std::string clean;
  std::size_t blanks = 0;
  for (const char letter : std::string(trim(text))) {
    const bool blank = letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
    blanks = blank ? blanks + 1 : 0;
    if (blanks <= kMostBlanks) clean += blank ? ' ' : letter;
  }
  return clean;
}

TemplateMessage template_message(const MessageContent& content) {
  if (std::string refusal = refusal_of_template(content); !refusal.empty()) return {json(), std::move(refusal)};
  json components = json::array();
  if (!content.image.empty()) components.push_back(header_of(content.image));
  if (!content.platform_template_parameters.empty())
    components.push_back({{"type", "body"}, {"parameters", text_parameters(content.platform_template_parameters)}});
  add_button_components(components, content);
  json body{{"type", "template"},
            {"template",
             {{"name", content.platform_template},
              {"language", {{"code", template_language(content.platform_template_language)}}}}}};
  if (!components.empty()) body["template"]["components"] = std::move(components);
  return {std::move(body), ""};
}

}  // namespace laoke::channels::whatsapp
