#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// A business number of the WhatsApp Cloud API (Meta Graph), by webhook.
//
// A contact's address is the business-scoped user id ("CN.447…") where WhatsApp tells it, else the digits of the phone
// number. Both can be written to; the phone number comes along in every event that shows it.
//
// Sending: WhatsApp knows no idempotency key. A call that left and got no answer is kUnknown until a status brings back
// Outgoing::reference. A long text goes as several messages, of which the last alone carries the reference: only when
// that one arrived did the whole text. Like Telegram's adapter it waits out short waits between parts and says kUnknown
// when some parts arrived and the rest cannot go.
Kind whatsapp_kind();

}  // namespace laoke::channels
