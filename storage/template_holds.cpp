#include "storage/template_holds.h"

#include <span>

namespace laoke::storage {
namespace {

constexpr Sql kTemplateHoldsPut{"template_holds.put",
                                "INSERT INTO template_holds (shop_id, channel_id, name, language, state, until_ms, at_ms) "
                                "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop_id, channel_id, name, language) "
                                "DO UPDATE SET state = excluded.state, until_ms = excluded.until_ms, at_ms = excluded.at_ms"};
constexpr Sql kTemplateHoldsRemove{"template_holds.remove",
                                   "DELETE FROM template_holds WHERE shop_id = $1 AND channel_id = $2 AND name = $3 AND language = $4"};
constexpr Sql kTemplateHoldsList{"template_holds.list",
                                 "SELECT channel_id, name, language, state, until_ms, at_ms FROM template_holds "
                                 "WHERE shop_id = $1 AND until_ms > $2 ORDER BY channel_id, name, language"};
constexpr const Sql* kTemplateHoldsStatements[] = {&kTemplateHoldsPut, &kTemplateHoldsRemove, &kTemplateHoldsList};

}  // namespace

void hold_template(Transaction& tx, std::int64_t shop_id, const TemplateHold& hold) {
  tx.submit(kTemplateHoldsPut, {shop_id, hold.channel_id, hold.name, hold.language, hold.state, hold.until_ms, hold.at_ms});
}

bool release_template(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view name, std::string_view language) {
  return tx.execute(kTemplateHoldsRemove, {shop_id, channel_id, name, language}) > 0;
}

std::vector<TemplateHold> template_holds(Transaction& tx, std::int64_t shop_id, std::int64_t now_ms) {
  std::vector<TemplateHold> holds;
  tx.query(kTemplateHoldsList, {shop_id, now_ms}, [&](const Row& row) {
    holds.push_back({row.integer(0), row.string(1), row.string(2), row.string(3), row.integer(4), row.integer(5)});
  });
  return holds;
}

std::span<const Sql* const> template_hold_statements() { return kTemplateHoldsStatements; }

}  // namespace laoke::storage
