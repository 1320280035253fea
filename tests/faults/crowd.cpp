#include "tests/faults/crowd.h"

#include <algorithm>

namespace laoke::faults {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr int kWorkers = 3;
constexpr int kCopies = 5;
constexpr auto kBetweenTries = 40ms;

json person(std::int64_t chat) {
  return {{"id", chat}, {"is_bot", false}, {"first_name", "路人" + std::to_string(chat)}, {"language_code", "zh-hans"}};
}

json room(std::int64_t chat) { return {{"id", chat}, {"first_name", "路人" + std::to_string(chat)}, {"type", "private"}}; }

}  // namespace

Crowd::Crowd(Stage& stage, int people, std::uint64_t seed) : stage_(stage), people_(people), seed_(seed) {}

Crowd::~Crowd() {
  stopping_ = true;
  changed_.notify_all();
  for (auto& worker : workers_)
    if (worker.joinable()) worker.join();
}

void Crowd::begin() {
  for (int i = 0; i < kWorkers; ++i) workers_.emplace_back([this, i] { work(seed_ + static_cast<std::uint64_t>(i)); });
}

std::string Crowd::new_mark(char kind) {
  const std::lock_guard lock(mutex_);
  marks_.push_back(kind + std::to_string(marks_.size()));
  return marks_.back();
}

Crowd::Callback Crowd::says(std::int64_t chat, const std::string& text, std::mt19937_64& random) {
  const auto id = next_update_++;
  {
    const std::lock_guard lock(mutex_);
    said_[chat].push_back(text);
  }
  return {{{"update_id", id},
           {"message", {{"message_id", id}, {"from", person(chat)}, {"chat", room(chat)}, {"date", std::time(nullptr)}, {"text", text}}}},
          random() % 3 == 0 ? kCopies : 1};
}

void Crowd::press(std::int64_t chat, std::int64_t message_id) {
  const auto id = next_update_++;
  const auto mark = marked(new_mark('p'));
  const json update{{"update_id", id},
                    {"callback_query",
                     {{"id", std::to_string(id)}, {"from", person(chat)}, {"data", mark},
                      {"message", {{"message_id", message_id}, {"chat", room(chat)}, {"date", std::time(nullptr)}}}}}};
  const std::string body = update.dump();
  {
    const std::lock_guard lock(mutex_);
    ++busy_;
    if (chat >= kFirstStranger) said_[chat].push_back(mark);
  }
  const bool taken = post_once(body, static_cast<std::uint64_t>(id), 1s);  // the platform's own answer waits for it
  const std::lock_guard lock(mutex_);
  --busy_;
  if (!taken) again_.push_back(body);
  changed_.notify_all();
}

bool Crowd::post_once(const std::string& body, std::uint64_t pick, std::chrono::milliseconds patience) {
  ++sent_;
  HttpCall call;
  call.url = stage_.node(pick % stage_.node_count()).url("/hooks/telegram");
  call.body = body;
  call.headers = {{"X-Telegram-Bot-Api-Secret-Token", kHookSecret}};
  call.timeout = patience;
  const auto answer = client_.call(call);
  return answer.fault == HttpFault::kNone && answer.status == 200;
}

void Crowd::post_until_taken(const std::string& body, std::uint64_t pick) {
  while (!stopping_ && !post_once(body, pick++)) std::this_thread::sleep_for(kBetweenTries);
}

void Crowd::deliver(const Callback& callback, std::mt19937_64& random) {
  const std::string body = callback.update.dump();
  std::vector<std::thread> copies;
  for (int i = 1; i < callback.copies; ++i)
    copies.emplace_back([this, &body, pick = random()] { post_until_taken(body, pick); });
  post_until_taken(body, random());
  for (auto& copy : copies) copy.join();
  if (random() % 8 == 0) post_until_taken(body, random());  // long after
}

void Crowd::live(int number, std::mt19937_64& random) {
  const std::int64_t chat = kFirstStranger + number;
  deliver(says(chat, "/start", random), random);
  std::vector<Callback> words;
  const int count = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < count; ++i) words.push_back(says(chat, "在吗 " + marked(new_mark('q')), random));
  std::shuffle(words.begin(), words.end(), random);
  std::vector<std::thread> at_once;
  for (std::size_t i = 1; i < words.size(); ++i)
    at_once.emplace_back([this, &words, i, seed = random()] {
      std::mt19937_64 mine(seed);
      deliver(words[i], mine);
    });
  deliver(words[0], random);
  for (auto& one : at_once) one.join();
}

void Crowd::work(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  while (!stopping_) {
    std::string press;
    {
      std::unique_lock lock(mutex_);
      const bool people_left = next_person_ < people_;
      if (again_.empty() && !people_left) {
        if (ending_) return;
        changed_.wait_for(lock, 100ms);
        continue;
      }
      if (!again_.empty()) {
        press = std::move(again_.front());
        again_.pop_front();
      }
      ++busy_;
    }
    if (!press.empty())
      post_until_taken(press, random());
    else if (const int person = next_person_++; person < people_)
      live(person, random);
    const std::lock_guard lock(mutex_);
    --busy_;
    changed_.notify_all();
  }
}

bool Crowd::finish() {
  std::unique_lock lock(mutex_);
  const bool done = changed_.wait_for(lock, 180s, [this] { return busy_ == 0 && again_.empty() && next_person_ >= people_; });
  ending_ = true;
  changed_.notify_all();
  lock.unlock();
  if (!done) stopping_ = true;
  for (auto& worker : workers_) worker.join();
  return done;
}

}  // namespace laoke::faults
