#include "bot/channels/line/line_settings.h"

#include "bot/channels/settings_reader.h"

namespace laoke::channels::line {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kDigits = "0123456789";
// A long-lived token is base64; JWT tokens use the URL alphabet and dots.
constexpr std::string_view kTokenLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_.";

}  // namespace

std::vector<SettingSpec> line_setting_specs() {
  return {
      {"channel_secret", true, true, "Channel secret: LINE Developers console, the channel, tab Basic settings", ""},
      {"token", false, true, "Channel access token (long-lived): tab Messaging API, at the bottom, Issue; not needed with channel_id", ""},
      {"channel_id", false, false,
       "Channel ID: tab Basic settings; with it and without a token the program fetches tokens of 15 minutes by itself", ""},
      {"api_base", false, false, "address of the Messaging API", "https://api.line.me"},
      // 2,000 calls a second to each endpoint: https://developers.line.biz/en/reference/messaging-api/#rate-limits
      {"messages_per_second", false, false, "of the whole account; LINE allows 2000", "1000"},
      {"contact_messages_per_second", false, false, "to one person; LINE refuses many messages to one user and names no number", "1"},
      {"timeout_seconds", false, false, "how long to wait for LINE's answer; a call without one is made once more", "10"},
  };
}

LineSettings line_settings(const nlohmann::json& settings) {
  const SettingsReader reader("line", line_setting_specs(), settings);
  LineSettings read;
  read.channel_secret = reader.word("channel_secret", kHexDigits, 32, 32, "the 32 digits 0-9 a-f of the Channel secret");
  read.token = reader.word("token", kTokenLetters, 0, 4096, "the Channel access token as the console shows it");
  read.channel_id = reader.word("channel_id", kDigits, 0, 32, "the digits of the Channel ID");
  if (read.token.empty() && read.channel_id.empty())
    reader.refuse("token", "set, or channel_id: LINE Developers console, the channel, tab Messaging API, Channel access token");
  read.api_base = reader.web_address("api_base");
  read.messages_per_second = reader.number("messages_per_second", 0.1, 2000);
  read.contact_messages_per_second = reader.number("contact_messages_per_second", 0.1, 1000);
  read.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(reader.number("timeout_seconds", 0.1, 15) * 1000));
  return read;
}

}  // namespace laoke::channels::line
