#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// One address on one channel.
struct Contact {
  std::int64_t contact_id = 0, channel_id = 0;
  std::string external_id;
  std::int64_t customer_id = 0;
  std::string state = "active";  // 'active', 'blocked', 'gone'
  std::string display_name, username, language;
  std::int64_t window_until_ms = 0;  // end of the platform's messaging window; 0: the platform has none
  std::int64_t replies_left = -1;    // -1: not counted
  std::int64_t first_seen_ms = 0, last_in_ms = 0, last_out_ms = 0;
  std::string phone;  // the sender's own as the platform vouched for it last, once it is settled whose it is; "" none

  bool operator==(const Contact&) const = default;
};

// Everything an incoming message must know about its sender, answered by one statement.
struct Sender {
  Contact contact;
  std::string customer_name;
  int standing = 0;  // storage/customers.h
  bool opted_out = false;
  std::optional<std::int64_t> last_in_ms;  // over all channels
  std::int64_t staff_id = 0;               // 0: not paired, or no longer active
  std::string staff_role, staff_language, staff_dialog;
  bool staff_chats = true;  // false: nobody of the shop is paired, so nobody can be shown what this sender writes
};

std::optional<Sender> find_sender(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id,
                                  std::string_view external_id);
// The same together with whether the event was taken before (storage/callbacks.h): all that an event asks before it
// takes effect, in one statement.
struct Arrival {
  bool taken = false;
  bool staff_chats = true;  // as in Sender, known also of a stranger
  std::optional<Sender> sender;
};
Arrival find_arrival(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, std::string_view external_id,
                     std::string_view event_key);
// find_arrival() for many, in their order; one wait where the database is behind a network.
struct ArrivalQuestion {
  std::int64_t channel_id = 0;
  std::string_view external_id, event_key;  // borrowed for the call
};
std::vector<Arrival> find_arrivals(Transaction& tx, std::int64_t shop_id, std::span<const ArrivalQuestion> questions);
std::optional<Contact> find_contact_by_address(Transaction& tx, std::int64_t shop_id, std::int64_t channel_id,
                                               std::string_view external_id);
std::optional<Contact> get_contact(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
// The most recently heard first.
std::vector<Contact> contacts_of_customer(Transaction& tx, std::int64_t shop_id, std::int64_t customer_id);
// Stores a new contact; its id comes from next_id(). A taken address throws StorageError kConstraint, here or at the
// latest by the commit.
std::int64_t insert_contact(Transaction& tx, std::int64_t shop_id, const Contact& contact);
// Whether it changed.
bool set_contact_state(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view state);
void set_contact_names(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view display_name,
                       std::string_view username, std::string_view language);
// It is settled whose this phone, vouched for by the platform, is.
void set_contact_phone(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view phone);
// The contact wrote: it is active, and the platform's window (0: none) and replies (-1: not counted) start anew, unless
// the one that is open lasts longer and has replies left. A late event leaves newer times as they are.
void touch_contact_in(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t at_ms,
                      std::int64_t window_until_ms, std::int64_t replies_left);
// A message went out.
void touch_contact_out(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t at_ms);
// One reply of the window less, or one given back that was not sent after all. Nothing where they are not counted.
void spend_reply(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
void give_reply_back(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
// The platform says that the window is over.
void close_contact_window(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id);
// The platform gave the contact a new address. False, and nothing changed, when another contact has it.
bool move_contact_address(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::string_view external_id);
void set_contact_customer(Transaction& tx, std::int64_t shop_id, std::int64_t contact_id, std::int64_t customer_id);

}  // namespace laoke::storage
