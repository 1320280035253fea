#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// A Facebook Page on Messenger and an Instagram professional account (https://developers.facebook.com/docs/messenger-platform),
// by webhook. Two kinds of account, one adapter: they differ in limits, in what is told of reading, and in that Instagram
// has no templates.
//
// The platform takes anything for 24 hours after a person wrote or pressed; outside of it only an approved utility
// template, on Messenger. What cannot go is kWindowClosed. Meta knows no idempotency key: a call without an answer is
// kUnknown, and its echo, which carries Outgoing::reference, settles it.
Kind messenger_kind();
Kind instagram_kind();

}  // namespace laoke::channels
