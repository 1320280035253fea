#pragma once
#include <functional>
#include <memory>

#include "bot/channels/channel.h"

namespace laoke::channels {

// One self-built app of a corporation on WeCom (企业微信). Three kinds of people have an address on it:
//   "ext:<external_userid>"              a customer whom a member has as a contact. Nobody can write to them by API: a
//                                        message is a task that the member confirms, except the welcome within 20 s.
//   "kf:<open_kfid>:<external_userid>"   a customer who writes to 微信客服: 5 messages within 48 h of theirs.
//   "member:<userid>"                    a member (the seller) in the app's own chat.
//
// Callbacks bring events; poll() brings what the platform only tells when asked: messages of 微信客服, results of tasks
// and moments, and tags that changed. Its cursor is JSON and holds where each 微信客服 account stands and which tasks are
// still watched; nothing older than the first poll is reacted to.
//
// WeCom knows no idempotency key for tasks: one whose answer was lost is looked for among the platform's tasks before it
// is called unknown, and is never created twice.
Kind wecom_kind();

namespace wecom {
using Clock = std::function<std::int64_t()>;  // UTC epoch ms
std::unique_ptr<Channel> make_with_clock(const Account& account, Clock clock);
}  // namespace wecom

}  // namespace laoke::channels
