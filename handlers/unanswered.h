#pragma once
#include <cstdint>

#include "storage/ledger.h"
#include "storage/send_steps.h"

// Rows whose call left and was not answered: they may have arrived. Until that is known such a row stays with its contact,
// is asked about again only by the same key and only while the platform remembers it, and ends as "unknown" where it cannot
// be asked about; never on another way, never as not sent.
namespace laoke {

// Whether it left once and nobody knows what came of it. Told by the row's reason, which stays until that is known.
bool may_have_arrived(const storage::Delivery& delivery);

// Platforms forget a key a day after its first use (X-Line-Retry-Key, WeChat's clientmsgid): older sends are not repeated.
inline constexpr std::int64_t kKeyLifeMs = 23 * 3'600'000LL;

// Keeps when the key was first used, in the delivery's steps; `delivery` as its claim left it. With `first` this try was
// the first one; else an earlier one that is kept already stands.
void note_unanswered(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t channel_id, bool first);
// Whether the platform may have forgotten the key by then.
bool key_forgotten(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t at_ms);
// Such a step says where it may have arrived; the others say which contact refused it.
bool is_unanswered(const storage::SendStep& step);

// Marketing counts in the cap from its first try on, and once however often it is tried.
void count_in_cap_once(storage::Transaction& tx, std::int64_t shop_id, const storage::Delivery& delivery, std::int64_t at_ms);

}  // namespace laoke
