#pragma once
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "bot/channels/channel.h"
#include "storage/database.h"

namespace laoke::test {

// A chat platform whose rules and answers the test writes: several accounts of several kinds may live on it. It remembers
// every call. Thread-safe.
class ScriptedPlatform {
 public:
  struct Call {
    std::string account;  // the channel's name
    bool batch = false;
    std::vector<channels::Outgoing> to;  // one, or a batch's members
    MessageContent content;
    std::string key() const { return to.front().idempotency_key; }
  };
  // What comes of one message, or of each member of a batch; none: accepted.
  using Answer = std::function<channels::SendOutcome(const channels::Outgoing&)>;

  ScriptedPlatform();
  ~ScriptedPlatform();

  // An account in the database: `kind` may be anything, `traits` what it can do. Its channel id.
  std::int64_t add_account(storage::Transaction& tx, std::int64_t shop_id, const std::string& kind, const channels::Traits& traits);
  // The kind of such an account: for ChannelHost.
  static const channels::Kind* find_kind(std::string_view name);

  void answer_next(Answer answer);                     // one call
  void answer_always(const std::string& account, Answer answer);
  void cannot_answer(const std::string& text) { unfit_ = text; }  // this text does not fit into a hook's answer

  std::vector<Call> calls() const;
  std::vector<Call> calls_of(const std::string& account) const;
  // External ids that were written to, in order of the calls.
  std::vector<std::string> reached() const;

 private:
  friend class ScriptedChannel;
  std::vector<channels::SendOutcome> take(Call call);

  mutable std::mutex mutex_;  // guards the rest
  std::vector<Call> calls_;
  std::deque<Answer> next_;
  std::map<std::string, Answer> always_;
  std::map<std::string, channels::Traits> traits_;
  std::string unfit_;
  std::int64_t last_id_ = 0;
};

channels::SendOutcome outcome(channels::SendStatus status, const std::string& code = "", std::int64_t retry_after_ms = 0);

}  // namespace laoke::test
