#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "storage/database.h"

// The person: a wide row the card shows (`customers`) and a narrow hot row segments compare (`customer_facts`). Both
// are written here and only here, so that they always agree.
namespace laoke::storage {

inline constexpr int kStandingCustomer = 0, kStandingStaff = 1, kStandingMerged = 2;

struct Customer {
  std::int64_t customer_id = 0;
  std::string name;
  std::string search_key;                  // handlers/names.h makes it; '' hides the customer from every search
  std::string email, language, time_zone;  // '' means the shop's
  std::string birthday;                    // 'YYYY-MM-DD', '--MM-DD', '' unknown
  std::string source;
  std::optional<std::int64_t> referrer_id;
  std::string external_id;  // '' none
  std::optional<std::int64_t> merged_into;
  std::int64_t created_at_ms = 0, updated_at_ms = 0;

  bool operator==(const Customer&) const = default;
};

struct CustomerFacts {
  std::int64_t customer_id = 0;
  int standing = kStandingCustomer;
  bool opted_out = false;
  std::string stage, grade;
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> last_order_ms, first_order_ms;
  std::int64_t order_count = 0, spent_minor = 0;
  std::optional<std::int64_t> last_in_ms, last_out_ms;
  std::optional<std::int64_t> birthday_md;  // month * 100 + day
  std::optional<std::int64_t> owner_id;     // staff

  bool operator==(const CustomerFacts&) const = default;
};

// What orders say about a customer.
struct OrderFacts {
  std::optional<std::int64_t> last_order_ms, first_order_ms;
  std::int64_t order_count = 0, spent_minor = 0;
  bool operator==(const OrderFacts&) const = default;
};

// One hit of a search.
struct FoundCustomer {
  std::int64_t customer_id = 0;
  std::string name;
};

// month * 100 + day of a stored birthday; nothing for ''.
std::optional<std::int64_t> month_day_of(std::string_view birthday);

// Stores both rows; the id comes from next_id() (customer.customer_id is ignored), the facts' created_at_ms and
// birthday_md from the customer. A taken external_id throws StorageError kConstraint.
std::int64_t insert_customer(Transaction& tx, std::int64_t shop_id, const Customer& customer,
                             const CustomerFacts& facts = {});
// Merged-away customers are answered too: look at merged_into.
std::optional<Customer> get_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
std::optional<Customer> find_customer_by_external_id(Transaction& tx, std::int64_t shop_id,
                                                     std::string_view external_id);
// Writes every column of the wide row but created_at_ms, and birthday_md. False when there is no such customer.
bool update_customer(Transaction& tx, std::int64_t shop_id, const Customer& customer);

// Customers whose search key holds `folded` (handlers/names.h, search_text()) anywhere: the exact name first, then
// names that begin with it, then the rest, each by the key. Staff and merged ones are never answered. '' finds nobody.
std::vector<FoundCustomer> find_customers(Transaction& tx, std::int64_t shop_id, std::string_view folded, int limit);
// Customers whose folded name is exactly this.
std::vector<FoundCustomer> customers_named(Transaction& tx, std::int64_t shop_id, std::string_view folded, int limit);
// A page of customers in the order of their ids, staff and merged ones left out.
std::vector<Customer> list_customers(Transaction& tx, std::int64_t shop_id, std::int64_t after_id, int limit);
// Names whose key begins with `folded_prefix` ('' all), for the nearest-name search; at most `limit`.
std::vector<FoundCustomer> names_beginning(Transaction& tx, std::int64_t shop_id, std::string_view folded_prefix,
                                           int limit);

std::optional<std::pair<Customer, CustomerFacts>> get_customer_with_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
std::optional<CustomerFacts> get_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
void set_order_facts(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, const OrderFacts& facts);
void set_stage(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view stage);
void set_grade(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::string_view grade);
void set_owner(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::optional<std::int64_t> staff_id);
void set_standing(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, int standing);
// Whether it changed.
bool set_opted_out(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, bool opted_out);
// Never move backwards: a late event keeps the newer time.
void set_last_in(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t at_ms);
void set_last_out(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id, std::int64_t at_ms);
// Writes the whole narrow row as given (merge and its undo).
void put_facts(Transaction& tx, std::int64_t shop_id, const CustomerFacts& facts);
// The customer this one was merged into, through several merges; the same id when it was not merged.
std::int64_t living_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);

}  // namespace laoke::storage
