#include "storage/customers.h"

#include <algorithm>
#include <cstdlib>

namespace laoke::storage {
namespace {

constexpr int kMergeDepth = 32;  // a chain of merges longer than this is a broken row

#define CUSTOMER_COLUMNS                                                                                         \
  "c.customer_id, c.name, c.search_key, c.email, c.language, c.time_zone, c.birthday, c.source, c.referrer_id, " \
  "c.external_id, c.merged_into, c.created_at_ms, c.updated_at_ms"
#define FACT_COLUMNS                                                                                            \
  "customer_id, standing, opted_out, stage, grade, created_at_ms, last_order_ms, first_order_ms, order_count, " \
  "spent_minor, last_in_ms, last_out_ms, birthday_md, owner_id"

constexpr Sql kCustomersInsert{
    "customers.insert",
    "INSERT INTO customers (shop_id, customer_id, name, search_key, email, language, time_zone, birthday, "
    "source, referrer_id, external_id, merged_into, created_at_ms, updated_at_ms) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"};
constexpr Sql kCustomerFactsPut{
    "customer_facts.put",
    "INSERT INTO customer_facts (shop_id, " FACT_COLUMNS
    ") "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) "
    "ON CONFLICT (shop_id, customer_id) DO UPDATE SET standing = excluded.standing, "
    "opted_out = excluded.opted_out, stage = excluded.stage, grade = excluded.grade, "
    "created_at_ms = excluded.created_at_ms, last_order_ms = excluded.last_order_ms, "
    "first_order_ms = excluded.first_order_ms, order_count = excluded.order_count, "
    "spent_minor = excluded.spent_minor, last_in_ms = excluded.last_in_ms, "
    "last_out_ms = excluded.last_out_ms, birthday_md = excluded.birthday_md, owner_id = excluded.owner_id"};
constexpr Sql kCustomersGet{"customers.get",
                            "SELECT " CUSTOMER_COLUMNS " FROM customers c WHERE c.shop_id = $1 AND c.customer_id = $2"};
constexpr Sql kCustomersWithFacts{"customers.with_facts",
                                  "SELECT " CUSTOMER_COLUMNS ", f.* FROM customers c "
                                  "JOIN (SELECT " FACT_COLUMNS ", shop_id FROM customer_facts) f "
                                  "ON f.shop_id = c.shop_id AND f.customer_id = c.customer_id "
                                  "WHERE c.shop_id = $1 AND c.customer_id = $2"};
constexpr Sql kCustomersByExternalId{"customers.by_external_id",
                                     "SELECT " CUSTOMER_COLUMNS
                                     " FROM customers c "
                                     "WHERE c.shop_id = $1 AND c.external_id = $2 AND c.external_id <> ''"};
constexpr Sql kCustomersUpdate{
    "customers.update",
    "UPDATE customers SET name = $3, search_key = $4, email = $5, language = $6, time_zone = $7, "
    "birthday = $8, source = $9, referrer_id = $10, external_id = $11, merged_into = $12, "
    "updated_at_ms = $13 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetBirthday{
    "customer_facts.set_birthday",
    "UPDATE customer_facts SET birthday_md = $3 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomersList{
    "customers.list",
    "SELECT " CUSTOMER_COLUMNS
    " FROM customers c "
    "JOIN customer_facts f ON f.shop_id = c.shop_id AND f.customer_id = c.customer_id AND f.standing = 0 "
    "WHERE c.shop_id = $1 AND c.customer_id > $2 ORDER BY c.customer_id LIMIT $3"};
// Both walk the index customers_by_search alone and touch the tables for the hits only.
constexpr Sql kCustomersByPrefix{
    "customers.by_prefix",
    "SELECT c.customer_id, c.name FROM customers c "
    "JOIN customer_facts f ON f.shop_id = c.shop_id AND f.customer_id = c.customer_id AND f.standing = 0 "
    "WHERE c.shop_id = $1 AND c.search_key >= $2 AND c.search_key < $3 "
    "ORDER BY c.search_key, c.customer_id LIMIT $4"};
constexpr Sql kCustomersContaining{
    "customers.containing",
    "SELECT c.customer_id, c.name FROM customers c "
    "JOIN customer_facts f ON f.shop_id = c.shop_id AND f.customer_id = c.customer_id AND f.standing = 0 "
    "WHERE c.shop_id = $1 AND c.search_key LIKE $2 ESCAPE '\\' "
    "ORDER BY c.search_key, c.customer_id LIMIT $3"};
constexpr Sql kCustomerFactsGet{"customer_facts.get",
                                "SELECT " FACT_COLUMNS " FROM customer_facts WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetOrders{
    "customer_facts.set_orders",
    "UPDATE customer_facts SET last_order_ms = $3, first_order_ms = $4, order_count = $5, "
    "spent_minor = $6 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetStage{"customer_facts.set_stage",
                                     "UPDATE customer_facts SET stage = $3 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetGrade{"customer_facts.set_grade",
                                     "UPDATE customer_facts SET grade = $3 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetOwner{"customer_facts.set_owner",
                                     "UPDATE customer_facts SET owner_id = $3 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetStanding{
    "customer_facts.set_standing", "UPDATE customer_facts SET standing = $3 WHERE shop_id = $1 AND customer_id = $2"};
constexpr Sql kCustomerFactsSetOptedOut{"customer_facts.set_opted_out",
                                        "UPDATE customer_facts SET opted_out = $3 "
                                        "WHERE shop_id = $1 AND customer_id = $2 AND opted_out <> $3"};
constexpr Sql kCustomerFactsSetLastIn{
    "customer_facts.set_last_in",
    "UPDATE customer_facts SET last_in_ms = $3 "
    "WHERE shop_id = $1 AND customer_id = $2 AND (last_in_ms IS NULL OR last_in_ms < $3)"};
constexpr Sql kCustomerFactsSetLastOut{
    "customer_facts.set_last_out",
    "UPDATE customer_facts SET last_out_ms = $3 "
    "WHERE shop_id = $1 AND customer_id = $2 AND (last_out_ms IS NULL OR last_out_ms < $3)"};
constexpr Sql kCustomersMergedInto{"customers.merged_into",
                                   "SELECT merged_into FROM customers WHERE shop_id = $1 AND customer_id = $2"};
#undef CUSTOMER_COLUMNS
#undef FACT_COLUMNS

constexpr const Sql* kCustomersStatements[] = {&kCustomersInsert,
                                               &kCustomerFactsPut,
                                               &kCustomersGet,
                                               &kCustomersWithFacts,
                                               &kCustomersByExternalId,
                                               &kCustomersUpdate,
                                               &kCustomerFactsSetBirthday,
                                               &kCustomersList,
                                               &kCustomersByPrefix,
                                               &kCustomersContaining,
                                               &kCustomerFactsGet,
                                               &kCustomerFactsSetOrders,
                                               &kCustomerFactsSetStage,
                                               &kCustomerFactsSetGrade,
                                               &kCustomerFactsSetOwner,
                                               &kCustomerFactsSetStanding,
                                               &kCustomerFactsSetOptedOut,
                                               &kCustomerFactsSetLastIn,
                                               &kCustomerFactsSetLastOut,
                                               &kCustomersMergedInto};

Customer customer_of(const Row& row) {
  Customer customer;
  customer.customer_id = row.integer(0);
  customer.name = row.string(1);
  customer.search_key = row.string(2);
  customer.email = row.string(3);
  customer.language = row.string(4);
  customer.time_zone = row.string(5);
  customer.birthday = row.string(6);
  customer.source = row.string(7);
  customer.referrer_id = row.maybe_integer(8);
  customer.external_id = row.string(9);
  customer.merged_into = row.maybe_integer(10);
  customer.created_at_ms = row.integer(11);
  customer.updated_at_ms = row.integer(12);
  return customer;
}

CustomerFacts facts_of(const Row& row, int at = 0) {
  CustomerFacts facts;
  facts.customer_id = row.integer(at);
  facts.standing = static_cast<int>(row.integer(at + 1));
  facts.opted_out = row.yes(at + 2);
  facts.stage = row.string(at + 3);
  facts.grade = row.string(at + 4);
  facts.created_at_ms = row.integer(at + 5);
  facts.last_order_ms = row.maybe_integer(at + 6);
  facts.first_order_ms = row.maybe_integer(at + 7);
  facts.order_count = row.integer(at + 8);
  facts.spent_minor = row.integer(at + 9);
  facts.last_in_ms = row.maybe_integer(at + 10);
  facts.last_out_ms = row.maybe_integer(at + 11);
  facts.birthday_md = row.maybe_integer(at + 12);
  facts.owner_id = row.maybe_integer(at + 13);
  return facts;
}

std::string like_pattern(std::string_view text) {
  std::string pattern = "%";
  for (const char c : text) {
    if (c == '%' || c == '_' || c == '\\') pattern += '\\';
    pattern += c;
  }
  return pattern += '%';
}

// The keys of `prefix` end before this one: no code point is above U+10FFFF.
std::string end_of(const std::string& prefix) {
  return prefix + "\xF4\x8F\xBF\xBF";
}

std::vector<FoundCustomer> by_prefix(Transaction& tx, std::int64_t shop_id, const std::string& prefix, int limit) {
  std::vector<FoundCustomer> found;
  tx.query(kCustomersByPrefix, {shop_id, prefix, end_of(prefix), limit}, [&](const Row& row) {
    found.push_back({row.integer(0), row.string(1)});
  });
  return found;
}

}  // namespace

std::optional<std::int64_t> month_day_of(std::string_view birthday) {
  if (birthday.size() < 7) return std::nullopt;
  const std::string_view month_day = birthday.substr(birthday.size() - 5);  // MM-DD
  return std::atoi(std::string(month_day.substr(0, 2)).c_str()) * 100 +
         std::atoi(std::string(month_day.substr(3)).c_str());
}

std::int64_t insert_customer(Transaction& tx, std::int64_t shop_id, const Customer& customer,
                             const CustomerFacts& facts) {
  const std::int64_t id = tx.next_id();
  tx.submit(kCustomersInsert,
            {shop_id, id, customer.name, customer.search_key, customer.email, customer.language, customer.time_zone,
             customer.birthday, customer.source, customer.referrer_id, customer.external_id, customer.merged_into,
             customer.created_at_ms, customer.updated_at_ms});
  CustomerFacts narrow = facts;
  narrow.customer_id = id;
  narrow.created_at_ms = customer.created_at_ms;
  narrow.birthday_md = month_day_of(customer.birthday);
  put_facts(tx, shop_id, narrow);
  return id;
}

std::optional<Customer> get_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::optional<Customer> customer;
  tx.query(kCustomersGet, {shop_id, customer_id}, [&](const Row& row) { customer = customer_of(row); });
  return customer;
}

std::optional<std::pair<Customer, CustomerFacts>> get_customer_with_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  constexpr int kCustomerColumns = 13;
  std::optional<std::pair<Customer, CustomerFacts>> both;
  tx.query(kCustomersWithFacts, {shop_id, customer_id}, [&](const Row& row) { both.emplace(customer_of(row), facts_of(row, kCustomerColumns)); });
  return both;
}

std::optional<Customer> find_customer_by_external_id(Transaction& tx, std::int64_t shop_id,
                                                     std::string_view external_id) {
  std::optional<Customer> customer;
  tx.query(kCustomersByExternalId, {shop_id, external_id}, [&](const Row& row) { customer = customer_of(row); });
  return customer;
}

bool update_customer(Transaction& tx, std::int64_t shop_id, const Customer& c) {
  const bool there = tx.execute(kCustomersUpdate, {shop_id, c.customer_id, c.name, c.search_key, c.email, c.language,
                                                   c.time_zone, c.birthday, c.source, c.referrer_id, c.external_id,
                                                   c.merged_into, c.updated_at_ms}) > 0;
  if (there) tx.submit(kCustomerFactsSetBirthday, {shop_id, c.customer_id, month_day_of(c.birthday)});
  return there;
}

std::vector<FoundCustomer> find_customers(Transaction& tx, std::int64_t shop_id, std::string_view folded, int limit) {
  std::vector<FoundCustomer> found;
  if (folded.empty() || limit <= 0) return found;
  const auto wanted = static_cast<std::size_t>(limit);
  const auto add = [&](const FoundCustomer& one) {
    const bool there =
        std::any_of(found.begin(), found.end(), [&](const auto& f) { return f.customer_id == one.customer_id; });
    if (!there && found.size() < wanted) found.push_back(one);
  };
  const std::string text(folded);
  for (const auto& prefix : {"|" + text + "|", "|" + text})
    if (found.size() < wanted)
      for (const auto& one : by_prefix(tx, shop_id, prefix, limit)) add(one);
  // A whole reading ("zs") before one that only holds it ("zsf"), before a piece of anything.
  for (const auto& part : {"|" + text + "|", "|" + text, text})
    if (found.size() < wanted)
      tx.query(kCustomersContaining, {shop_id, like_pattern(part), limit}, [&](const Row& row) {
        add({row.integer(0), row.string(1)});
      });
  return found;
}

std::vector<FoundCustomer> customers_named(Transaction& tx, std::int64_t shop_id, std::string_view folded, int limit) {
  if (folded.empty()) return {};
  return by_prefix(tx, shop_id, "|" + std::string(folded) + "|", limit);
}

std::vector<Customer> list_customers(Transaction& tx, std::int64_t shop_id, std::int64_t after_id, int limit) {
  std::vector<Customer> customers;
  tx.query(kCustomersList, {shop_id, after_id, limit}, [&](const Row& row) { customers.push_back(customer_of(row)); });
  return customers;
}

std::vector<FoundCustomer> names_beginning(Transaction& tx, std::int64_t shop_id, std::string_view folded_prefix,
                                           int limit) {
  return by_prefix(tx, shop_id, "|" + std::string(folded_prefix), limit);
}

std::optional<CustomerFacts> get_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  std::optional<CustomerFacts> facts;
  tx.query(kCustomerFactsGet, {shop_id, customer_id}, [&](const Row& row) { facts = facts_of(row); });
  return facts;
}

void set_order_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const OrderFacts& facts) {
  tx.submit(kCustomerFactsSetOrders,
            {shop_id, customer_id, facts.last_order_ms, facts.first_order_ms, facts.order_count, facts.spent_minor});
}

void set_stage(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view stage) {
  tx.submit(kCustomerFactsSetStage, {shop_id, customer_id, stage});
}

void set_grade(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view grade) {
  tx.submit(kCustomerFactsSetGrade, {shop_id, customer_id, grade});
}

void set_owner(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::optional<std::int64_t> staff_id) {
  tx.submit(kCustomerFactsSetOwner, {shop_id, customer_id, staff_id});
}

void set_standing(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, int standing) {
  tx.submit(kCustomerFactsSetStanding, {shop_id, customer_id, standing});
}

bool set_opted_out(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, bool opted_out) {
  return tx.execute(kCustomerFactsSetOptedOut, {shop_id, customer_id, opted_out}) > 0;
}

void set_last_in(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t at_ms) {
  tx.submit(kCustomerFactsSetLastIn, {shop_id, customer_id, at_ms});
}

void set_last_out(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t at_ms) {
  tx.submit(kCustomerFactsSetLastOut, {shop_id, customer_id, at_ms});
}

void put_facts(Transaction& tx, std::int64_t shop_id, const CustomerFacts& f) {
  tx.submit(kCustomerFactsPut,
            {shop_id, f.customer_id, f.standing, f.opted_out, f.stage, f.grade, f.created_at_ms, f.last_order_ms,
             f.first_order_ms, f.order_count, f.spent_minor, f.last_in_ms, f.last_out_ms, f.birthday_md, f.owner_id});
}

std::int64_t living_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id) {
  for (int depth = 0; depth < kMergeDepth; ++depth) {
    std::optional<std::int64_t> next;
    tx.query(kCustomersMergedInto, {shop_id, customer_id}, [&](const Row& row) { next = row.maybe_integer(0); });
    if (!next) return customer_id;
    customer_id = *next;
  }
  throw StorageError(StorageFault::kCorrupt,
                     "database: customers merged in a circle, at " + std::to_string(customer_id));
}

std::span<const Sql* const> customer_statements() {
  return kCustomersStatements;
}

}  // namespace laoke::storage
