#pragma once
#include <nlohmann/json.hpp>
#include <string>

#include "handlers/message_content.h"

namespace laoke::channels::whatsapp {

// An approved template with its parameters (see message.h), or why WhatsApp would refuse it.
struct TemplateMessage {
  nlohmann::json body;
  std::string refusal;
};
TemplateMessage template_message(const MessageContent& content);

// "zh-CN" is "zh_CN" to WhatsApp.
std::string template_language(std::string language);
// Without line breaks, tabs and runs of more than 4 blanks, which WhatsApp refuses in parameters.
std::string template_parameter(const std::string& text);

}  // namespace laoke::channels::whatsapp
