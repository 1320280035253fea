#pragma once
#include <memory>
#include <span>

#include "bot/channels/channel.h"
#include "bot/channels/wechat/api.h"
#include "bot/channels/wechat/media.h"
#include "bot/channels/wechat/rights.h"
#include "bot/channels/wechat/settings.h"
#include "bot/channels/wechat/tags.h"

namespace laoke::channels::wechat {

// What goes out of one account. Any thread.
class Sender {
 public:
  Sender(const Settings& settings, NowMs now_ms);

  SendOutcome send(const Outgoing& message);
  std::vector<SendOutcome> send_mass(const MessageContent& content, std::span<const Outgoing> to);
  ErrandOutcome run(const Errand& errand);
  bool may_send_mass() const { return rights_.has(Right::kMassSend, now_ms_()); }
  bool may_ask_profiles() const { return rights_.has(Right::kTags, now_ms_()); }
  Api& api() { return api_; }
  std::vector<ProbeLine> right_lines();

 private:
  SendOutcome send_template(const Outgoing& message);
  SendOutcome send_custom(const Outgoing& message);
  Reply send_image(const std::string& openid, const std::string& image);
  Reply send_one(const nlohmann::json& body);
  MediaStore::Found with_media(const std::string& image);
  Reply send_mass_of(const MessageContent& content, const std::vector<std::string>& openids, const std::string& key);
  Reply with_right(Right right, const std::function<Reply()>& call);
  ErrandOutcome change_tag(const Errand& errand, bool on);
  ErrandOutcome ask_profile(const Errand& errand);

  const Settings& settings_;
  const NowMs now_ms_;
  Api api_;
  Rights rights_;
  MediaStore media_;
  TagBook tags_;
};

}  // namespace laoke::channels::wechat
