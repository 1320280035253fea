#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace laoke::test {

// One business number of WhatsApp on a loopback port: the Graph API over real HTTP, refusing what Meta refuses with
// Meta's codes, and the people who write to the number. Every member may be called from any thread. Faults apply to
// POST …/messages, one call each, in the order they were ordered.
class FakeWhatsapp {
 public:
  static constexpr const char* kNumber = "106540352242922";
  static constexpr const char* kAccount = "102290129340398";
  static constexpr const char* kAppSecret = "5d41402abc4b2a76b9719d911017c592";

  // A person; without a phone they show only their user id.
  struct Person {
    std::string user_id, phone, name;
    std::string address() const { return user_id.empty() ? phone : user_id; }
  };
  struct Sent {
    std::string id, to, type;  // wamid; user id or phone number as it was called; "text", "interactive", …
    std::string text;          // body, caption, or a template's parameters joined by "|"
    std::string reference;     // biz_opaque_callback_data
    nlohmann::json body;       // the call's body
    std::vector<std::string> button_ids() const;
  };
  struct Template {
    std::string name, language, category = "UTILITY", status = "APPROVED";
    int parameters = 0;
    std::vector<std::string> buttons = {};  // "quick_reply", "url" (fixed), "dynamic_url"
  };

  explicit FakeWhatsapp(std::function<std::int64_t()> now_ms = {});  // real time without it
  ~FakeWhatsapp();
  FakeWhatsapp(const FakeWhatsapp&) = delete;
  FakeWhatsapp& operator=(const FakeWhatsapp&) = delete;

  void follow_clock(std::function<std::int64_t()> now_ms);
  std::string base_url() const;
  std::string token() const;
  nlohmann::json settings() const;  // of an account on this server: no pace, all the time there is for an answer

  // --- what the business did
  std::vector<Sent> accepted() const;  // everything WhatsApp took, also what it never answered
  std::vector<Sent> accepted_by(const std::string& address) const;
  int calls(const std::string& what) const;  // "messages", "subscribed_apps", "number", "webhook", "message_templates"
  bool subscribed() const;
  std::string callback_url() const;  // of this number, "" the app's own
  std::string verify_token() const;

  // --- people and rules
  void knows(const Person& person);               // has WhatsApp and may be written to by template
  void opens_window(const std::string& address);  // wrote just now
  void forgets(const std::string& address);       // 131026
  void add_template(const Template& one);
  void set_template_status(const std::string& name, const std::string& status);  // "APPROVED", "PAUSED", "DISABLED", …
  void enforce_pair_rate(int burst);  // 131056 beyond so many messages to one person
  void revoke_token();                // 401, code 190
  void renew_token(const std::string& token);

  // --- faults
  void fail_next(int count, int http_status, int code, const std::string& message, const std::string& header = "");
  void fail_after(int good, int http_status, int code,
                  const std::string& message);                            // the call behind so many good ones
  void answer_with(int count, int http_status, const std::string& body);  // takes nothing, says something odd
  void lose_next_answer(int count = 1);  // takes the message and closes the connection without a word
  void drop_next(int count = 1);         // takes nothing and closes the connection without a word
  void stop();
  void start();

  // --- callbacks, as Meta writes them
  // One message of this person around `parts` ("type" and what goes with it). Opens their window.
  nlohmann::json message_from(const Person& person, nlohmann::json parts);
  nlohmann::json text_from(const Person& person, const std::string& text);
  nlohmann::json press_from(const Person& person, const std::string& data, const std::string& title,
                            const std::string& of_message);
  nlohmann::json status_of(const Sent& sent, const std::string& status, int error_code = 0) const;
  // What staff wrote to this person in the phone app of a number that is used there too.
  nlohmann::json staff_writes(const Person& person, nlohmann::json parts);
  nlohmann::json preference_of(const Person& person, bool stop);
  static nlohmann::json together(const std::vector<nlohmann::json>& callbacks);  // one body with all their changes
  // Non-ASCII as \u escapes, as Meta signs and sends it.
  static std::string bytes_of(const nlohmann::json& callback);
  static std::string signature_of(const std::string& bytes, const std::string& secret = kAppSecret);
  // The HTTP status, 0 when there was none.
  static int deliver(const std::string& url, const std::string& bytes, const std::string& secret = kAppSecret);

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace laoke::test
