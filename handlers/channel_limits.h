#pragma once
#include <cstdint>
#include <string>

#include "storage/channels.h"

// What a chat account allows, for who plans with it: how long a broadcast takes, whether a messaging window is open. The
// adapters know; they stand above this folder, so the program tells once, at its start, whom to ask.
namespace laoke {

struct ChannelLimits {
  double messages_per_second = 0;  // 0: not known, or unlimited
  std::int64_t window_ms = 0;      // 0: no window
  bool edits = true;               // a message that was sent can be changed
  std::string window_addresses = {};  // the window is only for addresses that begin so; "" all
  std::size_t batch_size = 1;      // one call for many; bot/channels/channel.h, Traits
  bool batch_ignores_window = false;
  bool tells_profiles = false;     // takes the errand "profile": says who a contact is when it is asked
};
using AskLimits = ChannelLimits (*)(const storage::ChannelRow& channel);

// Thread-safe; the last one told is asked.
void ask_channel_limits_of(AskLimits ask);
// Nothing known before anybody was told, and of an account whose settings are wrong.
ChannelLimits limits_of(const storage::ChannelRow& channel);

}  // namespace laoke
