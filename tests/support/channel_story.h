#pragma once
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "bot/channel_host.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/intake.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "handlers/context.h"
#include "tests/fakes/fake_http.h"
#include "tests/support/manual_clock.h"
#include "tests/support/test_database.h"
#include "tests/support/test_shop.h"

namespace laoke::test {

// What a story needs of a platform's fake: the account's settings, what people do as signed callbacks, and what came to
// them. An address is the platform's id of a person, as InboundEvent::external_id has it.
class StoryPlatform {
 public:
  struct Got {
    std::string text;                   // or the caption; of a template what its reader sees
    std::string image;
    std::vector<std::string> presses;   // data of its buttons, in reading order
  };

  virtual ~StoryPlatform() = default;
  virtual std::string kind() const = 0;
  virtual nlohmann::json settings() const = 0;
  // Stamps and windows follow this clock from now on.
  virtual void follow_clock(std::function<std::int64_t()> now_ms) = 0;
  virtual Callback says(const std::string& address, const std::string& text) = 0;
  virtual Callback presses(const std::string& address, const std::string& data) = 0;
  // What the hook answered a callback with: some platforms take a message there.
  virtual void answered(int /*status*/, const std::string& /*body*/) {}
  // Everything the platform showed this person, oldest first.
  virtual std::vector<Got> got(const std::string& address) const = 0;
};

// The whole program against one platform's fake, but for its threads: callbacks come over HTTP, settle() does what
// scheduler and sender would have done by now, and time stands until it is moved. The shop is as the first start makes
// it, at kMonday10, with one account whose name is the kind.
class ChannelStory {
 public:
  explicit ChannelStory(StoryPlatform& platform);  // borrowed
  ~ChannelStory();

  // --- time
  void settle();  // everything due now has happened
  void go_to(std::int64_t now_ms);
  void wait(std::int64_t ms) { go_to(clock.now_ms() + ms); }

  // --- people. Each answers with the status of the callback.
  int take(const Callback& callback);  // as it is
  int writes(const std::string& address, const std::string& text);
  int presses(const std::string& address, const std::string& data);
  // The shop knows this person by `name`: many platforms tell none.
  void call(const std::string& address, const std::string& name);
  std::string pair_owner(const std::string& address, const std::string& name);
  // A line and what it was answered, several messages one under the other.
  std::string asks(const std::string& address, const std::string& text);
  std::vector<StoryPlatform::Got> mail(const std::string& address);  // new since the last look
  std::string read(const std::string& address);                      // their texts, one under the other
  int got(const std::string& address, const std::string& piece) const;

  // --- the record
  template <class F>
  auto in(F&& work) {  // work(const Context&)
    return database->write([&](storage::Transaction& tx) {
      const auto row = storage::find_shop(tx, "default");
      return work(Context{tx, *row, clock.now_ms()});
    });
  }
  std::int64_t customer_of(const std::string& address);  // 0 unknown
  std::string ledger_of(const std::string& address);     // a line for each send to them
  std::string hook_url() const;

  StoryPlatform& platform;
  TestDatabase home;
  ManualClock clock{kMonday10};
  std::unique_ptr<storage::Database> database;
  ChannelHost channels;
  Intake intake;
  Sender sender;
  Scheduler scheduler;
  http::Router router;
  http::Server server;

 private:
  std::map<std::string, std::size_t> looked_at_;
};

// The story every chat platform tells: a buyer writes and becomes one record, the owner pairs, tags, answers, records an
// order, has it paid and shipped; the notice comes; a broadcast reaches whom it may and says of the others why not.
// Everything within a day of the last word of each.
struct StoryPeople {
  std::string seller, buyer, friend_of_hers, opted_out;
};
void tell_the_story(ChannelStory& shop, const StoryPeople& people);

}  // namespace laoke::test
