#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/patience.h"

namespace laoke::test {

// A Telegram of one bot on a loopback port: the Bot API over real HTTP, refusing what Telegram refuses, and the people
// who write to the bot. Every member may be called from any thread. The faults apply to the calls that send or edit,
// one call each, in the order they were ordered.
class FakeTelegram {
 public:
  struct Sent {
    std::string method;                                   // sendMessage, sendPhoto, editMessageText, editMessageCaption
    std::int64_t chat_id = 0, message_id = 0, at_ms = 0;  // at_ms: real UTC time
    std::string text;                                     // or the caption
    std::string photo;
    std::int64_t reply_to = 0;
    nlohmann::json markup;                           // reply_markup as sent, null without
    std::vector<std::string> button_data() const;    // of the inline keyboard, in reading order
    std::vector<std::string> button_labels() const;  // of either keyboard
  };
  enum class WaitForm { kBoth, kBody, kHeader };  // where a 429 says how long to wait
  // What befalls one call that sends.
  struct Twist {
    enum class Kind {
      kNone,
      kThrottle,   // 429, nothing is taken
      kFail,       // `code`, nothing is taken
      kTakenFail,  // takes the message and answers `code`
      kLose,       // takes the message and closes the connection without a word
      kDrop,       // takes nothing and closes the connection without a word
    } kind = Kind::kNone;
    int code = 500, retry_after_s = 1;
    std::chrono::milliseconds delay{0};  // before the answer or the closing
  };
  // Decides for each call and hears of each message that was taken, before its answer leaves. Called by the threads of
  // the server, several at a time, with no lock held: it may make people write.
  class Judge {
   public:
    virtual ~Judge() = default;
    virtual Twist befalls(std::int64_t chat_id, const std::string& text) = 0;
    virtual void taken(const Sent& sent) = 0;
  };

  explicit FakeTelegram(std::string token = "7700112233:AAHfakefakefakefakefakefakefakefake0");
  ~FakeTelegram();
  FakeTelegram(const FakeTelegram&) = delete;
  FakeTelegram& operator=(const FakeTelegram&) = delete;

  std::string base_url() const;
  std::string token() const;
  // For an account of kind "telegram" that talks to this server: no pacing between parts, all the time there is for an answer.
  nlohmann::json settings(const std::string& mode = "auto") const;

  // --- what the bot did
  std::vector<Sent> accepted() const;  // everything Telegram took, also what it never answered
  std::vector<Sent> accepted_by(std::int64_t chat_id) const;
  int calls(const std::string& method) const;         // all requests of a method, refused ones too
  std::vector<nlohmann::json> press_answers() const;  // bodies of good answerCallbackQuery calls
  bool wait_for_accepted(std::size_t count, std::chrono::milliseconds most = kPatience) const;

  // --- people and rates
  void block(std::int64_t chat_id);  // 403 blocked by the user; says nothing to the bot (see user_blocks)
  void unblock(std::int64_t chat_id);
  void deactivate(std::int64_t chat_id);                      // 403 deactivated
  void forget(std::int64_t chat_id);                          // 400 chat not found: never started
  void move(std::int64_t chat_id, std::int64_t new_chat_id);  // 400 upgraded to a supergroup
  void enforce_rates(double bot_per_second = 30, double chat_per_second = 1, int burst = 3);
  void revoke_token();  // 401 from now on

  // --- faults
  void throttle_next(int count, int retry_after_s, WaitForm form = WaitForm::kBoth);
  void fail_next(int count, int code, const std::string& description);  // nothing is taken
  void lose_next_answer(int count = 1);  // takes the message and closes the connection without a word
  void hang_next_answer(int count = 1);  // takes the message and says nothing until stop() or the end
  void drop_next(int count = 1);         // takes nothing and closes the connection without a word
  void answer_with(int count, int status, const std::string& body);  // takes nothing, says something odd
  void answer_after(std::chrono::milliseconds delay);                // every answer from now on
  void judge_sends(Judge* judge);                                    // borrowed; faults ordered before go first
  void break_next_updates(
      const std::string& raw_update);  // stands in the next pages of getUpdates as it is, with its id
  void stop();                         // nobody listens any more; what was accepted stays
  void start();                        // on the same port

  // --- what people do: each makes an update, delivered to the webhook or kept for getUpdates. They return update_id.
  std::int64_t user_says(std::int64_t chat_id, const std::string& name, const std::string& text);
  std::int64_t user_starts(std::int64_t chat_id, const std::string& name, const std::string& payload = "");
  std::int64_t user_sends_photo(std::int64_t chat_id, const std::string& name, const std::string& caption = "");
  std::int64_t user_presses(std::int64_t chat_id, const std::string& name, const std::string& data,
                            std::int64_t message_id = 0);
  std::int64_t user_replies(std::int64_t chat_id, const std::string& name, const std::string& text,
                            std::int64_t message_id);
  std::int64_t user_edits(std::int64_t chat_id, const std::string& name, std::int64_t message_id,
                          const std::string& text);
  std::int64_t user_shares_phone(std::int64_t chat_id, const std::string& name, const std::string& phone);
  std::int64_t user_blocks(std::int64_t chat_id, const std::string& name);  // and is blocked
  std::int64_t user_unblocks(std::int64_t chat_id, const std::string& name);
  std::int64_t post_update(nlohmann::json update);  // any update; without update_id it gets the next

  // --- webhook
  std::string webhook_url() const;  // "" while none is set
  // One delivery at once, with the registered secret. The HTTP status, 0 when there was none.
  int deliver(const nlohmann::json& update) const;
  int deliver_to(const std::string& url, const std::string& secret, const std::string& body) const;  // "" = no header
  // Repeats of a delivery that got no 2xx: at once, then after 2, 4, 8 … units up to 60. Default unit 10 ms.
  void retry_unit(std::chrono::milliseconds unit);
  std::size_t pending() const;  // updates nobody has taken yet
  bool wait_until_taken(std::chrono::milliseconds most = kPatience) const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace laoke::test
