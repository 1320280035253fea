#include "storage/consents.h"

namespace laoke::storage {
namespace {

constexpr Sql kConsentsAdd{
    "consents.add",
    "INSERT INTO consents (shop_id, customer_id, at_ms, kind, granted, source, evidence) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop_id, customer_id, at_ms, kind) DO NOTHING"};
constexpr Sql kConsentsOfCustomer{"consents.of_customer",
                                  "SELECT at_ms, kind, granted, source, evidence FROM consents "
                                  "WHERE shop_id = $1 AND customer_id = $2 ORDER BY at_ms DESC"};
constexpr const Sql* kConsentsStatements[] = {&kConsentsAdd, &kConsentsOfCustomer};

}  // namespace

void add_consent(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const Consent& consent) {
  std::int64_t at_ms = consent.at_ms;
  while (tx.execute(kConsentsAdd, {shop_id, customer_id, at_ms, consent.kind, consent.granted, consent.source,
                                   consent.evidence}) == 0)
    ++at_ms;
}

std::vector<Consent> consents_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::vector<Consent> consents;
  tx.query(kConsentsOfCustomer, {shop_id, customer_id}, [&](const Row& row) {
    consents.push_back({row.integer(0), row.string(1), row.yes(2), row.string(3), row.string(4)});
  });
  return consents;
}

std::span<const Sql* const> consent_statements() {
  return kConsentsStatements;
}

}  // namespace laoke::storage
