#include "tests/support/story_shop.h"

#include <algorithm>
#include <stdexcept>

#include "bot/default_shop.h"
#include "bot/hooks.h"
#include "handlers/pairing.h"
#include "storage/channels.h"
#include "storage/contacts.h"
#include "storage/ledger.h"
#include "storage/staff.h"

namespace laoke::test {
namespace {

using nlohmann::json;

const std::string kSecret = "story-secret";
constexpr int kMostRounds = 2'000;  // a shop that has not settled by then goes round in circles

std::unique_ptr<storage::Database> open_shop(const TestDatabase& home, const FakeTelegram& telegram) {
  auto database = storage::open_database(home.options());
  Config config;
  config.language = "zh-CN";
  create_default_shop(*database, config, kMonday10);
  database->write([&](storage::Transaction& tx) {
    auto settings = telegram.settings();
    settings["secret"] = kSecret;
    storage::ChannelRow channel;
    channel.shop_id = storage::find_shop(tx, "default")->shop_id;
    channel.name = channel.kind = "telegram";
    channel.settings = settings.dump();
    channel.created_at_ms = kMonday10;
    storage::insert_channel(tx, channel);
  });
  return database;
}

http::ServerOptions any_port() {
  http::ServerOptions options;
  options.port = 0;
  return options;
}

std::string under_each_other(const std::vector<FakeTelegram::Sent>& messages) {
  std::string all;
  for (const auto& message : messages) all += (all.empty() ? "" : "\n---\n") + message.text;
  return all;
}

}  // namespace

StoryShop::StoryShop()
    : database(open_shop(home, telegram)),
      channels(*database),
      intake(*database, clock),
      sender(*database, channels, clock, "story"),
      scheduler(*database, clock),
      server(any_port(), [this](http::Request& request) { return router(request); }) {
  channels.refresh();
  add_hook_routes(router, channels, intake, sender);
  server.start();
}

StoryShop::~StoryShop() { server.stop(std::chrono::seconds(1)); }

// Messages to one contact keep a distance of a millisecond, so the clock is moved a little between rounds.
void StoryShop::settle() {
  std::vector<std::int64_t> fronts{0};
  for (const auto& live : channels.all()) fronts.push_back(live->row.channel_id);
  for (int round = 0; round < kMostRounds; ++round) {
    scheduler.run_due();
    sender.drain();
    const auto next = database->read([&](storage::Transaction& tx) { return storage::next_due_ms(tx, fronts); });
    if (!next || *next > clock.now_ms() + 50) return;
    clock.advance(5);
  }
  throw std::logic_error("the shop does not come to rest");
}

void StoryShop::go_to(std::int64_t now_ms) {
  if (now_ms < clock.now_ms()) throw std::logic_error("time goes one way");
  clock.set(now_ms);
  settle();
}

json StoryShop::text_update(const Person& from, const std::string& text, std::int64_t reply_to) {
  const json chat{{"id", from.chat_id}, {"first_name", from.name}, {"type", "private"}};
  json message{{"message_id", ++last_message_},
               {"from", {{"id", from.chat_id}, {"is_bot", false}, {"first_name", from.name}, {"language_code", "zh-hans"}}},
               {"chat", chat},
               {"date", clock.now_ms() / 1000},
               {"text", text}};
  if (reply_to != 0)
    message["reply_to_message"] = {{"message_id", reply_to}, {"chat", chat}, {"date", clock.now_ms() / 1000}};
  return {{"update_id", ++last_update_}, {"message", std::move(message)}};
}

int StoryShop::post(const std::string& body, const std::string& secret) const {
  return telegram.deliver_to("http://127.0.0.1:" + std::to_string(server.port()) + "/hooks/telegram", secret, body);
}

int StoryShop::post(const json& update) const { return post(update.dump(), kSecret); }

int StoryShop::writes(const Person& from, const std::string& text, std::int64_t reply_to) {
  clock.advance(1'000);
  const int status = post(text_update(from, text, reply_to));
  settle();
  return status;
}

std::string StoryShop::pair_owner(const Person& person) {
  const auto code = in([&](const Context& context) {
    storage::Staff staff;
    staff.name = person.name;
    staff.role = "owner";
    staff.created_at_ms = context.now_ms;
    return issue_code(context, storage::insert_staff(context.tx, context.shop_id(), staff));
  });
  auto answer = asks(person, code);
  if (!holds(answer, person.name)) throw std::logic_error("not paired: " + answer);
  return answer;
}

std::string StoryShop::asks(const Person& from, const std::string& text, std::int64_t reply_to) {
  mail(from);
  writes(from, text, reply_to);
  return read(from);
}

std::vector<FakeTelegram::Sent> StoryShop::mail(const Person& person) {
  auto all = telegram.accepted_by(person.chat_id);
  auto& looked_at = looked_at_[person.chat_id];
  std::vector<FakeTelegram::Sent> fresh(all.begin() + static_cast<std::ptrdiff_t>(looked_at), all.end());
  looked_at = all.size();
  std::erase_if(fresh, [](const auto& sent) { return sent.method.starts_with("edit"); });
  return fresh;
}

std::string StoryShop::read(const Person& person) { return under_each_other(mail(person)); }

int StoryShop::got(const Person& person, const std::string& piece) const {
  int count = 0;
  for (const auto& sent : telegram.accepted_by(person.chat_id)) count += holds(sent.text, piece) ? 1 : 0;
  return count;
}

std::int64_t StoryShop::customer_of(const Person& person) {
  return in([&](const Context& context) {
    const auto contact = storage::find_contact_by_address(context.tx, context.shop_id(), account()->row.channel_id,
                                                          std::to_string(person.chat_id));
    return contact ? contact->customer_id : std::int64_t{0};
  });
}

std::vector<storage::MessageRow> StoryShop::said_by(const Person& person) {
  const auto customer_id = customer_of(person);
  auto rows = in([&](const Context& context) {
    return storage::list_messages(context.tx, context.shop_id(), customer_id, 0, 500);
  });
  std::erase_if(rows, [](const auto& row) { return row.direction != "in"; });
  std::reverse(rows.begin(), rows.end());
  return rows;
}

std::string StoryShop::ledger_of(const Person& person) {
  const auto customer_id = customer_of(person);
  std::string lines;
  for (const auto& row : in([&](const Context& context) {
         return storage::deliveries_of_customer(context.tx, context.shop_id(), customer_id, {}, {}, 100);
       }))
    lines += storage::to_text(row.key) + " " + row.state + " " + row.reason + " tries " + std::to_string(row.attempts) +
             " due in " + std::to_string(row.due_at_ms - clock.now_ms()) + " ms\n";
  return lines;
}

}  // namespace laoke::test
