#pragma once
#include "bot/channel_host.h"
#include "bot/config.h"
#include "storage/database.h"

namespace laoke {

// The first start: shop "default" with the stock templates and rules and the built-in webchat channel, so that
// `laoke chat` works at once. Does nothing when there is one.
void create_default_shop(storage::Database& database, const Config& config, std::int64_t now_ms);
// Every start of the server: all shops get stock texts and rules of a newer program; nothing the seller edited changes.
void refresh_stock(storage::Database& database, std::int64_t now_ms);
// The same for another shop, `laoke shop add`. The slug must be free.
std::int64_t create_shop(storage::Transaction& tx, const storage::Shop& shop, std::int64_t now_ms);

}  // namespace laoke
