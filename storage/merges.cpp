#include "storage/merges.h"

#include <algorithm>

namespace laoke::storage {
namespace {

constexpr Sql kMergesInsert{"merges.insert",
                            "INSERT INTO merges (shop_id, merge_id, kept_id, merged_id, moved, staff_id, at_ms) "
                            "VALUES ($1, $2, $3, $4, $5, $6, $7)"};
constexpr Sql kMergesGet{"merges.get",
                         "SELECT merge_id, kept_id, merged_id, moved, staff_id, at_ms, undone_at_ms FROM merges "
                         "WHERE shop_id = $1 AND merge_id = $2"};
constexpr Sql kMergesMarkUndone{
    "merges.mark_undone",
    "UPDATE merges SET undone_at_ms = $3 WHERE shop_id = $1 AND merge_id = $2 AND undone_at_ms IS NULL"};
constexpr Sql kMergesLater{"merges.later",
                           "SELECT 1 FROM merges WHERE shop_id = $1 AND merge_id > $2 AND undone_at_ms IS NULL "
                           "AND (kept_id IN ($3, $4) OR merged_id IN ($3, $4)) LIMIT 1"};
constexpr Sql kMergeSuggestionsAdd{
    "merge_suggestions.add",
    "INSERT INTO merge_suggestions (shop_id, customer_a, customer_b, reason, state, at_ms) "
    "VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (shop_id, customer_a, customer_b) DO NOTHING"};
constexpr Sql kMergeSuggestionsOpen{
    "merge_suggestions.open",
    "SELECT s.customer_a, s.customer_b, s.reason, s.state, s.at_ms FROM merge_suggestions s "
    "JOIN customer_facts a ON a.shop_id = s.shop_id AND a.customer_id = s.customer_a AND a.standing = 0 "
    "JOIN customer_facts b ON b.shop_id = s.shop_id AND b.customer_id = s.customer_b AND b.standing = 0 "
    "WHERE s.shop_id = $1 AND s.state = 'open' ORDER BY s.at_ms DESC, s.customer_a LIMIT $2"};
constexpr Sql kMergeSuggestionsState{"merge_suggestions.state",
                                     "SELECT state FROM merge_suggestions WHERE shop_id = $1 AND customer_a = $2 AND customer_b = $3"};
constexpr Sql kMergeSuggestionsSetState{"merge_suggestions.set_state",
                                        "UPDATE merge_suggestions SET state = $4 "
                                        "WHERE shop_id = $1 AND customer_a = $2 AND customer_b = $3 AND state <> $4"};

// A kind of belonging: who owns which, all at once, one by one. `$2` is the owner now, `$3` the owner to be.
struct Mover {
  Sql ids, all, one;
};
#define MOVER(table, id, only)                                                                                         \
  {                                                                                                                    \
    {"merge." table ".ids",                                                                                            \
     "SELECT " id " FROM " table " WHERE shop_id = $1 AND customer_id = $2" only " ORDER BY " id},                     \
        {"merge." table ".all", "UPDATE " table " SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2" only}, \
    {                                                                                                                  \
      "merge." table ".one",                                                                                           \
          "UPDATE " table " SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2 AND " id " = $4"              \
    }                                                                                                                  \
  }
constexpr Mover kMovers[] = {
    MOVER("contacts", "contact_id", ""), MOVER("addresses", "address_id", ""),
    MOVER("notes", "note_id", ""),       MOVER("orders", "order_id", ""),
    MOVER("events", "event_id", ""),     MOVER("tasks", "task_id", " AND state = 'open'"),
};
#undef MOVER

constexpr Sql kMergeMessages{
    "merge.messages",
    "UPDATE messages SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2 AND contact_id = $4"};
// By the order's items, because purchases are keyed by product.
constexpr Sql kMergePurchases{
    "merge.purchases",
    "UPDATE purchases SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2 AND order_id = $4 "
    "AND product_id IN (SELECT i.product_id FROM order_items i WHERE i.shop_id = $1 AND i.order_id = $4)"};
constexpr Sql kMergePhone{
    "merge.phone",
    "UPDATE phones SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2 AND phone = $4 AND NOT EXISTS "
    "(SELECT 1 FROM phones o WHERE o.shop_id = $1 AND o.customer_id = $3 AND o.phone = $4)"};
constexpr Sql kMergeAttribute{
    "merge.attribute",
    "UPDATE attributes SET customer_id = $3 WHERE shop_id = $1 AND name = $4 AND customer_id = $2 "
    "AND NOT EXISTS (SELECT 1 FROM attributes o WHERE o.shop_id = $1 AND o.name = $4 AND o.customer_id = $3)"};
constexpr Sql kMergeConsent{
    "merge.consent",
    "UPDATE consents SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2 AND at_ms = $4 "
    "AND NOT EXISTS (SELECT 1 FROM consents o WHERE o.shop_id = $1 AND o.customer_id = $3 AND o.at_ms = $4)"};
constexpr Sql kMergeMarketingSent{
    "merge.marketing_sent",
    "UPDATE marketing_sent SET customer_id = $3 WHERE shop_id = $1 AND customer_id = $2 AND at_ms = $4 "
    "AND source = $5 AND source_id = $6 AND NOT EXISTS (SELECT 1 FROM marketing_sent o WHERE o.shop_id = $1 "
    "AND o.customer_id = $3 AND o.at_ms = $4 AND o.source = $5 AND o.source_id = $6)"};
constexpr Sql kMergeMarketingSentOf{
    "merge.marketing_sent_of",
    "SELECT at_ms, source, source_id FROM marketing_sent WHERE shop_id = $1 AND customer_id = $2"};

constexpr const Sql* kMergesStatements[] = {&kMergesInsert,
                                            &kMergesGet,
                                            &kMergesMarkUndone,
                                            &kMergesLater,
                                            &kMergeSuggestionsAdd,
                                            &kMergeSuggestionsOpen,
                                            &kMergeSuggestionsState, &kMergeSuggestionsSetState,
                                            &kMergeMessages,
                                            &kMergePurchases,
                                            &kMergePhone,
                                            &kMergeAttribute,
                                            &kMergeConsent,
                                            &kMergeMarketingSent,
                                            &kMergeMarketingSentOf,
                                            &kMovers[0].ids,
                                            &kMovers[0].all,
                                            &kMovers[0].one,
                                            &kMovers[1].ids,
                                            &kMovers[1].all,
                                            &kMovers[1].one,
                                            &kMovers[2].ids,
                                            &kMovers[2].all,
                                            &kMovers[2].one,
                                            &kMovers[3].ids,
                                            &kMovers[3].all,
                                            &kMovers[3].one,
                                            &kMovers[4].ids,
                                            &kMovers[4].all,
                                            &kMovers[4].one,
                                            &kMovers[5].ids,
                                            &kMovers[5].all,
                                            &kMovers[5].one};

const Mover& mover_of(Belonging what) {
  return kMovers[static_cast<std::size_t>(what)];
}

}  // namespace

std::int64_t insert_merge(Transaction& tx, std::int64_t shop_id, const Merge& merge) {
  const std::int64_t id = tx.next_id();
  tx.submit(kMergesInsert, {shop_id, id, merge.kept_id, merge.merged_id, merge.moved, merge.staff_id, merge.at_ms});
  return id;
}

std::optional<Merge> get_merge(Transaction& tx, std::int64_t shop_id, std::int64_t merge_id) {
  std::optional<Merge> merge;
  tx.query(kMergesGet, {shop_id, merge_id}, [&](const Row& row) {
    merge = Merge{row.integer(0),       row.integer(1), row.integer(2),      row.string(3),
                  row.maybe_integer(4), row.integer(5), row.maybe_integer(6)};
  });
  return merge;
}

bool mark_merge_undone(Transaction& tx, std::int64_t shop_id, std::int64_t merge_id, std::int64_t now_ms) {
  return tx.execute(kMergesMarkUndone, {shop_id, merge_id, now_ms}) > 0;
}

bool has_later_merge(Transaction& tx, std::int64_t shop_id, std::int64_t merge_id, std::int64_t kept_id,
                     std::int64_t merged_id) {
  bool later = false;
  tx.query(kMergesLater, {shop_id, merge_id, kept_id, merged_id}, [&](const Row&) { later = true; });
  return later;
}

bool suggest_merge(Transaction& tx, std::int64_t shop_id, std::int64_t one_id, std::int64_t other_id,
                   std::string_view reason, std::int64_t now_ms) {
  return tx.execute(kMergeSuggestionsAdd,
                    {shop_id, std::min(one_id, other_id), std::max(one_id, other_id), reason, now_ms}) > 0;
}

std::vector<MergeSuggestion> open_suggestions(Transaction& tx, std::int64_t shop_id, int limit) {
  std::vector<MergeSuggestion> suggestions;
  tx.query(kMergeSuggestionsOpen, {shop_id, limit}, [&](const Row& row) {
    suggestions.push_back({row.integer(0), row.integer(1), row.string(2), row.string(3), row.integer(4)});
  });
  return suggestions;
}

std::optional<std::string> suggestion_state(Transaction& tx, std::int64_t shop_id, std::int64_t one_id, std::int64_t other_id) {
  std::optional<std::string> state;
  tx.query(kMergeSuggestionsState, {shop_id, std::min(one_id, other_id), std::max(one_id, other_id)},
           [&](const Row& row) { state = row.string(0); });
  return state;
}

bool set_suggestion_state(Transaction& tx, std::int64_t shop_id, std::int64_t one_id, std::int64_t other_id,
                          std::string_view state) {
  return tx.execute(kMergeSuggestionsSetState,
                    {shop_id, std::min(one_id, other_id), std::max(one_id, other_id), state}) > 0;
}

std::vector<std::int64_t> move_all(Transaction& tx, std::int64_t shop_id, Belonging what, std::int64_t from_id,
                                   std::int64_t to_id) {
  std::vector<std::int64_t> ids;
  tx.query(mover_of(what).ids, {shop_id, from_id}, [&](const Row& row) { ids.push_back(row.integer(0)); });
  if (!ids.empty()) tx.submit(mover_of(what).all, {shop_id, from_id, to_id});
  return ids;
}

void move_one(Transaction& tx, std::int64_t shop_id, Belonging what, std::int64_t id, std::int64_t from_id,
              std::int64_t to_id) {
  tx.submit(mover_of(what).one, {shop_id, from_id, to_id, id});
}

void move_messages_of_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t from_id,
                              std::int64_t to_id) {
  tx.submit(kMergeMessages, {shop_id, from_id, to_id, contact_id});
}

void move_purchases_of_order(Transaction& tx, std::int64_t shop_id, std::int64_t order_id, std::int64_t from_id,
                             std::int64_t to_id) {
  tx.submit(kMergePurchases, {shop_id, from_id, to_id, order_id});
}

bool move_phone(Transaction& tx, std::int64_t shop_id, std::string_view phone, std::int64_t from_id,
                std::int64_t to_id) {
  return tx.execute(kMergePhone, {shop_id, from_id, to_id, phone}) > 0;
}

bool move_attribute(Transaction& tx, std::int64_t shop_id, std::string_view name, std::int64_t from_id,
                    std::int64_t to_id) {
  return tx.execute(kMergeAttribute, {shop_id, from_id, to_id, name}) > 0;
}

bool move_consent(Transaction& tx, std::int64_t shop_id, std::int64_t at_ms, std::int64_t from_id, std::int64_t to_id) {
  return tx.execute(kMergeConsent, {shop_id, from_id, to_id, at_ms}) > 0;
}

bool move_marketing_sent(Transaction& tx, std::int64_t shop_id, std::int64_t at_ms, std::string_view source,
                         std::int64_t source_id, std::int64_t from_id, std::int64_t to_id) {
  return tx.execute(kMergeMarketingSent, {shop_id, from_id, to_id, at_ms, source, source_id}) > 0;
}

std::vector<MarketingSentKey> marketing_sent_of(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<MarketingSentKey> sent;
  tx.query(kMergeMarketingSentOf, {shop_id, customer_id}, [&](const Row& row) {
    sent.push_back({row.integer(0), row.string(1), row.integer(2)});
  });
  return sent;
}

std::span<const Sql* const> merge_statements() {
  return kMergesStatements;
}

}  // namespace laoke::storage
