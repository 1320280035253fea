#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/inbound_event.h"

namespace laoke::channels::whatsapp {

// The list under `key`, an empty one when absent. Throws BadPayload when it is something else.
const nlohmann::json& list_at(const nlohmann::json& object, const char* key);
// Seconds since 1970 in a text or a number; from 10^12 on milliseconds. Throws BadPayload when it is no moment.
std::int64_t moment_ms(const nlohmann::json& object);

// `contacts` of one change: who the ids in it belong to.
class People {
 public:
  explicit People(const nlohmann::json& value);
  People(const People&) = delete;
  People& operator=(const People&) = delete;
  // Name, user name, phone number and address of whoever has one of these ids; either may be "".
  void describe(InboundEvent& event, const std::string& user_id, const std::string& phone) const;

 private:
  struct Person {
    std::string name, username, user_id, phone;
  };
  void add(Person person);
  std::vector<Person> people_;  // never grows beyond what was reserved: by_id_ points into it
  std::map<std::string_view, const Person*> by_id_;  // under both ids
};

// One element of `messages`. Empty key: it is of a group, or nothing for us.
InboundEvent message_event(const nlohmann::json& message, const People& people);

// One element of `message_echoes`: what staff wrote in the phone app. Whom to is left out.
InboundEvent staff_message_event(const nlohmann::json& message);

}  // namespace laoke::channels::whatsapp
