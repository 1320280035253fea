#pragma once
#include <map>
#include <string>
#include <vector>

#include "bot/channel_host.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/intake.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "handlers/context.h"
#include "storage/messages.h"
#include "tests/fakes/fake_telegram.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_database.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// A person who writes to the bot.
struct Person {
  std::int64_t chat_id = 0;
  std::string name;
};

// The whole program against a Telegram on loopback, but for its threads: callbacks come over HTTP, settle() does what
// scheduler and sender would have done by now, and time stands until it is moved. The shop is as the first start makes
// it, with stock texts and rules, at kMonday10.
class StoryShop {
 public:
  StoryShop();
  ~StoryShop();

  // --- time
  void settle();                              // everything due now has happened
  void go_to(std::int64_t now_ms);            // and then everything that is due there
  void wait(std::int64_t ms) { go_to(clock.now_ms() + ms); }

  // --- people. Each answers with the status of the callback.
  nlohmann::json text_update(const Person& from, const std::string& text, std::int64_t reply_to = 0);
  int post(const std::string& body, const std::string& secret) const;  // one callback as it is
  int post(const nlohmann::json& update) const;
  int writes(const Person& from, const std::string& text, std::int64_t reply_to = 0);
  // Pairs the person as an owner with a code, as the seller does it; what the bot answers.
  std::string pair_owner(const Person& person);
  // A line and what it was answered, several messages one under the other.
  std::string asks(const Person& from, const std::string& text, std::int64_t reply_to = 0);
  // New messages (no edits) to this person since the last look.
  std::vector<FakeTelegram::Sent> mail(const Person& person);
  std::string read(const Person& person);  // their texts, one under the other
  // How many messages with this piece of text the person ever got.
  int got(const Person& person, const std::string& piece) const;

  // --- the record
  template <class F>
  auto in(F&& work) {  // work(const Context&)
    return database->write([&](storage::Transaction& tx) {
      const auto row = storage::find_shop(tx, "default");
      return work(Context{tx, *row, clock.now_ms()});
    });
  }
  std::int64_t customer_of(const Person& person);  // 0 unknown
  std::vector<storage::MessageRow> said_by(const Person& person);  // kept incoming messages, oldest first
  std::string ledger_of(const Person& person);  // a line for each send to them, for a failed test to show
  LiveChannelPtr account() const { return channels.by_hook("telegram"); }
  int port() const { return server.port(); }

  TestDatabase home;
  FakeTelegram telegram;
  ManualClock clock{kMonday10};
  std::unique_ptr<storage::Database> database;
  ChannelHost channels;
  Intake intake;
  Sender sender;
  Scheduler scheduler;
  http::Router router;
  http::Server server;

 private:
  std::map<std::int64_t, std::size_t> looked_at_;
  std::int64_t last_update_ = 500, last_message_ = 700'000;  // apart from the ids the fake gives
};

inline bool holds(const std::string& text, const std::string& piece) { return text.find(piece) != std::string::npos; }

}  // namespace laoke::test
