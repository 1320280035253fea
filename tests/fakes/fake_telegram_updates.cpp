#include "tests/fakes/fake_telegram_state.h"

// What people do, and how the bot hears of it: getUpdates and the webhook.
namespace laoke::test {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

std::int64_t now_s() {
  using namespace std::chrono;
  return duration_cast<seconds>(system_clock::now().time_since_epoch()).count();
}

json person(std::int64_t id, const std::string& name) {
  return {{"id", id}, {"is_bot", false}, {"first_name", name}, {"language_code", "zh-hans"}};
}

json chat_of(std::int64_t id, const std::string& name) {
  return {{"id", id}, {"first_name", name}, {"type", "private"}};
}

json message_from(FakeTelegram::State& state, std::int64_t chat, const std::string& name) {
  const std::lock_guard lock(state.mutex);
  return {{"message_id", ++state.last_message_id[chat]},
          {"from", person(chat, name)},
          {"chat", chat_of(chat, name)},
          {"date", now_s()}};
}

// Whose queue an update stands in; other updates wait in queue 0.
std::int64_t queue_of(const json& update) {
  for (const char* key : {"message", "edited_message", "my_chat_member"})
    if (update.contains(key)) return update[key].value("chat", json::object()).value("id", std::int64_t{0});
  if (update.contains("callback_query"))
    return update["callback_query"].value("from", json::object()).value("id", std::int64_t{0});
  return 0;
}

json membership(std::int64_t chat, const std::string& name, const char* before, const char* after) {
  const json bot{{"id", 7700112233}, {"is_bot", true}, {"first_name", "老客"}, {"username", "laoke_bot"}};
  return {{"my_chat_member",
           {{"chat", chat_of(chat, name)},
            {"from", person(chat, name)},
            {"date", now_s()},
            {"old_chat_member", {{"user", bot}, {"status", before}}},
            {"new_chat_member", {{"user", bot}, {"status", after}}}}}};
}

FakeAnswer conflict(const char* words) {
  return bad(409, std::string("Conflict: ") + words);
}

FakeAnswer page_of(FakeTelegram::State& state, std::size_t limit) {
  json page = json::array();
  for (const json& update : state.updates) {
    if (page.size() >= limit) break;
    page.push_back(update);
  }
  FakeAnswer answer = good(page);
  if (state.broken_update.empty()) return answer;
  const std::string rest = limit > 1 && !page.empty() ? "," + page.dump().substr(1) : "]";
  answer.body = R"({"ok":true,"result":[)" + state.broken_update + rest + "}";
  return answer;
}

}  // namespace

FakeAnswer get_updates(FakeTelegram::State& state, const json& body, std::unique_lock<std::mutex>& lock) {
  if (!state.webhook.empty())
    return conflict(
        "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first");
  const int mine = ++state.poll_number;
  state.changed.notify_all();
  const std::int64_t offset = body.value("offset", std::int64_t{0});
  const std::size_t limit = body.value("limit", std::size_t{100});
  if (!state.broken_update.empty()) {
    const std::int64_t id = json::parse(state.broken_update, nullptr, false).is_discarded()
                                ? std::stoll(state.broken_update.substr(state.broken_update.find(':') + 1))
                                : 0;
    if (id != 0 && offset > id) state.broken_update.clear();
  }
  while (!state.updates.empty() && state.updates.front().value("update_id", std::int64_t{0}) < offset)
    state.updates.pop_front();
  state.changed.notify_all();
  const auto until = Clock::now() + std::chrono::seconds(std::min(body.value("timeout", 0), 50));
  state.changed.wait_until(lock, until, [&] {
    return !state.updates.empty() || !state.broken_update.empty() || state.stopping || state.poll_number != mine;
  });
  if (state.poll_number != mine)
    return conflict("terminated by other getUpdates request; make sure that only one bot instance is running");
  return page_of(state, limit);
}

int FakeTelegram::State::post(const std::string& url, const std::string& secret_token, const std::string& body) {
  HttpCall call;
  call.url = url;
  call.body = body;
  if (!secret_token.empty()) call.headers.emplace_back("X-Telegram-Bot-Api-Secret-Token", secret_token);
  return client.call(call).status;
}

// One delivery at a time; of each chat the oldest first, and nothing else of that chat before it was taken.
void FakeTelegram::State::deliver_in_order() {
  std::unique_lock lock(mutex);
  while (!stopping) {
    std::set<std::int64_t> waiting;
    auto next = updates.end();
    if (!webhook.empty())
      for (auto it = updates.begin(); it != updates.end() && next == updates.end(); ++it)
        if (waiting.insert(queue_of(*it)).second && retries[queue_of(*it)].at <= Clock::now()) next = it;
    if (next == updates.end()) {
      changed.wait_for(lock, waiting.empty() ? milliseconds(200) : retry_unit);
      continue;
    }
    const json update = *next;
    const std::string url = webhook, key = secret;
    lock.unlock();
    const int status = post(url, key, update.dump());
    lock.lock();
    Retry& retry = retries[queue_of(update)];
    if (status >= 200 && status < 300) {
      retry = {};
      std::erase_if(updates, [&](const json& one) { return one["update_id"] == update["update_id"]; });
    } else {
      last_error = status == 0 ? "Connection failed" : "Wrong response from the webhook: " + std::to_string(status);
      const int units = retry.attempts == 0 ? 0 : std::min(60, 1 << std::min(retry.attempts, 10));
      ++retry.attempts;
      retry.at = Clock::now() + retry_unit * units;
    }
    changed.notify_all();
  }
}

std::int64_t FakeTelegram::post_update(json update) {
  const std::lock_guard lock(state_->mutex);
  if (!update.contains("update_id")) update["update_id"] = state_->next_update_id++;
  const std::int64_t id = update["update_id"];
  state_->next_update_id = std::max(state_->next_update_id, id + 1);
  state_->updates.push_back(std::move(update));
  state_->changed.notify_all();
  return id;
}

std::int64_t FakeTelegram::user_says(std::int64_t chat_id, const std::string& name, const std::string& text) {
  json message = message_from(*state_, chat_id, name);
  message["text"] = text;
  return post_update({{"message", std::move(message)}});
}

std::int64_t FakeTelegram::user_starts(std::int64_t chat_id, const std::string& name, const std::string& payload) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->forgotten.erase(chat_id);
  }
  return user_says(chat_id, name, payload.empty() ? "/start" : "/start " + payload);
}

std::int64_t FakeTelegram::user_sends_photo(std::int64_t chat_id, const std::string& name, const std::string& caption) {
  json message = message_from(*state_, chat_id, name);
  const std::string id = std::to_string(message["message_id"].get<std::int64_t>());
  message["photo"] = json::array({{{"file_id", "AgACsmall" + id}, {"width", 67}, {"height", 90}},
                      {{"file_id", "AgAClarge" + id}, {"width", 960}, {"height", 1280}}});
  if (!caption.empty()) message["caption"] = caption;
  return post_update({{"message", std::move(message)}});
}

std::int64_t FakeTelegram::user_presses(std::int64_t chat_id, const std::string& name, const std::string& data,
                                        std::int64_t message_id) {
  std::string press_id;
  {
    const std::lock_guard lock(state_->mutex);
    press_id = "2191401" + std::to_string(state_->next_update_id);
    state_->open_presses.insert(press_id);
    if (message_id == 0) message_id = state_->last_message_id[chat_id];
  }
  const json message{{"message_id", message_id}, {"chat", chat_of(chat_id, name)}, {"date", now_s()}};
  return post_update(
      {{"callback_query", {{"id", press_id}, {"from", person(chat_id, name)}, {"message", message}, {"data", data}}}});
}

std::int64_t FakeTelegram::user_replies(std::int64_t chat_id, const std::string& name, const std::string& text,
                                        std::int64_t message_id) {
  json message = message_from(*state_, chat_id, name);
  message["text"] = text;
  message["reply_to_message"] = {{"message_id", message_id}, {"chat", chat_of(chat_id, name)}, {"date", now_s()}};
  return post_update({{"message", std::move(message)}});
}

std::int64_t FakeTelegram::user_edits(std::int64_t chat_id, const std::string& name, std::int64_t message_id,
                                      const std::string& text) {
  const json message{{"message_id", message_id}, {"from", person(chat_id, name)}, {"chat", chat_of(chat_id, name)},
                     {"date", now_s()},          {"edit_date", now_s()},          {"text", text}};
  return post_update({{"edited_message", message}});
}

std::int64_t FakeTelegram::user_shares_phone(std::int64_t chat_id, const std::string& name, const std::string& phone) {
  json message = message_from(*state_, chat_id, name);
  message["contact"] = {{"phone_number", phone}, {"first_name", name}, {"user_id", chat_id}};
  return post_update({{"message", std::move(message)}});
}

std::int64_t FakeTelegram::user_blocks(std::int64_t chat_id, const std::string& name) {
  block(chat_id);
  return post_update(membership(chat_id, name, "member", "kicked"));
}

std::int64_t FakeTelegram::user_unblocks(std::int64_t chat_id, const std::string& name) {
  unblock(chat_id);
  return post_update(membership(chat_id, name, "kicked", "member"));
}

}  // namespace laoke::test
