#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "bot/channels/wechat_envelope.h"
#include "tests/fakes/fake_wecom.h"

namespace httplib {
class Server;
}

namespace laoke::test {

inline constexpr const char* kFakeCorp = "ww0f1e2d3c4b5a6978";
inline constexpr const char* kFakeCallbackToken = "QyLaokeTok3n";
inline constexpr const char* kFakeAesKey = "WeComLaokeCallbackAesKeyMadeUpForTests9876A";
inline constexpr const char* kFakeAppSecret = "app-secret-made-up-for-tests-0123456789abcd";
inline constexpr std::int64_t kFakeAgent = 1000002;

struct WecomFault {
  enum class Kind { kRefuse, kLose, kOdd } kind = Kind::kRefuse;
  int code = 0;
  std::string text;
};

struct WecomCustomer {
  std::string name, union_id;
  std::vector<std::string> followers;
  std::map<std::string, std::set<std::string>> tags;  // member -> tag ids
};

struct WecomTag {
  std::string id, name, group;
};

struct WecomServiceMessage {
  nlohmann::json body;
};

// Everything behind FakeWecom; `mutex` guards all but server and thread.
struct FakeWecom::State {
  std::function<std::int64_t()> clock;
  mutable std::mutex mutex;
  std::string token = "token-1";
  int tokens = 1, revoked = 0;
  bool token_over = false;

  std::vector<std::string> members;
  std::map<std::string, WecomCustomer> customers;
  std::vector<WecomTag> tags;
  std::vector<Task> tasks;
  std::map<std::string, std::int64_t> task_times;
  std::vector<Moment> moments;
  std::map<std::string, std::int64_t> moment_times;
  std::set<std::string> limited;
  std::map<std::string, std::pair<std::string, std::int64_t>> welcome_codes;  // code -> customer, when
  std::set<std::string> used_codes;

  std::map<std::string, std::vector<nlohmann::json>> service;  // by open_kfid
  std::size_t service_page = 1000;
  std::map<std::string, int> service_sent;  // since the customer's last message
  std::map<std::string, std::int64_t> service_heard;
  std::map<std::string, bool> taken_sessions;  // customer -> gives back
  std::map<std::string, std::int64_t> service_tokens;

  std::map<std::string, std::deque<std::int64_t>> member_times;
  std::vector<Sent> sent;
  std::map<std::string, int> calls;
  std::map<std::string, std::deque<WecomFault>> faults;
  int marks_now = 0, marks_most = 0;
  std::chrono::milliseconds mark_time{0};
  std::int64_t next_id = 1;

  std::unique_ptr<httplib::Server> server;
  std::thread thread;
  int port = 0;

  std::string id(const std::string& prefix) { return prefix + std::to_string(next_id++); }
  std::string tag_name(const std::string& id) const;
  const WecomTag* tag_called(const std::string& name) const;
  std::vector<std::string> moment_audience(const Moment& moment, const std::string& member) const;
};

using WecomBody = nlohmann::json;
WecomBody wecom_good(nlohmann::json more = nlohmann::json::object());
WecomBody wecom_bad(int errcode, const std::string& errmsg);

// One call, the lock held: may let go of it to take its time.
using WecomCall = WecomBody (*)(FakeWecom::State& state, const nlohmann::json& body, std::unique_lock<std::mutex>& lock);
const std::map<std::string, WecomCall>& wecom_calls();

}  // namespace laoke::test
