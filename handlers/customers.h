#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/refusal.h"
#include "storage/addresses.h"
#include "storage/customers.h"

// What a seller changes about a customer. Every call checks before it writes, throws Refusal (what is wrong, what is
// allowed) having changed nothing, and tells a change once (customer.created, customer.updated); a value that is so
// already changes and tells nothing.
namespace laoke {

inline constexpr std::size_t kMaxNoteCodePoints = 4000;
inline constexpr std::size_t kMaxAddressCodePoints = 300;
inline constexpr std::size_t kMaxShortFieldCodePoints =
    100;  // email, source, grade, stage, recipient, postcode, external id

struct NewCustomer {
  std::string name;  // required, at most kMaxNameCodePoints
  std::string phone, email, birthday, language, time_zone, source, external_id, stage, grade;  // as typed, "" none
  std::optional<std::int64_t> referrer_id;  // customer.referred happens for the referrer's sake
};
std::int64_t create_customer(const Context& context, const NewCustomer& wanted);

enum class CustomerField { kName, kEmail, kLanguage, kTimeZone, kBirthday, kSource, kExternalId, kStage, kGrade };
// The field of a name such as "birthday", "生日", "time_zone"; nothing for one that is none.
std::optional<CustomerField> customer_field_called(std::string_view name);
std::string_view id_of(CustomerField field);  // "birthday"

// The value as stored. Throws Refusal.
std::string checked_value(const Context& context, CustomerField field, std::string_view typed);
// Sets one field; "" clears it (but for the name). Whether it changed.
bool set_customer_field(const Context& context, std::int64_t customer_id, CustomerField field, std::string_view typed);

// Adds a number in E.164; whether it is new for this customer. A customer who has it already is suggested for a merge.
bool add_customer_phone(const Context& context, std::int64_t customer_id, std::string_view typed);
bool remove_customer_phone(const Context& context, std::int64_t customer_id, std::string_view typed);

struct AddressInput {
  std::string line;                                               // required
  std::string recipient, phone, region, city, postcode, country;  // region and city "": taken from the line
  bool make_default = true;
};
struct AddressChange {
  std::int64_t address_id = 0;
  bool changed = false;  // false: the customer has the same address already
};
AddressChange add_customer_address(const Context& context, std::int64_t customer_id, const AddressInput& input);
bool remove_customer_address(const Context& context, std::int64_t customer_id, std::int64_t address_id);

std::int64_t add_customer_note(const Context& context, std::int64_t customer_id, std::string_view text);
// No staff id: nobody's. Throws Refusal for a person who is not of the shop.
bool set_customer_owner(const Context& context, std::int64_t customer_id, std::optional<std::int64_t> staff_id);

// What a seller means by a name, pinyin, initials, a phone number in any spelling, or "#id" of a customer; best first.
std::vector<storage::FoundCustomer> search_customers(const Context& context, std::string_view typed, int limit = 10);
// For a name nobody has: those most like it.
std::vector<storage::FoundCustomer> nearest_customers(const Context& context, std::string_view typed,
                                                      std::size_t limit = 3);

}  // namespace laoke
