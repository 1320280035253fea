#include "bot/channels/wecom/wecom_tags.h"

#include "bot/channels/json_body.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;

Reply good() {
  Reply reply;
  reply.status = SendStatus::kAccepted;
  reply.errcode = 0;
  return reply;
}

Reply tag_refused(std::string why) {
  Reply reply;
  reply.status = SendStatus::kRejected;
  reply.message = std::move(why);
  return reply;
}

const json& list_in(const json& object, const char* key) {
  static const json none = json::array();
  const auto found = object.find(key);
  return found != object.end() && found->is_array() ? *found : none;
}

void read_group(const json& group, std::map<std::string, std::string>& ids, std::map<std::string, std::string>& groups) {
  const bool gone = group.value("deleted", json(false)) == true;
  if (!gone) groups[text_at(group, "group_name")] = text_at(group, "group_id");
  for (const json& tag : list_in(group, "tag"))
    if (!gone && tag.value("deleted", json(false)) != true) ids.emplace(text_at(tag, "name"), text_at(tag, "id"));
}

}  // namespace

Reply TagCatalog::load() {
  if (loaded_) return good();
  Reply reply = api_.post("externalcontact/get_corp_tag_list", json::object());
  if (!reply.ok()) return reply;
  try {
    ids_.clear();
    groups_.clear();
    for (const json& group : list_in(reply.body, "tag_group")) read_group(group, ids_, groups_);
    loaded_ = true;
  } catch (const BadPayload& bad) {
    return tag_refused(std::string("get_corp_tag_list: ") + bad.what());
  }
  return reply;
}

std::string TagCatalog::known(const std::string& name) const {
  const auto found = ids_.find(name);
  return found == ids_.end() ? "" : found->second;
}

void TagCatalog::forget() {
  const std::lock_guard lock(mutex_);
  loaded_ = false;
}

TagCatalog::Found TagCatalog::find(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const bool fresh = !loaded_;
  Found found{load(), ""};
  if (!found.reply.ok()) return found;
  found.id = known(name);
  if (!found.id.empty() || fresh) return found;
  loaded_ = false;  // made on the platform since: tags made by API or on another node bring no callback
  found.reply = load();
  found.id = known(name);
  return found;
}

TagCatalog::Found TagCatalog::find_or_make(const std::string& name, const std::string& group) {
  Found found = find(name);
  if (!found.reply.ok() || !found.id.empty()) return found;
  if (length_code_points(name) > kMaxTagCharacters)
    return {tag_refused("the tag '" + name + "' has more than 30 characters: WeCom has no such tags / 标签超过 30 个字"), ""};
  const std::lock_guard lock(mutex_);
  const std::string& wanted = group.empty() ? default_group_ : group;
  json body{{"tag", json::array({{{"name", name}}})}, {"agentid", agent_id_}};
  if (const auto known_group = groups_.find(wanted); known_group != groups_.end())
    body["group_id"] = known_group->second;
  else
    body["group_name"] = wanted;
  found.reply = api_.post("externalcontact/add_corp_tag", body);
  loaded_ = false;
  // 40071: somebody made it a moment ago. The id is read from the list either way.
  if (!found.reply.ok() && found.reply.errcode != 40071) return found;
  found.reply = load();
  found.id = known(name);
  if (found.reply.ok() && found.id.empty()) found.reply = tag_refused("add_corp_tag made no tag '" + name + "'");
  return found;
}

}  // namespace laoke::channels::wecom
