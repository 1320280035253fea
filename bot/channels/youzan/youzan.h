#pragma once
#include "bot/channels/channel.h"

namespace laoke::channels {

// A shop on 有赞 (Youzan): trades, refunds and buyers by message push. Pushes are switched on in its developer console;
// its API has no call for that.
Kind youzan_kind();

}  // namespace laoke::channels
