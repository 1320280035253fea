#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/message_content.h"

namespace laoke::channels::whatsapp {

// The messages that show one content, as bodies of POST /{phone-number-id}/messages, in order; or, when WhatsApp can
// never take it, none and why. What can be checked here is checked before the first call.
//   text                      one or several texts
//   up to 3 buttons           reply buttons; with longer labels, or up to 10, a list; more: several lists
//   one button with a link    a link button; links beside other buttons stand in the text
//   an image                  with its caption, or as the head of the buttons
//   platform_template         the approved template: parameters in order for the body, the image for its head, button
//                             data as payloads of its quick replies, a button's URL without "https://" as the end of
//                             its dynamic link (a whole URL is a fixed link and needs nothing)
struct Message {
  std::vector<nlohmann::json> parts;
  std::string refusal;
};
Message message_for(const std::string& address, const MessageContent& content, std::string_view reference);

// biz_opaque_callback_data of a part: the reference and the address it went to, so that its statuses find their contact
// whatever ids they show. And back; without an address it is all reference.
std::string callback_data(std::string_view reference, std::string_view address);
struct CallbackData {
  std::string reference, address;
};
CallbackData callback_data_from(const std::string& text);

inline constexpr std::size_t kTextLimit =
    4096;  // section 0 of the facts; counted in UTF-16 units to be on the safe side

}  // namespace laoke::channels::whatsapp
