#pragma once
#include "handlers/compose.h"
#include "handlers/context.h"
#include "handlers/policy.h"
#include "handlers/shop_settings.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"
#include "storage/sending.h"

namespace laoke {

// What policy must know of one delivery, read from the database as it is at context.now_ms. `settings` are the shop's.
PolicyQuestion policy_question(const Context& context, const ShopSettings& settings, const storage::Delivery& delivery,
                               const ChannelMap& channels);

// The same in two steps, for many deliveries: what to read of their customers, and the question from what was read
// (nullptr: there is no such customer).
storage::SendQuestion facts_wanted(const Context& context, const ShopSettings& settings, bool marketing);
PolicyQuestion policy_question(const Context& context, const ShopSettings& settings, const storage::Delivery& delivery,
                               const ChannelMap& channels, const storage::SendFacts* facts);
// Where a messaging window is over: whether the message's own text has a way in all the same. `language` is the
// customer's, "" the shop's; `broadcast` for rows of source "b".
void note_ways_in(const Context& context, const storage::Delivery& delivery, std::string_view language,
                  const storage::Broadcast* broadcast, const ChannelMap& channels, MessageCache& cache, PolicyQuestion& question);

}  // namespace laoke
