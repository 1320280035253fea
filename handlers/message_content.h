#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace laoke {

// A press comes back as `data` (at most 64 bytes: the tightest platform), or opens `url`. Exactly one is set.
struct Button {
  std::string label, data, url;
  bool operator==(const Button&) const = default;
};

// What a person sees of one message, independent of the platform.
struct MessageContent {
  std::string text;                         // plain text, UTF-8
  std::vector<std::vector<Button>> buttons; // rows
  std::string image;                        // https URL or the platform's file id, "" none
  bool ask_phone = false;                   // show the platform's "share my number" button where it has one
  std::string platform_template;            // name of the platform-approved template to use instead, "" none
  std::string platform_template_language;
  std::vector<std::string> platform_template_parameters;
  std::string reply_to;                     // platform id of the message this answers, "" none
  std::string edit_of;                      // platform id of our own message whose text this replaces, "" none

  bool operator==(const MessageContent&) const = default;
};

std::string to_json_text(const MessageContent& content);
// Throws std::invalid_argument when the text is not what to_json_text() writes.
MessageContent message_content_from(std::string_view json_text);

}  // namespace laoke
