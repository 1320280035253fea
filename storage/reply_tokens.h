#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/database.h"

// The newest unused reply token of each contact: a platform's leave to answer one event for free.
namespace laoke::storage {

struct ReplyToken {
  std::string token;
  std::int64_t at_ms = 0;  // when it came
};
// An older one than what is kept changes nothing.
void keep_reply_token(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, const ReplyToken& token);
// Takes it away: nobody else gets it.
std::optional<ReplyToken> take_reply_token(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);

}  // namespace laoke::storage
