#include "bot/channels/telegram_settings.h"

#include <charconv>
#include <map>
#include <stdexcept>

#include "handlers/crypto.h"
#include "bot/http_client.h"

namespace laoke::channels {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxSecret = 256;  // https://core.telegram.org/bots/api#setwebhook
constexpr std::string_view kWordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

[[noreturn]] void refuse(const char* name, const std::string& shown, const char* allowed) {
  throw std::invalid_argument("telegram: " + std::string(name) + " is " + shown + ", but it must be " + allowed);
}

std::string masked(const std::string& secret) {
  if (secret.empty()) return "missing";
  return "'" + secret.substr(0, secret.size() > 12 ? 4 : 0) + "***'";
}

std::string in_quotes(const std::string& text) {
  return "'" + text + "'";
}

// The setting as text, its default when it is not set.
std::string text_of(const json& settings, const SettingSpec& spec) {
  const auto found = settings.is_object() ? settings.find(spec.name) : settings.end();
  if (!settings.is_object() || found == settings.end() || found->is_null()) return spec.fallback;
  if (found->is_number()) return found->dump();
  if (!found->is_string()) refuse(spec.name.c_str(), "neither text nor number", "one of them");
  const std::string text = found->get<std::string>();
  return text.empty() ? spec.fallback : text;
}

double number(const char* name, const std::string& text, double least, double most, const char* allowed) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
  if (!good) refuse(name, in_quotes(text), allowed);
  return value;
}

void check_token(const std::string& token) {
  const std::size_t colon = token.find(':');
  const bool good = colon != std::string::npos && colon > 0 && colon + 1 < token.size() &&
                    token.substr(0, colon).find_first_not_of("0123456789") == std::string::npos &&
                    token.substr(colon + 1).find_first_not_of(kWordLetters) == std::string::npos;
  if (!good) refuse("token", masked(token), "what @BotFather gives, such as 7700112233:AAH...");
}

TelegramMode mode_of(const std::string& text) {
  static const std::map<std::string, TelegramMode, std::less<>> modes = {
      {"auto", TelegramMode::kAuto}, {"webhook", TelegramMode::kWebhook}, {"polling", TelegramMode::kPolling}};
  const auto found = modes.find(text);
  if (found == modes.end()) refuse("mode", in_quotes(text), "auto, webhook or polling");
  return found->second;
}

}  // namespace

std::vector<SettingSpec> telegram_setting_specs() {
  return {
      {"token", true, true, "the bot's token; @BotFather shows it", ""},
      {"secret", false, true, "proves that callbacks come from Telegram; made from the token when not set", ""},
      {"api_base", false, false, "address of the Bot API; change it for a Bot API server of your own",
       "https://api.telegram.org"},
      {"mode", false, false, "webhook, polling, or auto: webhook when the server has a public https address", "auto"},
      {"messages_per_second", false, false, "of the whole bot; Telegram allows about 30", "25"},
      {"contact_messages_per_second", false, false, "to one person; Telegram allows about 1", "1"},
      {"timeout_seconds", false, false, "how long to wait for Telegram's answer to a message", "30"},
  };
}

TelegramSettings telegram_settings(const json& settings) {
  std::map<std::string, std::string> values;
  for (const SettingSpec& spec : telegram_setting_specs()) values[spec.name] = text_of(settings, spec);
  TelegramSettings read;
  read.token = values["token"];
  check_token(read.token);
  // The same on every node without storing it, and nothing about the token can be learned from it.
  read.secret = values["secret"].empty() ? crypto::hmac_sha256_hex(read.token, "laoke telegram webhook secret")
                                         : values["secret"];
  if (read.secret.size() > kMaxSecret || read.secret.find_first_not_of(kWordLetters) != std::string::npos)
    refuse("secret", masked(read.secret), "1 to 256 letters of A-Z a-z 0-9 _ -");
  read.api_base = values["api_base"];
  if (!is_http_url(read.api_base) || read.api_base.find_first_of("?#") != std::string::npos)
    refuse("api_base", in_quotes(read.api_base), "an address such as https://api.telegram.org");
  while (read.api_base.ends_with('/')) read.api_base.pop_back();
  read.mode = mode_of(values["mode"]);
  read.messages_per_second = number("messages_per_second", values["messages_per_second"], 0.1, 1000, "0.1 to 1000");
  read.contact_messages_per_second =
      number("contact_messages_per_second", values["contact_messages_per_second"], 0.1, 1000, "0.1 to 1000");
  const double timeout = number("timeout_seconds", values["timeout_seconds"], 0.1, 30, "0.1 to 30");
  read.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout * 1000));
  return read;
}

}  // namespace laoke::channels
