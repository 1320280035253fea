#pragma once
#include <cstdint>

#include "storage/channels.h"

// What a chat account allows, for who plans with it: how long a broadcast takes, whether a messaging window is open. The
// adapters know; they stand above this folder, so the program tells once, at its start, whom to ask.
namespace laoke {

struct ChannelLimits {
  double messages_per_second = 0;  // 0: not known, or unlimited
  std::int64_t window_ms = 0;      // 0: no window
  bool edits = true;               // a message that was sent can be changed
};
using AskLimits = ChannelLimits (*)(const storage::ChannelRow& channel);

// Thread-safe; the last one told is asked.
void ask_channel_limits_of(AskLimits ask);
// Nothing known before anybody was told, and of an account whose settings are wrong.
ChannelLimits limits_of(const storage::ChannelRow& channel);

}  // namespace laoke
