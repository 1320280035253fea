#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// A bot of Telegram (https://core.telegram.org/bots/api), by webhook or by long polling.
//
// Sending: Telegram knows no idempotency key. A call that left and got no answer is kUnknown; one that cannot have been
// taken (429, no connection, a refusal) never is. A long text goes as several messages. What is known to be wrong with
// any of them is refused before the first. After the first was taken, a wait the platform asks for is waited out and
// a failed connection is tried again, both within kSendTimeout; when the rest still cannot go, the outcome is kUnknown
// and platform_code says how many parts arrived and why not the next: reporting a failure would send the first parts
// twice, reporting success would lose the others in silence.
Kind telegram_kind();

}  // namespace laoke::channels
