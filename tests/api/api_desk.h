#pragma once
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "bot/http/api.h"
#include "bot/http/keys.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/http_client.h"
#include "handlers/context.h"
#include "handlers/customers.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

using nlohmann::json;

// A shop behind a real server on loopback, with a key of each role.
class ApiDesk {
 public:
  ApiDesk() {
    http::add_api_routes(router, {shop.db(), clock, [this] { return ChannelMap{{channel, {"telegram", "on", 0, 0}}}; },
                                  [this] { return std::map<std::int64_t, double>{{channel, 30}}; },
                                  [this](std::int64_t, std::int64_t id, std::string& error) { return replay(id, error); }});
    for (const auto role : {http::Role::kViewer, http::Role::kOperator, http::Role::kOwner})
      keys[role] =
          shop.write([&](storage::Transaction& tx) { return http::create_key(tx, shop.id(), "test", role, kMonday10); }).key;
    server.start();
  }

  struct Answer {
    int status = 0;
    json body;
    std::map<std::string, std::string> headers;
    std::string text;
  };
  // As the owner, in English, unless told otherwise.
  Answer ask(const std::string& method, const std::string& path, const json& body = nullptr,
             std::map<std::string, std::string> headers = {}) {
    return ask_text(method, path, body.is_null() ? "" : body.dump(), std::move(headers));
  }
  Answer ask_text(const std::string& method, const std::string& path, const std::string& body,
                  std::map<std::string, std::string> headers = {}) {
    headers.try_emplace("Authorization", "Bearer " + keys.at(role));
    headers.try_emplace("Accept-Language", "en");
    HttpCall call;
    call.method = method;
    call.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/api/v1" + path;
    call.body = body;
    if (const auto type = headers.extract("Content-Type")) call.content_type = type.mapped();
    for (const auto& header : headers) call.headers.push_back(header);
    const auto answer = shared_http_client().call(call);
    return {answer.status, json::parse(answer.body, nullptr, false), answer.headers, answer.body};
  }
  Answer get(const std::string& path) { return ask("GET", path); }
  Answer post(const std::string& path, const json& body = json::object()) { return ask("POST", path, body); }

  template <class F>
  auto in(F&& work) {
    return shop.write([&](storage::Transaction& tx) {
      const auto row = *storage::get_shop(tx, shop.id());
      return work(Context{tx, row, clock.now_ms()});
    });
  }
  // A customer, with a contact on a channel when wanted; the id.
  std::int64_t customer(const std::string& name, bool reachable = false) {
    const auto id = post("/customers", {{"name", name}}).body.at("id").get<std::int64_t>();
    if (reachable) contact(id);
    return id;
  }
  std::int64_t contact(std::int64_t customer_id) {
    return in([&](const Context& context) {
      storage::ChannelRow row;
      row.name = "tg";
      row.kind = "telegram";
      row.settings = R"({"token": "7700112233:SECRETSECRET", "api_base": "http://127.0.0.1:9", "unheard_of": "SECRETSECRET"})";
      row.shop_id = shop.id();
      if (channel == 0) channel = storage::insert_channel(context.tx, row);
      storage::Contact contact;
      contact.channel_id = channel;
      contact.external_id = "u" + std::to_string(customer_id);
      contact.customer_id = customer_id;
      contact.last_in_ms = contact.first_seen_ms = context.now_ms;
      return storage::insert_contact(context.tx, shop.id(), contact);
    });
  }

  std::int64_t channel = 0;  // made with the first contact
  std::map<http::Role, std::string> keys;
  http::Role role = http::Role::kOwner;
  std::function<bool(std::int64_t, std::string&)> replay = [](std::int64_t, std::string&) { return true; };
  TestShop shop;
  ManualClock clock{kMonday10};
  http::Router router;
  http::Server server{[] {
                        http::ServerOptions options;
                        options.port = 0;
                        return options;
                      }(),
                      [this](http::Request& request) { return router(request); }};
};

}  // namespace laoke::test
