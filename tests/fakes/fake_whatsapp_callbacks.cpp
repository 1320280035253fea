#include "bot/http_client.h"
#include "handlers/crypto.h"
#include "tests/fakes/fake_whatsapp_state.h"

// What Meta posts to the callback URL: messages, statuses, preferences, in its own envelope.
namespace laoke::test {
namespace {

using nlohmann::json;

json envelope_of(const char* field, json value) {
  value["messaging_product"] = "whatsapp";
  value["metadata"] = {{"display_phone_number", "15550783881"}, {"phone_number_id", FakeWhatsapp::kNumber}};
  return {{"object", "whatsapp_business_account"},
          {"entry", json::array({{{"id", FakeWhatsapp::kAccount},
                                  {"changes", json::array({{{"value", std::move(value)}, {"field", field}}})}}})}};
}

json contact_of_person(const FakeWhatsapp::Person& person) {
  json contact{{"profile", {{"name", person.name}}}};
  if (!person.phone.empty()) contact["wa_id"] = person.phone;
  if (!person.user_id.empty()) contact["user_id"] = person.user_id;
  return contact;
}

}  // namespace

json FakeWhatsapp::message_from(const Person& person, json parts) {
  knows(person);
  opens_window(person.address());
  const std::lock_guard lock(state_->mutex);
  parts["id"] = "wamid.HBgNIN" + std::to_string(state_->next_id++);
  parts["timestamp"] = std::to_string(state_->now_ms() / 1000);
  if (!person.phone.empty()) parts["from"] = person.phone;
  if (!person.user_id.empty()) parts["from_user_id"] = person.user_id;
  return envelope_of("messages",
                     {{"contacts", json::array({contact_of_person(person)})}, {"messages", json::array({parts})}});
}

json FakeWhatsapp::text_from(const Person& person, const std::string& text) {
  return message_from(person, {{"type", "text"}, {"text", {{"body", text}}}});
}

json FakeWhatsapp::press_from(const Person& person, const std::string& data, const std::string& title,
                              const std::string& of_message) {
  return message_from(
      person, {{"type", "interactive"},
               {"context", {{"from", "15550783881"}, {"id", of_message}}},
               {"interactive", {{"type", "button_reply"}, {"button_reply", {{"id", data}, {"title", title}}}}}});
}

json FakeWhatsapp::status_of(const Sent& sent, const std::string& status, int error_code) const {
  const std::lock_guard lock(state_->mutex);
  json one{{"id", sent.id}, {"status", status}, {"timestamp", std::to_string(state_->now_ms() / 1000)}};
  const auto* person = state_->find(sent.to);
  one["recipient_id"] = person && !person->phone.empty() ? person->phone : sent.to;
  if (!sent.reference.empty()) one["biz_opaque_callback_data"] = sent.reference;
  if (error_code != 0)
    one["errors"] = json::array({{{"code", error_code}, {"title", "Failed"}, {"message", "Failed"}}});
  return envelope_of("messages", {{"statuses", json::array({one})}});
}

// Shape: Meta's webhook reference for smb_message_echoes, 2026.
json FakeWhatsapp::staff_writes(const Person& person, json parts) {
  const std::lock_guard lock(state_->mutex);
  parts["id"] = "wamid.HBgNAPP" + std::to_string(state_->next_id++);
  parts["timestamp"] = std::to_string(state_->now_ms() / 1000);
  parts["from"] = "15550783881";
  parts["to"] = person.phone;
  return envelope_of("smb_message_echoes", {{"message_echoes", json::array({parts})}});
}

json FakeWhatsapp::preference_of(const Person& person, bool stop) {
  const std::lock_guard lock(state_->mutex);
  if (stop)
    state_->stopped_marketing.insert(person.address());
  else
    state_->stopped_marketing.erase(person.address());
  json wish{
      {"detail", stop ? "User requested to stop marketing messages" : "User requested to resume marketing messages"},
      {"category", "marketing_messages"},
      {"value", stop ? "stop" : "resume"},
      {"timestamp", std::to_string(state_->now_ms() / 1000)}};
  if (!person.phone.empty()) wish["wa_id"] = person.phone;
  if (!person.user_id.empty()) wish["user_id"] = person.user_id;
  return envelope_of("user_preferences", {{"contacts", json::array({contact_of_person(person)})},
                                          {"user_preferences", json::array({wish})}});
}

json FakeWhatsapp::together(const std::vector<json>& callbacks) {
  json all = callbacks.at(0);
  for (std::size_t i = 1; i < callbacks.size(); ++i)
    for (const json& change : callbacks[i]["entry"][0]["changes"]) all["entry"][0]["changes"].push_back(change);
  return all;
}

std::string FakeWhatsapp::bytes_of(const json& callback) {
  return callback.dump(-1, ' ', true);
}

std::string FakeWhatsapp::signature_of(const std::string& bytes, const std::string& secret) {
  return "sha256=" + crypto::hmac_sha256_hex(secret, bytes);
}

int FakeWhatsapp::deliver(const std::string& url, const std::string& bytes, const std::string& secret) {
  HttpCall call;
  call.url = url;
  call.body = bytes;
  call.headers.emplace_back("X-Hub-Signature-256", signature_of(bytes, secret));
  return shared_http_client().call(call).status;
}

}  // namespace laoke::test
