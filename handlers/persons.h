#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/inbound_event.h"

// One person on several accounts: what a platform itself vouches for (its id of the person, the sender's own phone) makes
// one customer of them. What somebody typed only suggests it (handlers/customers.h).
namespace laoke {

// The ids an event carries: the platform's own, and "tel:+86…" unless the phone is `known_phone` (storage::Contact::phone).
std::vector<std::string> person_ids(const Context& context, const InboundEvent& event, std::string_view known_phone = "");

// Whose a new contact is by one of these ids; none: nobody's yet. Never staff.
std::optional<std::int64_t> customer_of_persons(const Context& context, const std::vector<std::string>& ids);

// Notes that these are ids of this customer. An id that is another customer's merges this one into that, unless one of
// them is staff, or a person took such a merge back or dismissed it before.
struct Joined {
  bool merged = false;
  bool settled = true;  // each of them is this customer's now: asking again would change nothing
};
Joined join_persons(const Context& context, std::int64_t customer_id, const std::vector<std::string>& ids);

}  // namespace laoke
