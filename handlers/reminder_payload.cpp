#include "handlers/reminder_payload.h"

#include <nlohmann/json.hpp>
#include <stdexcept>

namespace laoke {

std::string to_json_text(const ReminderPayload& payload) {
  nlohmann::json out{{"template", payload.template_name}};
  const auto add_id = [&](const char* name, std::int64_t id) {
    if (id != 0) out[name] = id;
  };
  add_id("order_id", payload.order_id);
  add_id("shipment_id", payload.shipment_id);
  add_id("product_id", payload.product_id);
  add_id("friend_id", payload.friend_id);
  add_id("checkout_id", payload.checkout_id);
  if (!payload.language.empty()) out["language"] = payload.language;
  if (payload.passes_quiet_hours) out["quiet"] = "pass";
  if (payload.resend_unknown) out["resend_unknown"] = true;
  add_id("base_at_ms", payload.base_at_ms);
  return out.dump();
}

ReminderPayload reminder_payload_from(std::string_view json_text) {
  try {
    const auto in = nlohmann::json::parse(json_text);
    ReminderPayload payload;
    payload.template_name = in.at("template").get<std::string>();
    payload.order_id = in.value("order_id", std::int64_t{0});
    payload.shipment_id = in.value("shipment_id", std::int64_t{0});
    payload.product_id = in.value("product_id", std::int64_t{0});
    payload.friend_id = in.value("friend_id", std::int64_t{0});
    payload.checkout_id = in.value("checkout_id", std::int64_t{0});
    payload.language = in.value("language", std::string());
    payload.passes_quiet_hours = in.value("quiet", std::string()) == "pass";
    payload.resend_unknown = in.value("resend_unknown", false);
    payload.base_at_ms = in.value("base_at_ms", std::int64_t{0});
    return payload;
  } catch (const nlohmann::json::exception& fault) {
    throw std::invalid_argument(std::string("not a reminder's payload: ") + fault.what());
  }
}

}  // namespace laoke
