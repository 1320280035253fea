#include "bot/channels/whatsapp/setup.h"

#include <stdexcept>

#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/parse_message.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

constexpr const char* kNumberFields = "?fields=display_phone_number,verified_name,quality_rating";
constexpr const char* kTemplateFields = "/message_templates?fields=name,language,status&limit=200";
constexpr std::size_t kShownTemplates = 20;
// https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/override/, June 2026
constexpr std::size_t kLongestCallbackUrl = 200;

std::string number_path(const Settings& settings) {
  return "/" + settings.phone_number_id;
}
std::string account_path(const Settings& settings) {
  return "/" + settings.waba_id;
}

// What went wrong with a call of ours, with what to do where the code does not tell it.
std::string failed(const GraphApi& api, const std::string& what, const Reply& reply) {
  std::string text = what + ": " + reply.words;
  if (reply.code < 0 && reply.words.find(" / ") == std::string::npos)
    text += "; 检查这台机器能否访问 / check that this machine reaches " + api.address();
  return text;
}

void require_good(const GraphApi& api, const std::string& what, const Reply& reply) {
  if (reply.status != SendStatus::kAccepted) throw std::runtime_error("whatsapp: " + failed(api, what, reply));
}

void lead_callbacks_here(const GraphApi& api, const Settings& settings, const std::string& url) {
  if (url.size() > kLongestCallbackUrl)
    throw std::runtime_error("whatsapp: 回调网址超过 200 个字符 / the callback URL is longer than 200 characters: " +
                             url);
  const json configuration{{"override_callback_uri", url}, {"verify_token", settings.verify_token}};
  const Reply reply = api.post(number_path(settings), {{"webhook_configuration", configuration}});
  if (reply.status == SendStatus::kAccepted) return;
  throw std::runtime_error("whatsapp: " + failed(api, "回调网址没有设成 / the callback URL was not taken", reply) +
                           "; 该网址必须能从公网用 https 打开 / it must be open to the internet by https: " + url);
}

std::string text_in_body(const json& body, const char* key) {
  const auto found = body.find(key);
  return found != body.end() && found->is_string() ? found->get<std::string>() : "";
}

ProbeLine number_line(const GraphApi& api, const Reply& reply) {
  if (reply.status != SendStatus::kAccepted) return {false, failed(api, "号码 / number", reply)};
  const std::string quality = text_in_body(reply.body, "quality_rating");
  std::string text = "口令有效 / the token is valid: " + text_in_body(reply.body, "display_phone_number") + " " +
                     text_in_body(reply.body, "verified_name");
  if (!quality.empty()) text += ", 质量 / quality " + quality;
  return {quality != "RED", text};
}

ProbeLine subscription_line(const GraphApi& api, const Reply& reply) {
  if (reply.status != SendStatus::kAccepted) return {false, failed(api, "订阅 / subscription", reply)};
  if (!list_at(reply.body, "data").empty()) return {true, "应用已订阅此账号 / an app is subscribed to the account"};
  return {false,
          "没有应用订阅此账号，收不到消息：启动 laoke serve（它会订阅）/ no app is subscribed to the account, so no "
          "message "
          "comes: start laoke serve, which subscribes"};
}

void add_template_lines(const json& body, std::vector<ProbeLine>& lines) {
  std::string approved, others;
  std::size_t count = 0;
  for (const json& one : list_at(body, "data")) {
    const std::string name = text_at(one, "name") + " (" + text_at(one, "language") + ")",
                      status = text_at(one, "status");
    std::string& list = status == "APPROVED" ? approved : others;
    if (status == "APPROVED" && ++count > kShownTemplates) continue;
    list += (list.empty() ? "" : ", ") + name + (status == "APPROVED" ? "" : " " + status);
  }
  if (approved.empty())
    lines.push_back({false,
                     "没有审核通过的模板，24 小时窗口之外什么也发不了：WhatsApp 管理工具 > 消息模板 / no approved "
                     "template, so nothing "
                     "can be sent outside the 24 h window: WhatsApp Manager > Message templates"});
  else
    lines.push_back({true, std::to_string(count) + " 个可用模板 / approved templates: " + approved +
                               (count > kShownTemplates ? ", …" : "")});
  if (!others.empty()) lines.push_back({false, "不可用的模板 / templates that cannot be used: " + others});
}

}  // namespace

void connect_number(const GraphApi& api, const Settings& settings, const std::string& public_hook_url) {
  require_good(api, "号码 / number", api.get(number_path(settings) + kNumberFields));
  if (!settings.waba_id.empty())
    require_good(api, "订阅 / subscription", api.post(account_path(settings) + "/subscribed_apps", json::object()));
  if (public_hook_url.starts_with("https://")) lead_callbacks_here(api, settings, public_hook_url);
}

std::vector<ProbeLine> probe_number(const GraphApi& api, const Settings& settings) {
  std::vector<ProbeLine> lines;
  try {
    lines.push_back(number_line(api, api.get(number_path(settings) + kNumberFields)));
    if (!lines.back().ok) return lines;
    if (settings.waba_id.empty()) {
      lines.push_back(
          {false,
           "没有设置 waba_id：无法检查订阅和模板 / waba_id is not set: subscription and templates cannot be checked"});
      return lines;
    }
    lines.push_back(subscription_line(api, api.get(account_path(settings) + "/subscribed_apps")));
    const Reply templates = api.get(account_path(settings) + kTemplateFields);
    if (templates.status == SendStatus::kAccepted)
      add_template_lines(templates.body, lines);
    else
      lines.push_back({false, failed(api, "模板 / templates", templates)});
  } catch (const BadPayload& error) {
    lines.push_back(
        {false, api.address() + " 的回答不像 Graph API / does not answer like the Graph API: " + error.what()});
  }
  return lines;
}

}  // namespace laoke::channels::whatsapp
