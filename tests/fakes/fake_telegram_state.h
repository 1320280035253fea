#pragma once
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "bot/http_client.h"
#include "tests/fakes/fake_telegram.h"

namespace httplib {
class Server;
}

namespace laoke::test {

using Clock = std::chrono::steady_clock;

// What the server says to one request.
struct FakeAnswer {
  int status = 200;
  std::string body;
  int retry_after_header = -1;  // -1 none
};

FakeAnswer good(const nlohmann::json& result);
FakeAnswer bad(int code, const std::string& description, nlohmann::json parameters = nullptr);

struct Fault {
  enum class Kind { kThrottle, kFail, kLose, kHang, kDrop, kOdd } kind = Kind::kFail;
  int code = 0, retry_after_s = 0;
  std::string text = {};
  FakeTelegram::WaitForm form = FakeTelegram::WaitForm::kBoth;
};

// Tokens that refill with time; a send takes one.
struct Bucket {
  double tokens = 0;
  Clock::time_point at{};
};

// Everything behind FakeTelegram. `mutex` guards all but the server and the threads.
struct FakeTelegram::State {
  std::string token;
  mutable std::mutex mutex;
  mutable std::condition_variable changed;
  bool stopping = false, stopped = false, revoked = false;

  std::vector<Sent> accepted;
  std::map<std::string, int> calls;
  std::vector<nlohmann::json> press_answers;
  std::set<std::int64_t> blocked, deactivated, forgotten;
  std::map<std::int64_t, std::int64_t> moved;
  std::map<std::int64_t, std::int64_t> last_message_id;                   // by chat
  std::map<std::pair<std::int64_t, std::int64_t>, nlohmann::json> shown;  // (chat, message): text and markup now
  std::set<std::string> open_presses;
  std::deque<Fault> faults;
  Judge* judge = nullptr;
  std::chrono::milliseconds answer_delay{0}, retry_unit{10};
  std::string broken_update;

  bool rates = false;
  double bot_rate = 30, chat_rate = 1;
  int chat_burst = 3;
  Bucket bot_bucket;
  std::map<std::int64_t, Bucket> chat_buckets;

  std::int64_t next_update_id = 731'004'501;
  std::deque<nlohmann::json> updates;  // not confirmed or not delivered yet
  std::string webhook, secret;
  std::string last_error;
  int poll_number = 0;  // of the newest getUpdates; an older one that still waits is told to go
  struct Retry {
    Clock::time_point at{};
    int attempts = 0;
  };
  std::map<std::int64_t, Retry> retries;  // by chat

  HttpClient client;
  int port = 0, listener = -1;
  std::unique_ptr<httplib::Server> server;
  std::thread server_thread, delivery_thread;

  void listen();
  void stop_listening();
  void deliver_in_order();  // the delivery thread
  int post(const std::string& url, const std::string& secret_token, const std::string& body);
};

// The methods of the Bot API by lower-case name, called with `mutex` held; getUpdates lets go of it while it waits.
using FakeMethod = FakeAnswer (*)(FakeTelegram::State&, const nlohmann::json& body, std::unique_lock<std::mutex>& lock);
const std::map<std::string, FakeMethod>& fake_methods();
bool is_send(const std::string& lower_case_method);

// With `mutex` held.
FakeAnswer get_updates(FakeTelegram::State& state, const nlohmann::json& body, std::unique_lock<std::mutex>& lock);

}  // namespace laoke::test
