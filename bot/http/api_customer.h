#pragma once
#include "bot/http/api_call.h"
#include "storage/addresses.h"
#include "storage/contacts.h"
#include "storage/customers.h"
#include "storage/notes.h"
#include "storage/tags.h"

// A customer as the API shows it; shared by the files about customers.
namespace laoke::http::api {

// The line of a list.
json customer_line(const Call& call, const storage::Customer& customer);
// All there is, with the newest notes.
json customer_card(const Call& call, std::int64_t customer_id);
json json_of(const storage::Contact& contact);
json json_of(const storage::Tag& tag);
json json_of(const storage::Note& note);
json json_of(const storage::Address& address);

// The customer the path names; 404 when there is none, or it was merged away (the answer names the one it lives on in).
storage::Customer customer_in(const Call& call, const char* name = "id");

}  // namespace laoke::http::api
