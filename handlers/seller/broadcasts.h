#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/seller/chat.h"

namespace laoke::seller {

// What an operator may send to without the owner: a slip reaches a neighbourhood, not the town.
inline constexpr std::int64_t kOperatorAudience = 500;

// "群发 1043", "broadcast 1043": 取消 serves broadcasts too.
bool is_about_broadcast(std::string_view rest);
void cancel_a_broadcast(Chat& chat, std::string_view rest);
// The person said no to a broadcast that was shown: its draft goes.
void drop_draft(Chat& chat, std::int64_t broadcast_id);

// "@新客 -tag:过敏 明天10:00 春季上新" cut where the segment ends: after the last piece in front that is one of its terms.
struct SegmentAndRest {
  std::string segment, rest;
  bool operator==(const SegmentAndRest&) const = default;
};
SegmentAndRest cut_segment(std::string_view text);

}  // namespace laoke::seller
