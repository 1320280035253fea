#include "bot/channels/wecom/wecom_settings.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <stdexcept>

#include "bot/http_client.h"

namespace laoke::channels::wecom {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

constexpr std::size_t kAesKeyLetters = 43;  // developer.work.weixin.qq.com/document/path/90968
constexpr std::size_t kMaxToken = 32;       // ibid.
constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

[[noreturn]] void refuse_setting(const std::string& name, const std::string& shown, const char* allowed) {
  throw std::invalid_argument("wecom: " + name + " is " + shown + ", but it must be " + allowed);
}

std::string quoted_value(const std::string& text) {
  return text.empty() ? "missing" : "'" + text + "'";
}

std::string masked_value(const std::string& secret) {
  return secret.empty() ? "missing" : "'***' of " + std::to_string(secret.size()) + " letters";
}

bool only(const std::string& text, std::string_view letters, std::string_view more = "") {
  return !text.empty() && std::ranges::all_of(text, [&](char c) {
    return letters.find(c) != std::string_view::npos || more.find(c) != std::string_view::npos;
  });
}

std::string value_of(const json& settings, const SettingSpec& spec) {
  const auto found = settings.is_object() ? settings.find(spec.name) : settings.end();
  if (!settings.is_object() || found == settings.end() || found->is_null()) return spec.fallback;
  if (found->is_number() || found->is_boolean()) return found->dump();
  if (!found->is_string()) refuse_setting(spec.name, "neither text nor number", "one of them");
  const std::string text(trim(found->get<std::string>()));
  return text.empty() ? spec.fallback : text;
}

double number_in(const std::string& name, const std::string& text, double least, double most, const char* allowed) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
  if (!good) refuse_setting(name, quoted_value(text), allowed);
  return value;
}

bool yes_or_no(const std::string& name, const std::string& text) {
  for (const char* yes : {"true", "yes", "on", "1"})
    if (text == yes) return true;
  for (const char* no : {"false", "no", "off", "0"})
    if (text == no) return false;
  refuse_setting(name, quoted_value(text), "yes or no");
}

std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> names;
  std::string name;
  for (const char c : text + ",") {
    if (c != ',' && c != ' ' && c != ';') {
      name += c;
    } else if (!name.empty()) {
      names.push_back(std::exchange(name, ""));
    }
  }
  return names;
}

std::string address_of(const std::string& text) {
  if (!is_http_url(text) || text.find_first_of("?#") != std::string::npos)
    refuse_setting("api_base", quoted_value(text), "an address such as https://qyapi.weixin.qq.com");
  std::string base = text;
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace

std::vector<SettingSpec> setting_specs() {
  return {
      {"corp_id", true, false, "企业ID, such as ww0f1e2d3c4b5a6978: admin console, 我的企业 → 企业信息", ""},
      {"agent_id", true, false, "AgentId of your self-built app: 应用管理 → 自建", ""},
      {"secret", true, true, "Secret of the same app", ""},
      {"token", true, true, "Token of the app's 接收消息 → API接收; any 3 to 32 letters and digits, the same there and here", ""},
      {"encoding_aes_key", true, true, "EncodingAESKey beside the Token: 43 letters and digits", ""},
      {"sync_tags", false, false, "yes: a tag put on here is a 企业标签 there, and back", "no"},
      {"tag_group", false, false, "the 标签组 for tags that are new there", "老客"},
      {"sender", false, false, "userid of the member who sends when several have the same customer", ""},
      {"open_kfids", false, false, "微信客服 accounts (wk…) to read from the start, set apart by commas; others are found by their first message", ""},
      {"messages_per_second", false, false, "calls that send; WeCom allows about 160", "20"},
      {"results_after_seconds", false, false, "when the result of a task is first asked for", "600"},
      {"max_age_seconds", false, false, "how old the timestamp of a callback may be; 0: any", "3600"},
      {"timeout_seconds", false, false, "how long to wait for WeCom's answer", "10"},
      {"api_base", false, false, "address of the API", "https://qyapi.weixin.qq.com"},
  };
}

Settings read_settings(const json& settings) {
  std::map<std::string, std::string> values;
  for (const SettingSpec& spec : setting_specs()) values[spec.name] = value_of(settings, spec);
  Settings read;
  read.corp_id = values["corp_id"];
  if (!only(read.corp_id, kLetters, "_-")) refuse_setting("corp_id", quoted_value(read.corp_id), "letters and digits such as ww0f1e2d3c4b5a6978");
  read.agent_id = static_cast<std::int64_t>(number_in("agent_id", values["agent_id"], 1, 1e12, "a number such as 1000002"));
  read.secret = values["secret"];
  if (!only(read.secret, kLetters, "_-")) refuse_setting("secret", masked_value(read.secret), "the letters and digits that the app's page shows");
  read.token = values["token"];
  if (read.token.size() < 3 || read.token.size() > kMaxToken || !only(read.token, kLetters))
    refuse_setting("token", masked_value(read.token), "3 to 32 letters and digits, the same as in the admin console");
  read.encoding_aes_key = values["encoding_aes_key"];
  if (read.encoding_aes_key.size() != kAesKeyLetters || !only(read.encoding_aes_key, kLetters))
    refuse_setting("encoding_aes_key", masked_value(read.encoding_aes_key), "43 letters and digits");
  read.api_base = address_of(values["api_base"]);
  read.sender = values["sender"];
  read.open_kfids = names_in(values["open_kfids"]);
  read.sync_tags = yes_or_no("sync_tags", values["sync_tags"]);
  read.tag_group = values["tag_group"];
  read.messages_per_second = number_in("messages_per_second", values["messages_per_second"], 0.1, 1000, "0.1 to 1000");
  const double results = number_in("results_after_seconds", values["results_after_seconds"], 0.001, 86400, "0.001 to 86400");
  read.results_after = milliseconds(static_cast<std::int64_t>(results * 1000));
  read.max_age_s = static_cast<std::int64_t>(number_in("max_age_seconds", values["max_age_seconds"], 0, 1e9, "0 or more"));
  const double timeout = number_in("timeout_seconds", values["timeout_seconds"], 0.05, 30, "0.05 to 30");
  read.timeout = milliseconds(static_cast<std::int64_t>(timeout * 1000));
  return read;
}

}  // namespace laoke::channels::wecom
