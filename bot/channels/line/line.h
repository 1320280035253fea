#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// An official account on LINE (https://developers.line.biz/en/reference/messaging-api/), by webhook.
//
// Sending: an answer goes by its event's reply token first, which costs nothing; a token that LINE does not take any more
// turns into a push within the same send(). A push and a multicast carry a retry key made from the idempotency key, so a
// repeat is recognised (409) and counts as accepted. A reply has no such key, but its token works once: when its answer was
// lost, the same call again tells whether the first was taken.
Kind line_kind();

}  // namespace laoke::channels
