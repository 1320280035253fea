// The shop itself, its staff, its channels and its jobs.
#include <algorithm>

#include "bot/channels/channel.h"
#include "bot/http/api_call.h"
#include "handlers/calendar.h"
#include "handlers/money.h"
#include "handlers/shop_settings.h"
#include "storage/channels.h"
#include "storage/jobs.h"
#include "storage/shops.h"
#include "storage/staff.h"

namespace laoke::http::api {
namespace {

constexpr const char* kMask = "***";

json shop_json(const storage::Shop& shop) {
  return {{"slug", shop.slug},
          {"name", shop.name},
          {"time_zone", shop.time_zone},
          {"language", shop.language},
          {"currency", shop.currency},
          {"country", shop.country},
          {"settings", json::parse(to_json_text(settings_of(shop)))},
          {"created_at_ms", shop.created_at_ms}};
}

void read_settings(Fields& body, storage::Shop& shop) {
  const json* wanted = body.value("settings");
  if (wanted == nullptr) return;
  ShopSettings settings = settings_of(shop);
  if (!wanted->is_object()) return body.faults().add(body.at("settings"), {"api.need_object"});
  for (const auto& [name, value] : wanted->items()) {
    try {
      set_setting(settings, name, value.is_string() ? value.get<std::string>() : value.dump());
    } catch (const SettingError& error) {
      body.faults().add(body.at("settings/" + name), {"api.mapping_setting", {{"allowed", error.allowed}}});
    }
  }
  shop.settings = to_json_text(settings);
}

Reply change_shop(const Call& call) {
  Body body(call);
  storage::Shop shop = call.context.shop;
  if (const auto name = body->maybe_text("name", 100)) shop.name = *name;
  if (shop.name.empty()) body->faults().add(body->at("name"), {"api.missing"});
  if (const auto zone = body->maybe_text("time_zone")) {
    if (!valid_time_zone(*zone)) body->faults().add(body->at("time_zone"), {"customer.time_zone", {{"typed", *zone}}});
    shop.time_zone = *zone;
  }
  shop.language = body->choice("language", {"zh-CN", "en"}, shop.language);
  if (const auto currency = body->maybe_text("currency")) {
    if (!is_currency(*currency))
      body->faults().add(body->at("currency"), {"api.need_choice", {{"allowed", "ISO 4217: CNY, USD, EUR, …"}}});
    shop.currency = *currency;
  }
  if (const auto country = body->maybe_text("country")) {
    const bool two = country->size() == 2 &&
                     std::all_of(country->begin(), country->end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    if (!two) body->faults().add(body->at("country"), {"address.country"});
    shop.country = *country;
  }
  read_settings(body.fields(), shop);
  body.check();
  storage::update_shop(call.tx(), shop);
  return {shop_json(shop)};
}

json staff_json(const storage::Staff& person, const Call& call) {
  json contacts = json::array();
  for (const auto& paired : storage::staff_contacts(call.tx(), call.shop_id(), person.staff_id))
    contacts.push_back({{"contact_id", paired.contact_id}, {"paired_at_ms", paired.paired_at_ms}});
  return {{"id", person.staff_id},
          {"name", person.name},
          {"role", person.role},
          {"language", person.language},
          {"active", person.active},
          {"contacts", contacts},
          {"created_at_ms", person.created_at_ms}};
}

// A setting is shown only when its kind says it is no secret.
json shown_settings(const storage::ChannelRow& channel) {
  json settings = stored_json(channel.settings);
  if (!settings.is_object()) return json::object();
  const auto* kind = channels::find_kind(channel.kind);
  for (auto& [name, value] : settings.items()) {
    const bool open =
        kind != nullptr && std::any_of(kind->settings.begin(), kind->settings.end(),
                                       [&name = name](const auto& spec) { return spec.name == name && !spec.secret; });
    if (!open) value = kMask;
  }
  return settings;
}

json channel_json(const storage::ChannelRow& channel) {
  json state_reason = nullptr;
  if (!channel.state_reason.empty()) state_reason = channel.state_reason;
  return {{"id", channel.channel_id},
          {"name", channel.name},
          {"kind", channel.kind},
          {"state", channel.state},
          {"state_reason", state_reason},
          {"paused_until_ms", channel.paused_until_ms},
          {"settings", shown_settings(channel)},
          {"created_at_ms", channel.created_at_ms}};
}

storage::ChannelRow channel_in(const Call& call) {
  const auto channel = storage::get_channel(call.tx(), call.shop_id(), call.id());
  if (!channel) absent(call);
  return *channel;
}

Reply switch_channel(const Call& call, const char* state) {
  Body(call).check();
  storage::ChannelRow channel = channel_in(call);
  if (channel.state != state) {
    storage::set_channel_state(call.tx(), call.shop_id(), channel.channel_id, state, "");
    storage::bump_config(call.tx(), call.shop_id());
  }
  return {channel_json(channel_in(call))};
}

json job_json(const storage::Job& job) {
  return {{"id", job.job_id},
          {"kind", job.kind},
          {"state", job.state},
          {"done", job.done},
          {"total", job.total},
          {"error", job.error},
          {"created_at_ms", job.created_at_ms},
          {"updated_at_ms", job.updated_at_ms}};
}

}  // namespace

void add_shop(const Api& api) {
  api.get("/shop", {}, [](const Call& call) { return Reply{shop_json(call.context.shop)}; });
  api.change("PATCH", "/shop", Role::kOwner, change_shop);
  api.get("/staff", {}, [](const Call& call) {
    return Reply{whole(storage::list_staff(call.tx(), call.shop_id()),
                       [&](const auto& person) { return staff_json(person, call); })};
  });
  api.get("/channels", {}, [](const Call& call) {
    return Reply{
        whole(storage::list_channels(call.tx(), call.shop_id()), [](const auto& channel) { return channel_json(channel); })};
  });
  api.get("/channels/{id}", {}, [](const Call& call) { return Reply{channel_json(channel_in(call))}; });
  api.post("/channels/{id}/on", Role::kOwner, [](const Call& call) { return switch_channel(call, "on"); });
  api.post("/channels/{id}/off", Role::kOwner, [](const Call& call) { return switch_channel(call, "off"); });
  api.list("/jobs", {}, [](const Call& call) {
    return Reply{page(
        call, storage::list_jobs(call.tx(), call.shop_id(), call.cursor(), call.limit() + 1),
        [](const auto& job) { return job_json(job); }, [](const auto& job) { return job.job_id; })};
  });
  api.get("/jobs/{id}", {}, [](const Call& call) {
    const auto job = storage::get_job(call.tx(), call.shop_id(), call.id());
    if (!job) absent(call);
    return Reply{job_json(*job)};
  });
}

}  // namespace laoke::http::api
