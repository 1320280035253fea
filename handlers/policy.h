#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/shop_settings.h"

// May this message go now? One function decides for every delivery, from plain values: the sender asks it inside the
// transaction that takes the delivery up, the forecast asks it on a simulated clock, `why` repeats what it said.
namespace laoke {

// What is known of a channel at this moment.
struct ChannelHealth {
  std::string kind;                  // "telegram"
  std::string state = "on";          // "on", "off", "broken"
  std::int64_t paused_until_ms = 0;  // the platform asked to wait
  std::int64_t window_ms = 0;        // the platform's messaging window; 0 none
  std::string window_addresses = {};  // it is only for addresses that begin so; "" all
  std::int64_t reply_token_ms = 0;   // how long a reply token is worth trying; 0: the platform has none
  // One call for many: bot/channels/channel.h, Traits.
  std::size_t batch_size = 1, batch_least = 1;
  bool batch_ignores_window = false;
};
using ChannelMap = std::map<std::int64_t, ChannelHealth>;  // by channel_id

// One way to reach the customer.
struct Reach {
  std::int64_t contact_id = 0, channel_id = 0;
  std::string state = "active";
  std::int64_t window_until_ms = 0, replies_left = -1, last_in_ms = 0;
  bool windowed = true;                // the channel's window, where it has one, is for this address
  bool has_platform_template = false;  // of this message, for this channel
  bool batch_reaches = false;          // this message may go there in a batch, whatever the window
};

struct PolicyQuestion {
  std::string klass;               // "reply", "staff", "notice", "marketing"
  std::int64_t now_ms = 0, expires_at_ms = 0;
  bool is_customer = true;         // false: staff or merged away; only "staff" and "reply" may go to staff
  bool opted_out = false, consented = true;
  bool passes_quiet_hours = false; // notices the customer waits for
  std::string zone;                // of the customer
  std::int64_t fixed_contact_id = 0;      // a reply goes where the question came from, what may have arrived where it did; 0: any
  std::vector<Reach> reaches;             // the most recently heard first
  std::vector<std::int64_t> marketing_sent_ms;  // other messages of the last 7 days, ascending
};

struct PolicyAnswer {
  enum class Verdict { kGo, kGoWithPlatformTemplate, kWait, kDrop };
  Verdict verdict = Verdict::kGo;
  std::string_view reason;        // handlers/reasons.h; "" for kGo
  std::int64_t until_ms = 0;      // kWait
  Reach reach;                    // kGo, kGoWithPlatformTemplate; kWait for a channel: the one that waits
  bool only_in_batch = false;     // kGo: its window is over, so by itself it may not
};

// Whether the channel's messaging window is for this address.
bool has_window(const ChannelHealth& health, std::string_view address);
bool window_open(const Reach& reach, const ChannelHealth& health, std::int64_t now_ms);
PolicyAnswer decide(const PolicyQuestion& question, const ShopSettings& settings, const ChannelMap& channels);

}  // namespace laoke
