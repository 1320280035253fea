#include "storage/errands.h"

namespace laoke::storage {
namespace {

#define ERRAND_COLUMNS \
  "shop_id, errand_id, channel_id, kind, key, data, due_at_ms, created_at_ms, attempts, last_error"
#define ERRAND_WORK "shop_id = $1 AND channel_id = $2 AND kind = $3 AND key = $4"
constexpr Sql kErrandsInsert{"errands.insert",
                             "INSERT INTO errands (" ERRAND_COLUMNS
                             ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                             "ON CONFLICT (shop_id, channel_id, kind, key) DO NOTHING"};
constexpr Sql kErrandsFind{"errands.find", "SELECT " ERRAND_COLUMNS " FROM errands WHERE " ERRAND_WORK};
constexpr Sql kErrandsChannels{"errands.channels",
                               "SELECT channel_id FROM errands WHERE due_at_ms <= $1 GROUP BY channel_id"};
constexpr Sql kErrandsDue{"errands.due",
                          "SELECT " ERRAND_COLUMNS
                          " FROM errands WHERE due_at_ms <= $3 AND channel_id = $2 AND shop_id = $1 "
                          "ORDER BY due_at_ms, errand_id LIMIT $4"};
constexpr Sql kErrandsList{"errands.list",
                           "SELECT " ERRAND_COLUMNS " FROM errands WHERE shop_id = $1 ORDER BY errand_id LIMIT $2"};
constexpr Sql kErrandsRemove{"errands.remove", "DELETE FROM errands WHERE shop_id = $1 AND errand_id = $2"};
constexpr Sql kErrandsRemoveWork{"errands.remove_work", "DELETE FROM errands WHERE " ERRAND_WORK};
constexpr Sql kErrandsRemoveHolding{"errands.remove_holding",
                                    "DELETE FROM errands WHERE shop_id = $1 AND kind = $2 AND data LIKE $3"};
constexpr Sql kErrandsDefer{"errands.defer",
                            "UPDATE errands SET due_at_ms = $3, attempts = $4, last_error = $5 "
                            "WHERE shop_id = $1 AND errand_id = $2"};
constexpr Sql kErrandsRest{"errands.rest",
                           "UPDATE errands SET due_at_ms = $3 WHERE shop_id = $1 AND channel_id = $2 AND due_at_ms < $3"};
#undef ERRAND_COLUMNS
#undef ERRAND_WORK
constexpr const Sql* kErrandsStatements[] = {&kErrandsInsert, &kErrandsFind,   &kErrandsChannels,
                                             &kErrandsDue,    &kErrandsList,   &kErrandsRemove,
                                             &kErrandsDefer,  &kErrandsRest,   &kErrandsRemoveWork,
                                             &kErrandsRemoveHolding};

ErrandRow errand_of(const Row& row) {
  return {row.integer(0), row.integer(1), row.integer(2), row.string(3),  row.string(4),
          row.string(5),  row.integer(6), row.integer(7), row.integer(8), row.string(9)};
}

std::vector<ErrandRow> errands_by(Transaction& tx, const Sql& sql, std::initializer_list<Param> params) {
  std::vector<ErrandRow> errands;
  tx.query(sql, params, [&](const Row& row) { errands.push_back(errand_of(row)); });
  return errands;
}

}  // namespace

bool insert_errand(Transaction& tx, const ErrandRow& e) {
  return tx.execute(kErrandsInsert, {e.shop_id, tx.next_id(), e.channel_id, e.kind, e.key, e.data, e.due_at_ms,
                                     e.created_at_ms, e.attempts, e.last_error}) > 0;
}

std::optional<ErrandRow> find_errand(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view kind,
                                     std::string_view key) {
  auto found = errands_by(tx, kErrandsFind, {shop_id, channel_id, kind, key});
  return found.empty() ? std::nullopt : std::optional(std::move(found.front()));
}

std::vector<std::int64_t> channels_with_errands(Transaction& tx, std::int64_t now_ms) {
  std::vector<std::int64_t> channels;
  tx.query(kErrandsChannels, {now_ms}, [&](const Row& row) { channels.push_back(row.integer(0)); });
  return channels;
}

std::vector<ErrandRow> due_errands(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t now_ms, int limit) {
  return errands_by(tx, kErrandsDue, {shop_id, channel_id, now_ms, limit});
}

std::vector<ErrandRow> list_errands(Transaction& tx, std::int64_t shop_id, int limit) {
  return errands_by(tx, kErrandsList, {shop_id, limit});
}

bool remove_errand(Transaction& tx, std::int64_t shop_id, std::int64_t errand_id) {
  return tx.execute(kErrandsRemove, {shop_id, errand_id}) > 0;
}

void remove_errand(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view kind, std::string_view key) {
  tx.submit(kErrandsRemoveWork, {shop_id, channel_id, kind, key});
}

void remove_errands_holding(Transaction& tx, std::int64_t shop_id, std::string_view kind, std::string_view piece) {
  tx.submit(kErrandsRemoveHolding, {shop_id, kind, "%" + std::string(piece) + "%"});
}

bool defer_errand(Transaction& tx, const ErrandRow& e) {
  return tx.execute(kErrandsDefer, {e.shop_id, e.errand_id, e.due_at_ms, e.attempts, e.last_error}) > 0;
}

void rest_errands(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::int64_t until_ms) {
  tx.submit(kErrandsRest, {shop_id, channel_id, until_ms});
}

std::span<const Sql* const> errand_statements() { return kErrandsStatements; }

}  // namespace laoke::storage
