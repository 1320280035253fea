#include "tests/support/scripted_platform.h"

#include <list>

#include "storage/channels.h"

namespace laoke::test {

using channels::Outgoing;
using channels::SendOutcome;
using channels::SendStatus;
using channels::Traits;

namespace {

// Kinds are made by plain functions: the platform is found by the number in the account's settings.
std::mutex all_mutex;  // guards all_platforms and all_kinds
std::map<std::int64_t, ScriptedPlatform*> all_platforms;
std::list<std::pair<std::string, channels::Kind>> all_kinds;

ScriptedPlatform* platform_called(const nlohmann::json& settings) {
  const std::lock_guard lock(all_mutex);
  return all_platforms.at(settings.at("platform").get<std::int64_t>());
}

std::int64_t number_of(const ScriptedPlatform* platform) { return reinterpret_cast<std::intptr_t>(platform); }

}  // namespace

// Callbacks are JSON: {"key", "from", "text", "token", "reply_to"…}; a signature is the header "signed".
class ScriptedChannel final : public channels::Channel {
 public:
  explicit ScriptedChannel(const channels::Account& account)
      : platform_(*platform_called(account.settings)), name_(account.name), kind_(account.kind), traits_(platform_.traits_.at(account.name)) {}

  std::string_view kind() const override { return kind_; }
  const Traits& traits() const override { return traits_; }
  bool authentic(const channels::RawRequest& request) const override { return request.headers.contains("signed"); }
  std::vector<InboundEvent> parse(const channels::RawRequest& request) const override {
    const auto in = nlohmann::json::parse(request.body);
    InboundEvent event;
    event.kind = InboundKind::kText;
    event.key = in.at("key");
    event.external_id = in.at("from");
    event.display_name = in.value("name", event.external_id);
    event.text = in.value("text", "");
    event.platform_message_id = event.key;
    event.person_id = in.value("person", "");
    event.window_ms = traits_.window_ms;
    return {event};
  }
  channels::HookAnswer answer(const channels::RawRequest&, const std::optional<MessageContent>& content) const override {
    return {200, content ? "answer: " + content->text : "success", "text/plain"};
  }
  bool can_answer(const MessageContent& content) const override {
    const std::lock_guard lock(platform_.mutex_);
    return content.text != platform_.unfit_;
  }
  SendOutcome send(const Outgoing& message) override { return platform_.take({name_, false, {message}, message.content}).front(); }
  std::vector<SendOutcome> send_batch(const MessageContent& content, std::span<const Outgoing> to) override {
    return platform_.take({name_, true, {to.begin(), to.end()}, content});
  }
  std::vector<channels::ProbeLine> probe() override { return {}; }

 private:
  ScriptedPlatform& platform_;
  const std::string name_, kind_;
  const Traits traits_;
};

namespace {
std::unique_ptr<channels::Channel> make_scripted(const channels::Account& account) { return std::make_unique<ScriptedChannel>(account); }
}  // namespace

ScriptedPlatform::ScriptedPlatform() {
  const std::lock_guard lock(all_mutex);
  all_platforms[number_of(this)] = this;
}

ScriptedPlatform::~ScriptedPlatform() {
  const std::lock_guard lock(all_mutex);
  all_platforms.erase(number_of(this));
}

std::int64_t ScriptedPlatform::add_account(storage::Transaction& tx, std::int64_t shop_id, const std::string& kind, const Traits& traits) {
  {
    const std::lock_guard lock(mutex_);
    traits_[kind] = traits;
  }
  storage::ChannelRow row;
  row.shop_id = shop_id;
  row.name = row.kind = kind;
  row.settings = nlohmann::json{{"platform", number_of(this)}}.dump();
  return storage::insert_channel(tx, row);
}

const channels::Kind* ScriptedPlatform::find_kind(std::string_view name) {
  const std::lock_guard lock(all_mutex);
  for (const auto& [known, kind] : all_kinds)
    if (known == name) return &kind;
  auto& [stored, kind] = all_kinds.emplace_back(std::string(name), channels::Kind{});
  kind.name = stored;
  kind.make = make_scripted;
  return &kind;
}

void ScriptedPlatform::answer_next(Answer answer) {
  const std::lock_guard lock(mutex_);
  next_.push_back(std::move(answer));
}

void ScriptedPlatform::answer_always(const std::string& account, Answer answer) {
  const std::lock_guard lock(mutex_);
  always_[account] = std::move(answer);
}

std::vector<ScriptedPlatform::Call> ScriptedPlatform::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<ScriptedPlatform::Call> ScriptedPlatform::calls_of(const std::string& account) const {
  auto all = calls();
  std::erase_if(all, [&](const Call& call) { return call.account != account; });
  return all;
}

std::vector<std::string> ScriptedPlatform::reached() const {
  std::vector<std::string> all;
  for (const auto& call : calls())
    for (const auto& one : call.to) all.push_back(one.external_id);
  return all;
}

std::vector<SendOutcome> ScriptedPlatform::take(Call call) {
  const std::lock_guard lock(mutex_);
  Answer answer;
  if (!next_.empty()) {
    answer = std::move(next_.front());
    next_.pop_front();
  } else if (const auto always = always_.find(call.account); always != always_.end()) {
    answer = always->second;
  }
  std::vector<SendOutcome> outcomes;
  for (const auto& one : call.to) {
    outcomes.push_back(answer ? answer(one) : outcome(SendStatus::kAccepted));
    if (outcomes.back().status == SendStatus::kAccepted || outcomes.back().status == SendStatus::kAwaitsPerson)
      outcomes.back().platform_message_id = "p" + std::to_string(call.batch ? static_cast<std::int64_t>(calls_.size()) : ++last_id_);
  }
  calls_.push_back(std::move(call));
  return outcomes;
}

SendOutcome outcome(SendStatus status, const std::string& code, std::int64_t retry_after_ms) {
  SendOutcome result;
  result.status = status;
  result.platform_code = code;
  result.retry_after = std::chrono::milliseconds(retry_after_ms);
  return result;
}

}  // namespace laoke::test
