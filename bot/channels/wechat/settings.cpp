#include "bot/channels/wechat/settings.h"

#include <charconv>
#include <map>
#include <stdexcept>

#include "bot/channels/wechat_envelope.h"
#include "bot/http_client.h"

namespace laoke::channels::wechat {
namespace {

using nlohmann::json;

constexpr std::string_view kAlphanumeric = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kIdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
constexpr std::size_t kTokenLeast = 3, kTokenMost = 32;  // fact sheet §2
constexpr std::size_t kIdMost = 64;

[[noreturn]] void refuse_setting(const char* name, const std::string& shown, const char* allowed) {
  throw std::invalid_argument("wechat: " + std::string(name) + " is " + shown + ", but it must be " + allowed);
}

std::string shown_value(const std::string& text) {
  return text.empty() ? "missing" : "'" + text + "'";
}
std::string hidden(const std::string& secret) {
  return secret.empty() ? "missing" : "'***' of " + std::to_string(secret.size()) + " letters";
}

std::string setting_text(const json& settings, const SettingSpec& spec) {
  const auto found = settings.is_object() ? settings.find(spec.name) : settings.end();
  if (!settings.is_object() || found == settings.end() || found->is_null()) return spec.fallback;
  if (found->is_number() || found->is_boolean()) return found->dump();
  if (!found->is_string()) refuse_setting(spec.name.c_str(), "neither text nor number", "one of them");
  const std::string text = found->get<std::string>();
  return text.empty() ? spec.fallback : text;
}

using SettingTexts = std::map<std::string, std::string>;

template <class Value>
Value choice(const SettingTexts& texts, const char* name, const std::map<std::string, Value, std::less<>>& choices,
             const char* allowed) {
  const auto found = choices.find(texts.at(name));
  if (found == choices.end()) refuse_setting(name, shown_value(texts.at(name)), allowed);
  return found->second;
}

bool yes_or_no(const SettingTexts& texts, const char* name) {
  return choice<bool>(texts, name, {{"yes", true}, {"true", true}, {"1", true}, {"no", false}, {"false", false}, {"0", false}},
                      "yes or no");
}

double setting_number(const SettingTexts& texts, const char* name, double least, double most, const char* allowed) {
  const std::string& text = texts.at(name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
  if (!good) refuse_setting(name, shown_value(text), allowed);
  return value;
}

bool made_of(const std::string& text, std::string_view letters, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && text.find_first_not_of(letters) == std::string::npos;
}

void read_secrets(Settings& read, const SettingTexts& texts) {
  read.app_id = texts.at("app_id");
  if (!made_of(read.app_id, kIdLetters, 1, kIdMost))
    refuse_setting("app_id", shown_value(read.app_id), "the developer id of the console, such as wx1a2b3c4d5e6f7890");
  read.app_secret = texts.at("app_secret");
  if (!made_of(read.app_secret, kIdLetters, 1, 128))
    refuse_setting("app_secret", hidden(read.app_secret), "the developer password of the console, 32 letters and digits");
  read.token = texts.at("token");
  if (!made_of(read.token, kAlphanumeric, kTokenLeast, kTokenMost))
    refuse_setting("token", hidden(read.token), "3 to 32 letters and digits, the same as in the console");
  read.encoding_aes_key = texts.at("encoding_aes_key");
  if (read.mode == Mode::kPlain) return;
  try {
    const WechatEnvelope checked(read.token, read.encoding_aes_key, read.app_id);
  } catch (const std::invalid_argument&) {
    refuse_setting("encoding_aes_key", hidden(read.encoding_aes_key), "the 43 letters and digits of the console's EncodingAESKey");
  }
}

void read_address(Settings& read, const SettingTexts& texts) {
  read.api_base = texts.at("api_base");
  if (!is_http_url(read.api_base) || read.api_base.find_first_of("?#") != std::string::npos)
    refuse_setting("api_base", shown_value(read.api_base), "an address such as https://api.weixin.qq.com");
  while (read.api_base.ends_with('/')) read.api_base.pop_back();
}

}  // namespace

std::vector<SettingSpec> setting_specs() {
  return {
      {"app_id", true, false, "developer id (AppID) of the account; console: 设置与开发 > 开发接口管理 > 基本配置", ""},
      {"app_secret", true, true, "developer password (AppSecret), on the same page", ""},
      {"token", true, true, "Token of 服务器配置, 3 to 32 letters and digits of your choice; type the same there", ""},
      {"encoding_aes_key", false, true, "EncodingAESKey of 服务器配置, 43 letters and digits; needed unless mode is plain", ""},
      {"mode", false, false, "消息加解密方式 of 服务器配置: safe (安全模式), mixed (兼容模式) or plain (明文模式, for trials only)", "safe"},
      {"account_type", false, false,
       "service (认证的服务号), subscription (认证的订阅号) or unverified (未认证): what the account may do follows from it", "service"},
      {"original_id", false, false, "原始ID of the account (gh_…); when set, callbacks for another account are refused", ""},
      {"sync_tags", false, false, "yes: a tag put on or taken off a customer here is put on or taken off in WeChat too", "no"},
      {"menu_buttons", false, false, "yes: buttons are shown as a menu message that can be pressed; no: as lines of text", "yes"},
      {"max_age_seconds", false, false, "a callback whose timestamp is further from now is refused; 0: never", "600"},
      {"messages_per_second", false, false, "of the whole account", "20"},
      {"timeout_seconds", false, false, "how long to wait for WeChat's answer", "10"},
      {"api_base", false, false, "address of WeChat's interface", "https://api.weixin.qq.com"},
  };
}

Settings read_settings(const json& settings) {
  SettingTexts texts;
  for (const SettingSpec& spec : setting_specs()) texts[spec.name] = setting_text(settings, spec);
  Settings read;
  read.mode = choice<Mode>(texts, "mode", {{"safe", Mode::kSafe}, {"mixed", Mode::kMixed}, {"plain", Mode::kPlain}},
                           "safe, mixed or plain");
  read.type = choice<AccountType>(texts, "account_type",
                                  {{"service", AccountType::kService},
                                   {"subscription", AccountType::kSubscription},
                                   {"unverified", AccountType::kUnverified}},
                                  "service, subscription or unverified");
  read_secrets(read, texts);
  read_address(read, texts);
  read.original_id = texts["original_id"];
  if (!made_of(read.original_id, kIdLetters, 0, kIdMost))
    refuse_setting("original_id", shown_value(read.original_id), "the account's 原始ID, such as gh_1a2b3c4d5e6f");
  read.sync_tags = yes_or_no(texts, "sync_tags");
  read.menu_buttons = yes_or_no(texts, "menu_buttons");
  read.max_age_s = static_cast<std::int64_t>(setting_number(texts, "max_age_seconds", 0, 86'400, "0 to 86400"));
  read.messages_per_second = setting_number(texts, "messages_per_second", 0.1, 1000, "0.1 to 1000");
  const double timeout = setting_number(texts, "timeout_seconds", 0.1, 25, "0.1 to 25");
  read.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout * 1000));
  return read;
}

}  // namespace laoke::channels::wechat
