#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/context.h"
#include "handlers/message_content.h"
#include "handlers/wording.h"
#include "storage/contacts.h"

namespace laoke::seller {

// What a person of the shop may do; each includes the ones before.
enum class Role { kViewer, kOperator, kOwner };
Role role_named(std::string_view stored);  // anything unknown may only read
// "店主" / "owner".
std::string role_words(Role role, std::string_view language);

// What a question already found out, by slot: which customer a name means, which order a number is for.
using Picks = std::map<std::string, std::int64_t>;

struct Option {
  std::string label;
  std::int64_t value = 0;
};

using Buttons = std::vector<std::vector<Button>>;

// One command of one staff member: what it may look at, what was found out so far, and the ways to answer. Lives as long
// as the callback's transaction, or the reader's.
//
// A command that needs to know more asks a question and returns; the answer runs the same line again with one more pick.
class Chat {
 public:
  Chat(const Context& context, const storage::Sender& sender, std::int64_t channel_id);

  const Context& context() const { return context_; }
  storage::Transaction& tx() const { return context_.tx; }
  std::int64_t shop_id() const { return context_.shop_id(); }
  std::int64_t now_ms() const { return context_.now_ms; }
  const std::string& zone() const { return context_.shop.time_zone; }
  const std::string& language() const { return language_; }
  std::int64_t staff_id() const { return sender_.staff_id; }
  const storage::Sender& sender() const { return sender_; }
  std::int64_t channel_id() const { return channel_id_; }
  Role role() const { return role_; }

  void answer(std::string_view text, Buttons buttons = {}) const;
  // From now on answers go there instead of into the ledger, for a command that only reads.
  void keep_answers(std::vector<MessageContent>& kept) { kept_ = &kept; }
  bool only_reads() const { return kept_ != nullptr; }
  void tell(const Phrase& phrase) const { answer(words(phrase)); }
  std::string words(const Phrase& phrase) const { return laoke::say(language_, phrase); }
  std::string date_time(std::int64_t at_ms) const;
  std::string money(std::int64_t amount_minor, std::string_view currency = "") const;  // "" the shop's

  // The line that is being followed; what an answer to a question runs again.
  void set_line(std::string_view line) { line_ = line; }
  const std::string& line() const { return line_; }
  void set_picks(Picks picks, bool confirmed) {
    picks_ = std::move(picks);
    confirmed_ = confirmed;
  }
  std::optional<std::int64_t> picked(const std::string& slot) const;
  void pick(const std::string& slot, std::int64_t value) { picks_[slot] = value; }
  // The person said yes to what ask_yes() showed.
  bool confirmed() const { return confirmed_; }

  // A numbered question with buttons; the answer fills `slot`.
  void ask_choice(std::string_view text, const std::string& slot, const std::vector<Option>& options) const;
  // A question for an explicit yes.
  void ask_yes(std::string_view text) const;
  // What is typed next takes the place of "{}" in `line`, which is then followed.
  void ask_words(std::string_view text, std::string_view line) const;


 private:
  void ask(std::string_view text, std::string_view question, Buttons buttons) const;

  Context context_;
  const storage::Sender& sender_;
  std::int64_t channel_id_;
  std::string language_;
  Role role_;
  std::string line_;
  Picks picks_;
  bool confirmed_ = false;
  std::vector<MessageContent>* kept_ = nullptr;
};

}  // namespace laoke::seller
