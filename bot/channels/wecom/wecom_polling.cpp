#include "bot/channels/wecom/wecom_polling.h"

#include <algorithm>

#include "bot/channels/json_body.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kServiceIdle{60};       // without a callback's token WeCom limits the call tightly
constexpr seconds kPauseAfterTrouble{3};
constexpr int kServicePagesAtOnce = 5;
constexpr std::size_t kLooksAtOnce = 20, kAskedAtOnce = 20;
constexpr std::size_t kMostNames = 50'000;
constexpr std::int64_t kRecoverMs = 24 * 3'600'000LL;

bool known_watch(const Cursor& cursor, const Watch& watch) {
  return std::ranges::any_of(cursor.watches, [&](const Watch& one) { return one.id == watch.id; });
}

}  // namespace

void Polling::nudge(const std::string& open_kfid, const std::string& token) {
  const std::lock_guard lock(mutex_);
  nudged_[open_kfid] = token;
  changed_.notify_all();
}

void Polling::wake() {
  const std::lock_guard lock(mutex_);
  woken_ = true;
  changed_.notify_all();
}

void Polling::interrupt() {
  // Under the lock, so that a poll that sees it and ends cannot undo one half of it before the other is done.
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  cancel_.cancel();
  changed_.notify_all();
}

// What the last page told and nobody stored is to be told again.
Cursor Polling::take_up(const std::string& text) {
  if (text == returned_ && !text.empty()) {
    for (const Watch& watch : unstored_) made_.stored(watch.reference);
    unstored_.clear();
  } else {
    results_.forget();
    for (const std::string& customer : asked_) people_.want(customer);
  }
  asked_.clear();
  Cursor cursor = cursor_from(text, clock_());
  for (Watch& watch : made_.take()) {
    look_again(watch, clock_(), settings_.results_after);
    unstored_.push_back(std::move(watch));
  }
  for (const Watch& watch : unstored_)
    if (!known_watch(cursor, watch)) cursor.watches.push_back(watch);
  return cursor;
}

// A task that was made just before the program ended stands in no cursor; WeCom knows it.
void Polling::recover(Round& round) {
  if (recovered_) return;
  std::vector<Watch> tasks;
  recovered_ = tasks_.list_since(clock_() - kRecoverMs, tasks, &cancel_);
  for (Watch& task : tasks) {
    if (known_watch(round.cursor, task)) continue;
    look_again(task, task.created_ms, settings_.results_after);
    round.cursor.watches.push_back(std::move(task));
  }
}

void Polling::add(Round& round, const json& note) const {
  Polled::Update& update = round.page.updates.emplace_back();
  update.raw = note.dump(-1, ' ', false, json::error_handler_t::replace);
  try {
    update.events = events_in(note);
  } catch (const BadPayload& bad) {
    update.error = bad.what();
  }
}

void Polling::trouble(Round& round, const Reply& reply) const {
  round.page.problem = reply.platform_code();
  round.page.broken = reply.status == SendStatus::kBadConfig && !lacks_right(reply);
}

void Polling::take_messages(Round& round, std::vector<json> messages) {
  std::erase_if(messages, [&](const json& message) {
    const auto sent = message.is_object() ? message.value("send_time", json()) : json();
    return sent.is_number_integer() && sent.get<std::int64_t>() < round.cursor.since_ms / 1000;
  });
  std::set<std::string> unknown;
  const auto writer = [](const json& message) {
    const auto id = message.is_object() ? message.value("external_userid", json()) : json();
    return id.is_string() ? id.get<std::string>() : std::string();
  };
  for (const json& message : messages)
    if (const std::string id = writer(message); !id.empty() && !names_.contains(id)) unknown.insert(id);
  if (names_.size() > kMostNames) names_.clear();
  if (!unknown.empty()) names_.merge(service_names(api_, {unknown.begin(), unknown.end()}, &cancel_));
  for (json& message : messages) {
    const std::string id = writer(message);
    const auto known = names_.find(id);
    const bool named = known != names_.end();
    add(round, service_note(std::move(message), named ? known->second.name : "", named ? person_id(known->second.union_id, id) : ""));
  }
}

void Polling::read_service(Round& round, const std::string& open_kfid, const std::string& token) {
  read_at_[open_kfid] = Steady::now();
  std::string& at = round.cursor.service[open_kfid];
  for (int i = 0; i < kServicePagesAtOnce; ++i) {
    ServicePage page = next_page(api_, open_kfid, at, token, &cancel_);
    if (!page.reply.ok()) return trouble(round, page.reply);
    if (!page.next_cursor.empty()) at = page.next_cursor;
    take_messages(round, std::move(page.messages));
    if (!page.more) return;
  }
  // The rest with the next page, and with the token: it is good for ten minutes.
  round.more = true;
  const std::lock_guard lock(mutex_);
  nudged_.emplace(open_kfid, token);
}

bool Polling::look_at(Round& round, Watch& watch) {
  const std::int64_t now_ms = clock_();
  const Results::Look look = results_.look(watch, now_ms, &cancel_);
  if (!look.reply.ok() && look.reply.status != SendStatus::kRejected) trouble(round, look.reply);
  for (const json& note : look.notes) add(round, note);
  if (!look.moment_id.empty()) {
    watch = {Watch::Kind::kMoment, look.moment_id, watch.reference, now_ms, now_ms, 0};
    return look_again(watch, now_ms, settings_.results_after);
  }
  if (!look.settled && look_again(watch, now_ms, settings_.results_after)) return true;
  results_.forget(watch.id);
  return false;
}

void Polling::look_at_watches(Round& round) {
  std::size_t looks = 0;
  const std::int64_t now_ms = clock_();
  std::erase_if(round.cursor.watches, [&](Watch& watch) {
    if (watch.due_ms > now_ms || looks >= kLooksAtOnce || !round.page.problem.empty()) return false;
    ++looks;
    return !look_at(round, watch);
  });
}

void Polling::ask_about_wanted(Round& round) {
  for (const std::string& customer : people_.take_wanted(kAskedAtOnce)) {
    const auto answer = people_.ask(customer, false, &cancel_);
    if (answer.kind == People::Answer::Kind::kNoAnswer) {
      people_.want(customer);
      round.page.problem = "WeCom does not answer for a customer's details";
      return;
    }
    if (answer.kind == People::Answer::Kind::kNobodys) continue;
    asked_.push_back(customer);
    add(round, tags_of_details(customer, clock_(), answer.details, people_, settings_.sync_tags));
  }
}

std::set<std::string> Polling::accounts_due(const Cursor& cursor, const std::map<std::string, std::string>& nudged) {
  std::set<std::string> accounts(settings_.open_kfids.begin(), settings_.open_kfids.end());
  for (const auto& [account, at] : cursor.service) accounts.insert(account);
  std::erase_if(accounts, [&](const std::string& account) {
    const auto read = read_at_.find(account);
    return read != read_at_.end() && Steady::now() - read->second < kServiceIdle;
  });
  for (const auto& [account, token] : nudged) accounts.insert(account);
  return accounts;
}

void Polling::work(Round& round) {
  std::map<std::string, std::string> nudged;
  {
    const std::lock_guard lock(mutex_);
    nudged = std::exchange(nudged_, {});
    woken_ = false;
  }
  recover(round);
  for (const std::string& account : accounts_due(round.cursor, nudged)) {
    const auto token = nudged.find(account);
    read_service(round, account, token == nudged.end() ? "" : token->second);
  }
  look_at_watches(round);
  ask_about_wanted(round);
}

void Polling::wait_for_work(const Cursor& cursor, Steady::time_point until) {
  for (const Watch& watch : cursor.watches)
    until = std::min(until, Steady::now() + milliseconds(std::max<std::int64_t>(watch.due_ms - clock_(), 0)));
  for (const auto& [account, at] : read_at_) until = std::min(until, at + kServiceIdle);
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, until, [this] { return interrupted_ || woken_ || !nudged_.empty(); });
}

Polled Polling::poll(const std::string& text, milliseconds wait) {
  const Steady::time_point until = Steady::now() + wait;
  Round round;
  for (bool again = true; again;) {
    round = {take_up(text), {}, false};
    const Cursor before = cursor_from(text, round.cursor.since_ms);
    work(round);
    const bool something = !round.page.updates.empty() || round.cursor != before || text.empty() || !round.page.problem.empty();
    if (something) {
      ++round.cursor.page;
      round.page.cursor = returned_ = to_text(round.cursor);
      break;
    }
    wait_for_work(round.cursor, until);
    const std::lock_guard lock(mutex_);
    again = !interrupted_ && Steady::now() < until;
  }
  if (!round.page.problem.empty()) cancel_.wait_for(std::min<milliseconds>(kPauseAfterTrouble, wait));
  const std::lock_guard lock(mutex_);
  interrupted_ = false;
  cancel_.reset();
  return std::move(round.page);
}

}  // namespace laoke::channels::wecom
