#include "bot/channels/whatsapp/settings.h"

#include <charconv>
#include <map>
#include <stdexcept>

#include "bot/http_client.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kAppSecretDigits = 32;
constexpr std::size_t kLongestId = 32, kLongestToken = 1024, kLongestVerifyToken = 256;

[[noreturn]] void refuse_setting(const std::string& name, const std::string& shown, const std::string& allowed) {
  throw std::invalid_argument("whatsapp: " + name + " is " + shown + ", but it must be " + allowed);
}

std::string masked_secret(const std::string& secret) {
  if (secret.empty()) return "missing";
  return "'" + secret.substr(0, secret.size() > 12 ? 4 : 0) + "***'";
}

std::string in_marks(const std::string& text) {
  return text.empty() ? "missing" : "'" + text + "'";
}

bool only(const std::string& text, std::string_view letters, std::size_t least, std::size_t most) {
  return text.size() >= least && text.size() <= most && text.find_first_not_of(letters) == std::string::npos;
}

bool printable(const std::string& text, std::size_t most) {
  if (text.empty() || text.size() > most) return false;
  for (const unsigned char c : text)
    if (c <= 0x20 || c >= 0x7f) return false;
  return true;
}

std::string text_setting(const json& settings, const SettingSpec& spec) {
  const auto found = settings.is_object() ? settings.find(spec.name) : settings.end();
  if (!settings.is_object() || found == settings.end() || found->is_null()) return spec.fallback;
  if (found->is_number()) return found->dump();
  if (!found->is_string()) refuse_setting(spec.name, "neither text nor number", "one of them");
  const std::string text = found->get<std::string>();
  return text.empty() ? spec.fallback : text;
}

double number_setting(const std::map<std::string, std::string>& values, const char* name, double least, double most,
                      const char* allowed) {
  const std::string& text = values.at(name);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool good = error == std::errc() && end == text.data() + text.size() && value >= least && value <= most;
  if (!good) refuse_setting(name, in_marks(text), allowed);
  return value;
}

std::string graph_address(std::string base, const std::string& version) {
  if (!is_http_url(base) || base.find_first_of("?#") != std::string::npos)
    refuse_setting("graph_base", in_marks(base), "an address such as https://graph.facebook.com");
  while (base.ends_with('/')) base.pop_back();
  const bool good =
      version.size() > 1 && version[0] == 'v' && version.find_first_not_of("0123456789.", 1) == std::string::npos;
  if (!good) refuse_setting("graph_version", in_marks(version), "a version such as v25.0");
  return base + "/" + version;
}

void check_secrets(const Settings& read) {
  if (!only(read.phone_number_id, kDigits, 1, kLongestId))
    refuse_setting("phone_number_id", in_marks(read.phone_number_id),
                   "the digits under WhatsApp > API Setup (not the phone number itself)");
  if (!read.waba_id.empty() && !only(read.waba_id, kDigits, 1, kLongestId))
    refuse_setting("waba_id", in_marks(read.waba_id), "the digits of the WhatsApp Business Account ID");
  if (!printable(read.token, kLongestToken))
    refuse_setting("token", masked_secret(read.token), "a system user's token, as Business settings shows it");
  if (!only(read.app_secret, kHexDigits, kAppSecretDigits, kAppSecretDigits))
    refuse_setting("app_secret", masked_secret(read.app_secret), "the 32 digits of App settings > Basic > App secret");
  if (!printable(read.verify_token, kLongestVerifyToken))
    refuse_setting("verify_token", masked_secret(read.verify_token), "1 to 256 letters without blanks");
}

}  // namespace

std::vector<SettingSpec> setting_specs() {
  return {
      {"phone_number_id", true, false, "id of the business number; Meta app > WhatsApp > API Setup shows it", ""},
      {"token", true, true, "system user's token; Business settings > Users > System users makes it", ""},
      {"app_secret", true, true, "Meta app > App settings > Basic > App secret; callbacks are signed with it", ""},
      {"verify_token", true, true, "what Meta must say when it checks the callback URL; made when left out", "", true},
      {"waba_id", false, false,
       "WhatsApp Business Account ID; with it the account is subscribed and templates are checked", ""},
      {"graph_base", false, false, "address of Meta's Graph API", "https://graph.facebook.com"},
      {"graph_version", false, false, "version of the Graph API; each lives about two years", "v25.0"},
      {"messages_per_second", false, false,
       "of the whole number; WhatsApp allows 80 in and out, 20 when shared with the phone app", "60"},
      {"contact_messages_per_second", false, false,
       "to one person in the long run; WhatsApp allows about one in 6 seconds", "0.1667"},
      {"contact_burst", false, false, "messages to one person that may go ahead of that pace", "3"},
      {"timeout_seconds", false, false, "how long to wait for WhatsApp's answer to a message", "20"},
  };
}

Settings settings_from(const json& settings) {
  std::map<std::string, std::string> values;
  for (const SettingSpec& spec : setting_specs()) values[spec.name] = text_setting(settings, spec);
  Settings read;
  read.phone_number_id = values["phone_number_id"];
  read.waba_id = values["waba_id"];
  read.token = values["token"];
  read.app_secret = values["app_secret"];
  read.verify_token = values["verify_token"];
  check_secrets(read);
  read.graph = graph_address(values["graph_base"], values["graph_version"]);
  read.messages_per_second = number_setting(values, "messages_per_second", 0.1, 1000, "0.1 to 1000");
  read.contact_messages_per_second = number_setting(values, "contact_messages_per_second", 0.01, 1000, "0.01 to 1000");
  read.contact_burst = static_cast<int>(number_setting(values, "contact_burst", 1, 45, "1 to 45"));
  const double timeout = number_setting(values, "timeout_seconds", 0.1, 30, "0.1 to 30");
  read.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(timeout * 1000));
  return read;
}

}  // namespace laoke::channels::whatsapp
