#pragma once
#include <functional>

#include "bot/channels/channel.h"

namespace laoke::channels {

// A WeChat Official Account (微信公众号): callbacks in clear, mixed and safe mode.
//
// Sending: a text within the window goes as customer-service messages, which WeChat neither numbers nor recognises again, so
// one that left and got no answer is kUnknown. A message with a platform_template goes as template message or subscription
// notice and has an id. send_batch() is one mass send by openids: repeated under the same clientmsgid it is sent once. A right
// the account turns out not to have (48001) is not asked for again for an hour, and the outcome names it; without the right
// to mass sends the traits no longer offer batches.
// Errands "tag" and "untag" with sync_tags; "profile" learns a follower's tags and unionid.
Kind wechat_kind();

// As wechat_kind().make, with a clock of its own: UTC epoch ms, any thread.
std::unique_ptr<Channel> make_wechat(const Account& account, std::function<std::int64_t()> now_ms);

}  // namespace laoke::channels
