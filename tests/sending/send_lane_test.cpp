#include <catch2/catch.hpp>
#include <stdexcept>

#include "bot/send_lane.h"
#include "handlers/batching.h"

using namespace laoke;
using channels::SendStatus;

namespace {

// An adapter with a fault: it throws for everybody called "bad", for whole batches and for presses.
class Faulty : public channels::Channel {
 public:
  std::string_view kind() const override { return "faulty"; }
  const channels::Traits& traits() const override { return traits_; }
  bool authentic(const channels::RawRequest&) const override { return false; }
  std::vector<InboundEvent> parse(const channels::RawRequest&) const override { return {}; }
  channels::SendOutcome send(const channels::Outgoing& message) override {
    if (message.external_id == "bad") throw std::runtime_error("a field was not a string");
    channels::SendOutcome outcome;
    outcome.status = SendStatus::kAccepted;
    outcome.platform_message_id = message.external_id;
    return outcome;
  }
  std::vector<channels::SendOutcome> send_batch(const MessageContent&, std::span<const channels::Outgoing>) override {
    throw std::out_of_range("no such member");
  }
  void acknowledge_press(const std::string&, const std::string&) override { throw std::logic_error("no such press"); }
  std::vector<channels::ProbeLine> probe() override { return {}; }

 private:
  channels::Traits traits_;
};

Claimed message_to(const std::string& address) {
  Claimed claimed;
  claimed.shop_id = claimed.channel_id = claimed.contact_id = 1;
  claimed.key.source = "b";
  claimed.external_id = address;
  claimed.content.text = "上新啦";
  return claimed;
}

struct Lane {
  Lane() {
    auto live = std::make_shared<LiveChannel>();
    live->row.name = live->row.kind = "faulty";
    live->channel = std::make_unique<Faulty>();
    lane = std::make_shared<SendLane>(live, results);
  }
  ~Lane() { lane->stop(std::chrono::steady_clock::now() + std::chrono::minutes(1)); }

  // The next `count` results by address.
  std::map<std::string, channels::SendOutcome> wait_for(std::size_t count) {
    std::map<std::string, channels::SendOutcome> by_address;
    for (int i = 0; i < 600 && by_address.size() < count; ++i) {
      for (auto& result : results->take()) {
        CHECK(result.started);
        by_address[result.claimed.external_id] = std::move(result.outcome);
      }
      if (by_address.size() < count) results->wait(std::chrono::milliseconds(100), std::chrono::milliseconds(1));
    }
    return by_address;
  }

  std::shared_ptr<ResultBox> results = std::make_shared<ResultBox>();
  std::shared_ptr<SendLane> lane;
};

}  // namespace

TEST_CASE("an adapter that throws leaves its message unknown, and the lane goes on", "[sender][concurrent]") {
  Lane desk;
  std::vector<Claimed> claimed;
  for (const char* address : {"a", "bad", "b"}) claimed.push_back(message_to(address));
  desk.lane->acknowledge_press("press");
  desk.lane->push(std::move(claimed));
  const auto outcomes = desk.wait_for(3);
  REQUIRE(outcomes.size() == 3);
  CHECK(outcomes.at("a").status == SendStatus::kAccepted);
  CHECK(outcomes.at("b").status == SendStatus::kAccepted);
  CHECK(outcomes.at("bad").status == SendStatus::kUnknown);
  CHECK(outcomes.at("bad").platform_message_id.empty());
}

TEST_CASE("an adapter that throws in a batch leaves every member unknown", "[sender][concurrent]") {
  Lane desk;
  auto call = std::make_shared<BatchCall>();
  call->key = "k";
  std::vector<Claimed> members;
  for (const char* address : {"a", "b", "c"}) {
    members.push_back(message_to(address));
    members.back().batch = call;
  }
  desk.lane->push_batch(std::move(members));
  const auto outcomes = desk.wait_for(3);
  REQUIRE(outcomes.size() == 3);
  for (const auto& [address, outcome] : outcomes) CHECK(outcome.status == SendStatus::kUnknown);
}
