#include "storage/sending.h"

#include <algorithm>

namespace laoke::storage {
namespace {

// $1 is the shop, $2 to $59 the customers, $60 the rest. A short list repeats its last customer: one statement for every
// number of them stays prepared.
#define TEN(d) ", $" #d "0, $" #d "1, $" #d "2, $" #d "3, $" #d "4, $" #d "5, $" #d "6, $" #d "7, $" #d "8, $" #d "9"
#define MANY "($2, $3, $4, $5, $6, $7, $8, $9" TEN(1) TEN(2) TEN(3) TEN(4) TEN(5) ")"
constexpr std::size_t kMany = 58;

#define PEOPLE                                                                                                          \
  "SELECT c.customer_id, c.language, c.time_zone, f.standing, f.opted_out, k.contact_id, k.channel_id, k.external_id, " \
  "k.state, k.window_until_ms, k.replies_left, k.last_in_ms FROM customers c "                                          \
  "LEFT JOIN customer_facts f ON f.shop_id = $1 AND f.customer_id = c.customer_id "                                     \
  "LEFT JOIN contacts k ON k.shop_id = $1 AND k.customer_id = c.customer_id "                                           \
  "WHERE c.shop_id = $1 AND c.customer_id "
#define MARKETING "SELECT customer_id, at_ms FROM marketing_sent WHERE shop_id = $1 AND customer_id "
#define CONSENTS "SELECT customer_id, at_ms, granted FROM consents WHERE shop_id = $1 AND kind = 'marketing' AND customer_id "
constexpr Sql kSendingPeople{"sending.people", PEOPLE "IN " MANY};
constexpr Sql kSendingPerson{"sending.person", PEOPLE "= $2"};
constexpr Sql kSendingMarketingOfMany{"sending.marketing_of_many", MARKETING "IN " MANY " AND at_ms > $60"};
constexpr Sql kSendingMarketing{"sending.marketing", MARKETING "= $2 AND at_ms > $3"};
constexpr Sql kSendingConsentsOfMany{"sending.consents_of_many", CONSENTS "IN " MANY};
constexpr Sql kSendingConsents{"sending.consents", CONSENTS "= $2"};
constexpr Sql kSendingAccepted{"sending.accepted",
                        "UPDATE deliveries SET state = 'accepted', reason = $8, platform_message_id = $6, updated_at_ms = $7 "
                        "WHERE shop_id = $1 AND source = $2 AND source_id = $3 AND customer_id = $4 AND cause = $5"};
constexpr Sql kSendingLandedOfMany{"sending.landed_of_many",
                        "DELETE FROM in_flight WHERE shop_id = $1 AND source = 'b' AND source_id = $60 AND cause = '' AND fence = $61 "
                        "AND customer_id IN " MANY " RETURNING customer_id"};
#undef CONSENTS
#undef MARKETING
#undef PEOPLE
#undef MANY
#undef TEN
constexpr const Sql* kSendingStatements[] = {&kSendingPeople, &kSendingPerson, &kSendingMarketingOfMany, &kSendingMarketing, &kSendingConsentsOfMany, &kSendingConsents, &kSendingAccepted, &kSendingLandedOfMany};

SendWay way_of(const Row& row, int first) {
  return {row.integer(first),     row.integer(first + 1), row.string(first + 2), row.string(first + 3),
          row.integer(first + 4), row.integer(first + 5), row.integer(first + 6)};
}

// Some of the customers, to be asked about with one statement.
class Some {
 public:
  Some(Transaction& tx, std::int64_t shop_id, std::span<const std::int64_t> customers) : tx_(tx), many_(customers.size() > 1) {
    params_.reserve(kMany + 2);
    params_.emplace_back(shop_id);
    for (const auto customer : customers) params_.emplace_back(customer);
    if (many_) params_.resize(1 + kMany, Param(customers.back()));
  }

  void people(SendFactsOf& known) {
    ask(kSendingPeople, kSendingPerson, [&](const Row& row) {
      SendFacts& facts = known[row.integer(0)];
      facts.language = row.text(1);
      facts.time_zone = row.text(2);
      facts.has_facts = !row.is_null(3);
      facts.standing = static_cast<int>(row.integer(3));
      facts.opted_out = row.yes(4);
      if (!row.is_null(5)) facts.ways.push_back(way_of(row, 5));
    });
  }
  void marketing(std::int64_t since_ms, SendFactsOf& known) {
    params_.emplace_back(since_ms);
    ask(kSendingMarketingOfMany, kSendingMarketing, [&](const Row& row) {
      if (const auto one = known.find(row.integer(0)); one != known.end()) one->second.marketing_sent_ms.push_back(row.integer(1));
    });
    params_.pop_back();
  }
  void consents(SendFactsOf& known) {
    std::unordered_map<std::int64_t, std::int64_t> newest;
    ask(kSendingConsentsOfMany, kSendingConsents, [&](const Row& row) {
      const auto one = known.find(row.integer(0));
      const auto [at, fresh] = newest.try_emplace(row.integer(0), row.integer(1));
      if (one == known.end() || (!fresh && row.integer(1) < at->second)) return;
      at->second = row.integer(1);
      one->second.agreed = row.yes(2);
    });
  }

 private:
  void ask(const Sql& of_many, const Sql& of_one, const RowFn& each) { tx_.query(many_ ? of_many : of_one, params_, each); }

  Transaction& tx_;
  const bool many_;
  std::vector<Param> params_;
};

void in_order(SendFacts& facts) {
  std::sort(facts.ways.begin(), facts.ways.end(), [](const SendWay& a, const SendWay& b) {
    return a.last_in_ms != b.last_in_ms ? a.last_in_ms > b.last_in_ms : a.contact_id < b.contact_id;
  });
  std::sort(facts.marketing_sent_ms.begin(), facts.marketing_sent_ms.end());
}

}  // namespace

void read_send_facts(Transaction& tx, std::int64_t shop_id, std::span<const std::int64_t> customers, const SendQuestion& question,
                     SendFactsOf& known) {
  for (const auto customer : customers) known.erase(customer);
  for (std::size_t at = 0; at < customers.size(); at += kMany) {
    const auto these = customers.subspan(at, std::min(kMany, customers.size() - at));
    Some some(tx, shop_id, these);
    some.people(known);
    if (question.with_marketing) some.marketing(question.since_ms, known);
    if (question.with_marketing && question.with_consent) some.consents(known);
    for (const auto customer : these) {
      const auto one = known.find(customer);
      if (one == known.end()) continue;
      one->second.with_marketing = question.with_marketing;
      in_order(one->second);
    }
  }
}

std::vector<std::int64_t> remove_in_flight_of(Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t fence,
                                              std::span<const std::int64_t> customers) {
  std::vector<std::int64_t> removed;
  for (std::size_t at = 0; at < customers.size(); at += kMany) {
    const auto these = customers.subspan(at, std::min(kMany, customers.size() - at));
    std::vector<Param> params{shop_id};
    params.reserve(kMany + 3);
    params.insert(params.end(), these.begin(), these.end());
    params.resize(1 + kMany, Param(these.back()));
    params.emplace_back(broadcast_id);
    params.emplace_back(fence);
    tx.query(kSendingLandedOfMany, params, [&](const Row& row) { removed.push_back(row.integer(0)); });
  }
  return removed;
}

void mark_accepted(Transaction& tx, std::int64_t shop_id, const DeliveryKey& key, std::string_view reason,
                   std::string_view platform_message_id, std::int64_t at_ms) {
  tx.submit(kSendingAccepted, {shop_id, key.source, key.source_id, key.customer_id, key.cause, platform_message_id, at_ms, reason});
}

std::span<const Sql* const> sending_statements() { return kSendingStatements; }

}  // namespace laoke::storage
