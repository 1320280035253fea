#pragma once
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <thread>

#include "bot/channels/wechat_envelope.h"
#include "tests/fakes/fake_wechat.h"

namespace httplib {
class Server;
struct Request;
}  // namespace httplib

namespace laoke::test {

inline constexpr const char* kWechatAppId = "wx1a2b3c4d5e6f7890";
inline constexpr const char* kWechatToken = "laoke2026token";
inline constexpr const char* kWechatAesKey = "LaokeTestEncodingAesKeyForUnitTestsOnly012E";
inline constexpr const char* kWechatAccount = "gh_laoke000001";

struct WechatFault {
  enum class Kind { kFail, kLose, kDrop, kOdd } kind = Kind::kFail;
  int code = 0;
  std::string text;
};

struct WechatFollower {
  bool following = false, blocks = false;
  std::int64_t window_until_ms = 0;
  int messages_left = 0;
  std::string union_id;
  std::set<std::int64_t> tags;
  std::map<std::string, int> consents;             // by template id
  std::map<std::int64_t, int> mass_in_month;       // by month since 1970
  std::map<std::string, std::string> client_ids;   // of templates: client_msg_id to msgid
};

struct WechatJob {
  std::string msg_id, client_id, kind, openid, template_id;  // kind: "mass", "template", "notice"
  std::int64_t at_ms = 0;
  int total = 0, sent = 0;
};

// Everything behind FakeWechat. `mutex` guards all but the server and its thread.
struct FakeWechat::State {
  Options options;
  mutable std::mutex mutex;
  std::string secret = "secretofthefakeaccount0123456789";
  std::string access_token;
  std::int64_t token_until_ms = 0;
  int tokens = 0, refused_tokens = 0;
  bool address_blocked = false;
  std::map<std::string, int> calls;
  std::set<std::string> forbidden, media;
  std::map<std::string, std::vector<std::string>> templates;
  std::map<std::string, std::int64_t> tags{{"星标组", 2}};
  std::map<std::string, WechatFollower> followers;
  std::map<std::string, std::string> pictures;
  std::vector<Sent> accepted;
  std::vector<nlohmann::json> mass_bodies;
  std::map<std::string, WechatJob> mass_jobs;  // by clientmsgid, or the digest of audience and content
  std::vector<WechatJob> unfinished;
  std::deque<WechatFault> faults;
  int bad_answers = 0;
  std::int64_t next_id = 24'500'000'000'000'001;

  channels::WechatEnvelope envelope{kWechatToken, kWechatAesKey, kWechatAppId};
  int port = 0;
  std::unique_ptr<httplib::Server> server;
  std::thread server_thread;

  std::int64_t now_ms() const;
  std::string id() { return std::to_string(next_id++); }
  void listen();
  void stop_listening();
};

// What the server says to a call whose token is good, with `mutex` held.
using WechatCall = nlohmann::json (*)(FakeWechat::State&, const nlohmann::json& body, const httplib::Request&);
const std::map<std::string, WechatCall>& wechat_calls();
nlohmann::json wechat_error(int errcode, const std::string& errmsg);

}  // namespace laoke::test
