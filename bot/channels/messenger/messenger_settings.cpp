#include "bot/channels/messenger/messenger_settings.h"

#include "bot/channels/settings_reader.h"

namespace laoke::channels::messenger {
namespace {

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kWordLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
constexpr std::string_view kHexDigits = "0123456789abcdef";

std::string letters_and(std::string_view more) { return std::string(kWordLetters) + std::string(more); }

SettingSpec generated_verify_token() {
  SettingSpec spec{"verify_token", true, true, "typed into the app dashboard beside the callback URL; made when left out", ""};
  spec.generated = true;
  return spec;
}

}  // namespace

const char* object_of(Product product) { return product == Product::kPage ? "page" : "instagram"; }

std::vector<SettingSpec> messenger_setting_specs(Product product) {
  const bool page = product == Product::kPage;
  return {
      {page ? "page_id" : "account_id", true, false,
       page ? "number of the Page: Page settings, About, Page ID" : "number of the Instagram professional account: app dashboard, Instagram, API setup", ""},
      {"token", true, true,
       page ? "page access token that does not expire: app dashboard, Messenger, API settings, Generate access tokens"
            : "access token of the account: app dashboard, Instagram, API setup, Generate access tokens",
       ""},
      {"app_secret", true, true, "app dashboard, App settings, Basic, App secret: it signs the callbacks", ""},
      generated_verify_token(),
      {"app_id", false, false, "number of the app (App settings, Basic); with it the callback URL is registered without the dashboard", ""},
      {"api_base", false, false, "address of the Graph API; https://graph.instagram.com for an app with Instagram login", "https://graph.facebook.com"},
      {"graph_version", false, false, "version of the Graph API; each lives about two years", "v25.0"},
      {"appsecret_proof", false, false, "on or off: prove with every call that it comes from the app itself", "on"},
      // 300 calls a second for each Page, one thread's limit is not published.
      {"messages_per_second", false, false, "of the whole account; Meta allows 300", "40"},
      {"contact_messages_per_second", false, false, "to one person", "1"},
      {"timeout_seconds", false, false, "how long to wait for Meta's answer to a message", "20"},
  };
}

MessengerSettings messenger_settings(Product product, const nlohmann::json& settings) {
  const bool page = product == Product::kPage;
  const SettingsReader reader(page ? "messenger" : "instagram", messenger_setting_specs(product), settings);
  MessengerSettings read;
  read.product = product;
  read.account_id = reader.word(page ? "page_id" : "account_id", kDigits, 1, 32, "the digits of its number");
  read.token = reader.word("token", letters_and("-_|."), 1, 1024, "the access token as the dashboard shows it, such as EAAG…");
  read.app_secret = reader.word("app_secret", kHexDigits, 32, 32, "the 32 digits 0-9 a-f of the App secret");
  read.verify_token = reader.word("verify_token", letters_and("-_."), 1, 256, "1 to 256 letters of A-Z a-z 0-9 - _ .");
  read.app_id = reader.word("app_id", kDigits, 0, 32, "the digits of the App ID");
  read.base = reader.web_address("api_base") + "/" + reader.word("graph_version", letters_and("."), 2, 16, "a version such as v25.0");
  read.proof = reader.on("appsecret_proof");
  read.messages_per_second = reader.number("messages_per_second", 0.1, 300);
  read.contact_messages_per_second = reader.number("contact_messages_per_second", 0.1, 1000);
  read.timeout = std::chrono::milliseconds(static_cast<std::int64_t>(reader.number("timeout_seconds", 0.1, 30) * 1000));
  return read;
}

}  // namespace laoke::channels::messenger
