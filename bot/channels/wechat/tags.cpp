#include "bot/channels/wechat/tags.h"

#include <algorithm>
#include <optional>

namespace laoke::channels::wechat {
namespace {

using nlohmann::json;

constexpr std::size_t kOpenidsPerCall = 50;  // fact sheet §0
constexpr std::size_t kTagNameBytes = 30;
constexpr std::int64_t kTagsFreshMs = 600'000;
constexpr std::int64_t kFirstOwnTag = 3;  // 0 to 2 are WeChat's
constexpr int kBadTag = 45159, kBadTagOld = 40152, kTagThere = 45157;

Reply accepted_reply() {
  Reply reply;
  reply.status = SendStatus::kAccepted;
  return reply;
}

std::optional<std::int64_t> id_of(const json& tag) {
  if (!tag.is_object() || !tag.contains("id") || !tag["id"].is_number_integer()) return std::nullopt;
  return tag["id"].get<std::int64_t>();
}

bool names_no_tag(const Reply& reply) {
  return reply.errcode == kBadTag || reply.errcode == kBadTagOld;
}

}  // namespace

TagBook::TagBook(Api& api, NowMs now_ms) : api_(api), now_ms_(std::move(now_ms)) {}

Reply TagBook::load() {
  Reply reply = api_.get("/cgi-bin/tags/get");
  if (!reply.ok()) return reply;
  ids_.clear();
  if (const json list = reply.body.value("tags", json()); list.is_array())
    for (const json& tag : list)
      if (const auto id = id_of(tag); id && tag.contains("name") && tag["name"].is_string()) ids_[tag["name"].get<std::string>()] = *id;
  fresh_until_ms_ = now_ms_() + kTagsFreshMs;
  return reply;
}

Reply TagBook::create(const std::string& name) {
  Reply reply = api_.post("/cgi-bin/tags/create", {{"tag", {{"name", name}}}});
  if (reply.errcode == kTagThere) return load();  // another node was quicker
  if (!reply.ok()) return reply;
  const auto id = id_of(reply.body.value("tag", json()));
  if (!id) return load();
  ids_[name] = *id;
  return reply;
}

// `id` stays 0 when there is no such tag and none was to be made.
Reply TagBook::find(const std::string& name, bool make, std::int64_t& id) {
  const auto look = [&] {
    const auto found = ids_.find(name);
    id = found == ids_.end() ? 0 : found->second;
    return id != 0;
  };
  const bool fresh = now_ms_() < fresh_until_ms_;
  if (fresh && look()) return accepted_reply();
  // Somebody may have made it in the console meanwhile.
  Reply reply = load();
  if (!reply.ok() || look() || !make) return reply;
  reply = create(name);
  look();
  if (reply.ok() && id == 0) reply.status = SendStatus::kRetryLater;
  return reply;
}

Reply TagBook::change_all(const char* path, std::int64_t id, const std::vector<std::string>& openids) {
  Reply reply = accepted_reply();
  for (std::size_t at = 0; at < openids.size() && reply.ok(); at += kOpenidsPerCall) {
    const std::size_t end = std::min(at + kOpenidsPerCall, openids.size());
    const std::vector<std::string> some(openids.begin() + static_cast<std::ptrdiff_t>(at), openids.begin() + static_cast<std::ptrdiff_t>(end));
    reply = api_.post_repeatable(path, {{"openid_list", some}, {"tagid", id}});
  }
  // Tagging twice changes nothing, so a lost answer is simply asked again.
  if (reply.status == SendStatus::kUnknown) reply.status = SendStatus::kRetryLater;
  return reply;
}

Reply TagBook::change(const char* path, const std::string& name, bool make, const std::vector<std::string>& openids) {
  if (name.empty() || name.size() > kTagNameBytes) {
    Reply reply;
    reply.status = SendStatus::kRejected;
    reply.words = "tag '" + name + "' has " + std::to_string(name.size()) + " bytes, WeChat allows 1 to 30 (10 Chinese letters) / 标签名最长 30 字节（10 个汉字）";
    return reply;
  }
  const std::lock_guard lock(mutex_);
  Reply reply;
  for (int attempt = 0; attempt < 2; ++attempt) {
    std::int64_t id = 0;
    reply = find(name, make, id);
    if (!reply.ok() || id == 0) return reply;  // id 0: nobody wears a tag that is not there
    reply = change_all(path, id, openids);
    if (!names_no_tag(reply)) return reply;
    fresh_until_ms_ = 0;  // deleted in the console since
    ids_.erase(name);
  }
  return reply;
}

Reply TagBook::put_on(const std::string& name, const std::vector<std::string>& openids) {
  return change("/cgi-bin/tags/members/batchtagging", name, true, openids);
}

Reply TagBook::take_off(const std::string& name, const std::vector<std::string>& openids) {
  return change("/cgi-bin/tags/members/batchuntagging", name, false, openids);
}

std::vector<std::string> TagBook::names_of(const std::vector<std::int64_t>& ids) {
  const std::lock_guard lock(mutex_);
  if (now_ms_() >= fresh_until_ms_) load();
  std::vector<std::string> names;
  for (const auto& [name, id] : ids_)
    if (id >= kFirstOwnTag && std::find(ids.begin(), ids.end(), id) != ids.end()) names.push_back(name);
  return names;
}

}  // namespace laoke::channels::wechat
