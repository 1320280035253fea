#include <catch2/catch.hpp>
#include <future>
#include <vector>

#include "bot/http_client.h"
#include "bot/server_app.h"
#include "storage/channels.h"
#include "storage/ledger.h"
#include "storage/messages.h"
#include "storage/shops.h"
#include "tests/support/nodes_desk.h"
#include "tests/support/patience.h"
#include "tests/support/test_database.h"

// Platforms send a callback again while the first one is still being taken, and a balancer spreads the copies.
using namespace laoke;
using namespace laoke::test;

namespace {

Config config_of(const TestDatabase& home, const TempDir& dir) {
  Config config;
  config.database = config.database_shown = home.url();
  config.data_dir = dir.path().string();
  config.host = "127.0.0.1";
  config.port = 0;
  config.language = "en";
  return config;
}

struct Servers {
  explicit Servers(const TestDatabase& home) {
    for (std::size_t i = 0; i < folders.size(); ++i) all.push_back(std::make_unique<ServerApp>(config_of(home, folders[i])));
    for (auto& server : all) server->start();
  }
  ~Servers() {
    for (auto& server : all) server->stop(kPatience);
  }
  // Copies of one callback at once, on each server in turn: the HTTP statuses.
  std::vector<int> post_at_once(int copies, const std::string& body) {
    const auto token = all[0]->database().read([](storage::Transaction& tx) {
      return nlohmann::json::parse(storage::list_all_channels(tx).at(0).settings).at("token").get<std::string>();
    });
    std::vector<std::future<int>> calls;
    for (int i = 0; i < copies; ++i)
      calls.push_back(std::async(std::launch::async, [&, port = all[static_cast<std::size_t>(i) % all.size()]->port()] {
        HttpCall call;
        call.url = "http://127.0.0.1:" + std::to_string(port) + "/hooks/webchat";
        call.body = body;
        call.headers = {{"x-laoke-webchat-token", token}};
        return shared_http_client().call(call).status;
      }));
    std::vector<int> statuses;
    for (auto& call : calls) statuses.push_back(call.get());
    return statuses;
  }

  std::array<TempDir, 3> folders;
  std::vector<std::unique_ptr<ServerApp>> all;
};

struct Kept {
  std::size_t contacts = 0, said = 0, replies = 0, accepted = 0;
  bool operator==(const Kept&) const = default;
};

std::ostream& operator<<(std::ostream& out, const Kept& kept) {
  return out << kept.contacts << " contacts, " << kept.said << " messages, " << kept.replies << " replies, " << kept.accepted << " accepted";
}

Kept kept_of(storage::Database& database) {
  return database.read([](storage::Transaction& tx) {
    const auto shop_id = storage::find_shop(tx, "default")->shop_id;
    Kept kept;
    std::set<std::int64_t> customers;
    for (const auto& reply : storage::list_deliveries(tx, shop_id, "m", 0, "", {}, 100)) {
      ++kept.replies;
      kept.accepted += reply.state == "accepted";
      customers.insert(reply.key.customer_id);
    }
    kept.contacts = customers.size();
    for (const auto customer_id : customers)
      for (const auto& message : storage::list_messages(tx, shop_id, customer_id, 0, 100)) kept.said += message.direction == "in";
    return kept;
  });
}

}  // namespace

TEST_CASE("the same callback five times at once on three servers: one row, one reply", "[.postgres][concurrent]") {
  ServerDatabase home;
  Servers servers(home);
  // The customer is new to all three, so each copy would make a contact of its own.
  for (int round = 0; round < 5; ++round) {
    const auto name = "customer" + std::to_string(round);
    INFO(name);
    const auto before = kept_of(servers.all[0]->database());
    const auto statuses = servers.post_at_once(5, R"({"id":"c)" + std::to_string(round) + R"(","from":")" + name + R"(","text":"STOP"})");
    CHECK(statuses == std::vector<int>(5, 200));
    const Kept after{before.contacts + 1, before.said + 1, before.replies + 1, before.replies + 1};
    NodesDesk::wait_until([&] { return kept_of(servers.all[0]->database()) == after; });
    CHECK(kept_of(servers.all[0]->database()) == after);
  }
}
