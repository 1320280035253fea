#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "tests/fakes/fake_http.h"

namespace laoke::test {

// LINE with one official account on a loopback port: the Messaging API over real HTTP, refusing what LINE refuses in
// LINE's words, and the people who write to the account. Every member may be called from any thread. Time is the
// machine's, unless follow_clock() says otherwise.
class FakeLine {
 public:
  struct Sent {
    std::string call;            // "reply", "push", "multicast"
    std::string to;              // one row for each recipient
    nlohmann::json messages;     // as they were sent
    std::string request_id;
    std::string text() const;                        // of all bubbles, one under the other; a template's text
    std::vector<std::string> button_data() const;    // templates and quick replies
    std::vector<std::string> button_labels() const;
    std::string image() const;
  };
  // What befalls the next calls that send, one each.
  struct Fault {
    enum class Kind {
      kRefuse,  // `status` and `message`, nothing is taken
      kLose,    // takes it and closes the connection without a word
      kHang,    // takes it and says nothing until stop()
      kDrop,    // takes nothing and closes the connection without a word
      kOdd,     // `status` and `message` as the whole body, nothing is taken
      kTakenRefuse,  // takes it and answers `status` and `message`
      kNone,
    } kind = Kind::kRefuse;
    int status = 500;
    std::string message = {};
    std::chrono::milliseconds delay{0};  // before the answer or the closing; stop() ends it
  };
  // Decides for each call that sends and hears of what was taken, before the answer leaves. Called by the threads of the
  // server, several at a time, with no lock held.
  class Judge {
   public:
    virtual ~Judge() = default;
    virtual Fault befalls(const std::string& call, const std::string& retry_key, const std::string& body) = 0;
    virtual void taken(const std::string& call, const std::string& retry_key, std::span<const Sent> sent) = 0;
  };

  static constexpr const char* kChannelSecret = "9f1c2ab7d4e84b06a5c3e1f708d96b24";
  static constexpr const char* kChannelId = "1656789012";
  static constexpr const char* kToken = "lk+LongLivedTokenOfTheFake/0123456789abcdef==";
  static constexpr const char* kBotId = "U11112222333344445555666677778888";

  FakeLine();

  std::string base_url() const { return http_.url(); }
  nlohmann::json settings() const;            // with the long-lived token; 1 s for an answer
  nlohmann::json stateless_settings() const;  // with channel_id instead
  void follow_clock(std::function<std::int64_t()> now_ms);
  void stop();
  void start();

  // --- what the account did
  std::vector<Sent> accepted() const;  // everything LINE took, also what it never answered and what no blocked user saw
  std::vector<Sent> shown_to(const std::string& user_id) const;  // without what was sent while the user blocked
  int calls(const std::string& path) const;                      // all requests of a path, refused ones too
  std::int64_t used_this_month() const;
  std::string webhook() const;
  int tokens_issued() const;

  // --- how LINE stands
  void fail_next(const Fault& fault, int count = 1);
  void judge_sends(Judge* judge);          // borrowed; faults ordered before go first
  void revoke_tokens();                    // 401 for all that were given out; stateless ones can be fetched anew
  void limit_month(std::int64_t messages); // 0: no limit
  void switch_webhook_off();
  void fail_profiles(int status, const std::string& message, int count = 1);  // the next questions for a profile

  // --- people. Whoever says something is known to the account from then on.
  void befriend(const std::string& user_id);
  void block(const std::string& user_id);  // LINE says 200 and shows nothing
  void forget(const std::string& user_id);
  void calls_themselves(const std::string& user_id, const std::string& name);  // of others LINE tells no profile
  Callback says(const std::string& user_id, const std::string& text);
  Callback presses(const std::string& user_id, const std::string& data);
  Callback follows(const std::string& user_id);
  Callback unfollows(const std::string& user_id);
  Callback event(nlohmann::json event);                         // what is missing of the envelope is filled in
  Callback callback(const nlohmann::json& events) const;        // signed
  static Callback sign(const std::string& body, const std::string& secret = kChannelSecret);
  std::string last_reply_token() const;

 private:
  FakeReply serve(const FakeRequest& request);
  FakeReply answer(const FakeRequest& request, const std::string& call, const Fault& fault);
  FakeReply send(const std::string& call, const FakeRequest& request, const Fault& fault);
  Fault next_fault(const std::string& call, const FakeRequest& request, Judge*& judge);
  FakeReply taken(const std::string& call, const nlohmann::json& body, const std::string& request_id);
  FakeReply refused_recipients(const std::string& call, const nlohmann::json& body);
  FakeReply issue_token(const FakeRequest& request);
  FakeReply webhook_endpoint(const FakeRequest& request);
  FakeReply test_webhook();
  FakeReply profile(const std::string& user_id);
  FakeReply said(int status, const nlohmann::json& body) const;
  FakeReply refused(int status, const std::string& message, const std::string& property = "", const std::string& detail = "") const;
  std::int64_t now_ms() const;

  mutable std::mutex mutex_;  // guards the rest but the server
  std::condition_variable stopped_changed_;
  bool stopped_ = false;
  Judge* judge_ = nullptr;
  std::function<std::int64_t()> clock_;
  std::vector<Sent> accepted_;
  std::map<std::string, int> calls_;
  std::map<std::string, std::pair<std::string, std::string>> retry_keys_;  // key -> first request id, its answer's body
  std::map<std::string, std::int64_t> reply_tokens_;                       // live ones and until when
  std::map<std::string, std::string> reply_to_;                            // whose they are
  std::set<std::string> users_, blocked_, tokens_;
  std::set<std::size_t> unseen_;  // of accepted_: the user had blocked
  std::deque<Fault> faults_, profile_faults_;
  std::map<std::string, std::string> names_;
  std::int64_t month_limit_ = 0, used_ = 0, next_id_ = 571'039'999'990'000'001;
  int tokens_issued_ = 0, events_ = 0;
  std::string webhook_, last_reply_token_;
  bool webhook_active_ = true;
  FakeHttp http_;  // last: its threads use the others
};

}  // namespace laoke::test
