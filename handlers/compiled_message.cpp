#include "handlers/compiled_message.h"

#include <algorithm>

#include "handlers/template_words.h"
#include "handlers/text.h"
#include "templates/catalogue.h"

namespace laoke {
namespace {

// Every text of a message that may hold variables, always in the same order.
template <class Content, class F>
void each_text(Content& content, F&& each) {
  each(content.text);
  each(content.image);
  for (auto& row : content.buttons) {
    for (auto& button : row) {
      each(button.label);
      each(button.data);
      each(button.url);
    }
  }
  for (auto& parameter : content.platform_template_parameters) each(parameter);
}

bool has_variables(std::string_view text) {
  return text.find("{{") != std::string_view::npos;
}

bool is_web_address(std::string_view text) {
  return text.starts_with("https://") || text.starts_with("http://");
}

std::optional<Phrase> button_problem(const Button& button) {
  const std::string name = shorten(button.label, 40);
  if (trim(button.label).empty()) return Phrase{"template.button_label"};
  if (button.data.empty() == button.url.empty()) return Phrase{"template.button_either", {{"name", name}}};
  if (!button.url.empty() && !button.url.starts_with("{{") && !is_web_address(button.url))
    return Phrase{"template.button_url", {{"name", name}}};
  if (!has_variables(button.data) && button.data.size() > kLongestPressData)
    return Phrase{"template.button_data_long",
                  {{"name", name}, {"length", button.data.size()}, {"limit", kLongestPressData}}};
  return std::nullopt;
}

std::optional<Phrase> shape_problem(const MessageContent& shape) {
  if (trim(shape.text).empty() && shape.image.empty() && shape.platform_template.empty())
    return Phrase{"template.empty"};
  std::size_t buttons = 0;
  for (const auto& row : shape.buttons) {
    buttons += row.size();
    for (const auto& button : row)
      if (auto problem = button_problem(button)) return problem;
  }
  if (buttons > kMostButtons) return Phrase{"template.buttons_many", {{"count", buttons}, {"limit", kMostButtons}}};
  const bool spaced = shape.image.find_first_of(" \n\t") != std::string::npos && !has_variables(shape.image);
  if (spaced || shape.image.starts_with("http://"))
    return Phrase{"template.image", {{"name", shorten(shape.image, 60)}}};
  return std::nullopt;
}

bool usable(const Button& button) {
  if (trim(button.label).empty() || (button.data.empty() && button.url.empty())) return false;
  return button.data.size() <= kLongestPressData && (button.url.empty() || is_web_address(button.url));
}

void drop_unusable(MessageContent& content) {
  for (auto& row : content.buttons) std::erase_if(row, [](const Button& button) { return !usable(button); });
  std::erase_if(content.buttons, [](const auto& row) { return row.empty(); });
}

}  // namespace

std::variant<CompiledMessage, Phrase> CompiledMessage::compile(std::string_view body, std::string_view extras) {
  CompiledMessage message;
  try {
    if (!extras.empty()) message.shape_ = message_content_from(extras);
  } catch (const std::invalid_argument& error) {
    return Phrase{"template.extras_unreadable", {{"detail", shorten(error.what(), 200)}}};
  }
  message.shape_.text = std::string(body);
  if (auto problem = shape_problem(message.shape_)) return *problem;
  std::optional<Phrase> problem;
  each_text(message.shape_, [&](const std::string& text) {
    if (problem) return;
    auto made = templates::Template::compile(text);
    if (const auto* fault = std::get_if<templates::Problem>(&made))
      problem = template_phrase(*fault);
    else
      message.made_.push_back(std::get<templates::Template>(std::move(made)));
  });
  if (problem) return *problem;
  return message;
}

std::optional<Phrase> CompiledMessage::check(unsigned sources, std::string_view trigger) const {
  for (const auto& made : made_)
    if (const auto problem = templates::check(made, sources)) return template_phrase(*problem, trigger);
  return std::nullopt;
}

MessageContent CompiledMessage::render(const templates::Lookup& lookup) const {
  MessageContent content = shape_;
  auto made = made_.begin();
  each_text(content, [&](std::string& text) {
    if (has_variables(text)) text = made->render(lookup);
    ++made;
  });
  content.text.erase(content.text.find_last_not_of(" \n") + 1);  // what an empty last section left
  drop_unusable(content);
  return content;
}

bool CompiledMessage::same_for_all() const {
  for (const auto& made : made_)
    for (const auto& tag : made.tags())
      if (!std::string_view(tag.name).starts_with("shop.")) return false;
  return true;
}

std::string CompiledMessage::first_needing(unsigned sources) const {
  for (const auto& made : made_) {
    for (const auto& tag : made.tags()) {
      const auto* variable = templates::find_variable(tag.name);
      if (variable && (variable->source & sources)) return tag.name;
    }
  }
  return {};
}

}  // namespace laoke
