#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "handlers/inbound_event.h"

namespace laoke::channels::line {

// U and 32 hexadecimal digits: a person. Groups (C…) and rooms (R…) are nobody's address here.
bool is_user_id(const std::string& text);

// One callback of the Messaging API as shop events; those about groups give none. One that cannot be read beside others
// that can is kept as kOther with what is wrong in `text`. Throws BadPayload when the body is no callback, or nothing in
// it can be read.
std::vector<InboundEvent> parse_line_callback(const nlohmann::json& body);

}  // namespace laoke::channels::line
