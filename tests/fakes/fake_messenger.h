#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "tests/fakes/fake_http.h"

namespace laoke::test {

// Meta's Graph API with one Page (or one Instagram account) on a loopback port, refusing what Meta refuses with Meta's
// codes, and the people who write to it. Every member may be called from any thread. Time is the machine's, unless
// follow_clock() says otherwise.
class FakeMessenger {
 public:
  struct Sent {
    std::string to, message_id, messaging_type, metadata;
    nlohmann::json message;  // as it was sent
    std::int64_t at_ms = 0;
    std::string text() const;   // of a template what its reader sees, or its name and parameters
    std::string image() const;
    std::vector<std::string> button_data() const;  // buttons and quick replies
    std::vector<std::string> button_labels() const;
  };
  // What befalls the next calls that send, one each.
  struct Fault {
    enum class Kind {
      kRefuse,     // an error object, nothing is taken
      kTakenFail,  // an error object, and it was taken
      kLose,       // takes it and closes the connection without a word
      kHang,       // takes it and says nothing until stop()
      kDrop,       // takes nothing and closes the connection without a word
      kOdd,        // `http` and `message` as the whole body, nothing is taken
    } kind = Kind::kRefuse;
    int http = 400;
    std::int64_t code = 0, subcode = 0;
    std::string message = {};
    std::vector<std::pair<std::string, std::string>> headers = {};
  };

  static constexpr const char* kAppSecret = "5d41402abc4b2a76b9719d911017c592";
  static constexpr const char* kToken = "EAAGtestPageAccessToken0001";
  static constexpr const char* kVerifyToken = "lk-verify-7f3";
  static constexpr const char* kAppId = "421337000111222";
  static constexpr const char* kPageId = "108234567890123";
  static constexpr const char* kInstagramId = "17841400000000001";

  explicit FakeMessenger(bool instagram = false);

  std::string base_url() const { return http_.url(); }
  std::string account_id() const { return instagram_ ? kInstagramId : kPageId; }
  nlohmann::json settings() const;  // 1 s for an answer, no pace between parts
  void follow_clock(std::function<std::int64_t()> now_ms);
  void stop() { http_.stop(); }
  void start() { http_.start(); }

  // --- what the account did
  std::vector<Sent> accepted() const;  // everything Meta took, also what it never answered
  std::vector<Sent> accepted_by(const std::string& person) const;
  int calls(const std::string& path) const;  // below the version: "me/messages"; refused ones too
  std::set<std::string> subscribed_fields() const;
  std::string callback_url() const;
  bool get_started() const;

  // --- how Meta stands
  void fail_next(const Fault& fault, int count = 1);
  void revoke_token();
  void approve_template(const std::string& name, const std::string& language, std::size_t parameters);
  void fail_profiles(const Fault& fault, int count = 1);  // the next questions for a profile, refused
  void forbid_subscribing();  // 100 for subscribed_apps

  // --- people. Whoever says something can be written to for 24 hours.
  void block(const std::string& person);   // 551 from now on
  void forget(const std::string& person);  // no matching user
  // {"first_name":…} or, on Instagram, {"name":…,"username":…}; of others Meta tells nothing.
  void calls_themselves(const std::string& person, const nlohmann::json& profile);
  Callback says(const std::string& person, const std::string& text);
  Callback presses(const std::string& person, const std::string& data);       // a button of a template
  Callback taps(const std::string& person, const std::string& label, const std::string& data);  // a quick reply
  Callback starts(const std::string& person, const std::string& ref);         // "Get started", perhaps by a link
  Callback echo(const Sent& sent) const;
  // Typed by staff in the account's own inbox; `more` is laid over the message.
  Callback staff_types(const std::string& person, const std::string& text, const nlohmann::json& more = nlohmann::json::object());
  Callback delivered(const std::string& person, std::int64_t watermark_ms, const std::vector<std::string>& mids = {}) const;
  Callback read(const std::string& person, std::int64_t watermark_ms) const;
  Callback event(const std::string& person, nlohmann::json part) const;  // {"message":{…}} in its envelope
  static Callback sign(const std::string& body, const std::string& app_secret = kAppSecret);

 private:
  FakeReply serve(const FakeRequest& request);
  FakeReply answer_app(const FakeRequest& request);
  FakeReply subscribed_apps(const FakeRequest& request);
  FakeReply send(const FakeRequest& request);
  FakeReply taken(const nlohmann::json& body);
  FakeReply profile(const FakeRequest& request, const std::string& person);
  FakeReply refused_recipient(const nlohmann::json& body) const;
  FakeReply refused_template(const nlohmann::json& payload) const;
  void heard(const std::string& person);
  std::int64_t now_ms() const;

  const bool instagram_;
  mutable std::mutex mutex_;  // guards the rest but the server
  std::function<std::int64_t()> clock_;
  std::vector<Sent> accepted_;
  std::map<std::string, int> calls_;
  std::map<std::string, std::int64_t> last_in_ms_;
  std::set<std::string> blocked_, fields_;
  std::map<std::pair<std::string, std::string>, std::size_t> templates_;  // name and language -> parameters
  std::deque<Fault> faults_, profile_faults_;
  std::map<std::string, nlohmann::json> profiles_;
  std::string callback_url_;
  bool revoked_ = false, get_started_ = false, may_subscribe_ = true;
  int messages_ = 0;
  FakeHttp http_;  // last: its threads use the others
};

}  // namespace laoke::test
