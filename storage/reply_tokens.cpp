#include "storage/reply_tokens.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kReplyTokensKeep{"reply_tokens.keep",
                               "INSERT INTO reply_tokens (shop_id, contact_id, token, at_ms) VALUES ($1, $2, $3, $4) "
                               "ON CONFLICT (shop_id, contact_id) DO UPDATE SET token = excluded.token, at_ms = excluded.at_ms "
                               "WHERE reply_tokens.at_ms <= excluded.at_ms"};
constexpr Sql kReplyTokensTake{"reply_tokens.take",
                               "DELETE FROM reply_tokens WHERE shop_id = $1 AND contact_id = $2 RETURNING token, at_ms"};
constexpr const Sql* kReplyTokensStatements[] = {&kReplyTokensKeep, &kReplyTokensTake};

}  // namespace

void keep_reply_token(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, const ReplyToken& token) {
  tx.submit(kReplyTokensKeep, {shop_id, contact_id, token.token, token.at_ms});
}

std::optional<ReplyToken> take_reply_token(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id) {
  std::optional<ReplyToken> token;
  tx.query(kReplyTokensTake, {shop_id, contact_id}, [&](const Row& row) { token = {row.string(0), row.integer(1)}; });
  return token;
}

std::span<const Sql* const> reply_token_statements() { return kReplyTokensStatements; }

}  // namespace laoke::storage
