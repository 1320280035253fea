// What Meta tells of templates, number and account. The bodies are those of
// developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/ (message_template_status_update,
// message_template_quality_update, account_update, phone_number_quality_update; April 2026), ids and times replaced.
#include <catch2/catch.hpp>

#include "handlers/platform_news.h"
#include "tests/channels/whatsapp_callbacks.h"

using namespace laoke;
using namespace laoke::channels;
using namespace laoke::channels::whatsapp_test;
using nlohmann::json;

namespace {

constexpr std::int64_t kToldSeconds = 1'751'247'548;
constexpr const char* kBusiness = "102290129340398";

json news_body(const json& value, const char* field = "message_template_status_update", const char* account = kBusiness) {
  return {{"object", "whatsapp_business_account"},
          {"entry", json::array({{{"id", account}, {"time", kToldSeconds}, {"changes", json::array({{{"value", value}, {"field", field}}})}}})}};
}

json of_template(const char* event, const json& more = json::object()) {
  json value{{"event", event},
             {"message_template_id", 1'689'556'908'129'832},
             {"message_template_name", "order_confirmation"},
             {"message_template_language", "en-US"},
             {"reason", "NONE"},
             {"message_template_category", "UTILITY"}};
  value.update(more);
  return value;
}

std::vector<InboundEvent> told(const json& body, const std::string& waba_id = kBusiness) {
  return whatsapp::parse_callback(body, kWhatsappNumber, waba_id);
}

}  // namespace

TEST_CASE("what Meta says of a template becomes news of it", "[whatsapp][news]") {
  struct Row {
    const char* says;
    json value;
    std::string what, why;
    std::int64_t pause_hours;
  };
  const auto row = GENERATE(values<Row>({
      {"approved", of_template("APPROVED"), "template_back", "", 0},
      {"reinstated", of_template("REINSTATED"), "template_back", "", 0},
      {"rejected for its form",
       of_template("REJECTED", {{"reason", "INVALID_FORMAT"},
                                {"rejection_info", {{"reason", "Parameters stand next to each other."}, {"recommendation", "Separate them."}}}}),
       "template_rejected", "Parameters stand next to each other. Separate them.", 0},
      {"rejected for what it says", of_template("REJECTED", {{"reason", "ABUSIVE_CONTENT"}}), "template_rejected", "ABUSIVE_CONTENT", 0},
      {"paused for the first time",
       of_template("PAUSED", {{"other_info", {{"title", "FIRST_PAUSE"}, {"description", "Paused for 3 hours."}}}}), "template_paused",
       "Paused for 3 hours.", 3},
      {"paused again", of_template("PAUSED", {{"other_info", {{"title", "SECOND_PAUSE"}, {"description", "Paused for 6 hours."}}}}),
       "template_paused", "Paused for 6 hours.", 6},
      {"paused without a word how long", of_template("PAUSED"), "template_paused", "", 0},
      {"let go on", of_template("PAUSED", {{"other_info", {{"title", "UNPAUSE"}, {"description", "It has been unpaused."}}}}), "template_back",
       "It has been unpaused.", 0},
      {"disabled", of_template("DISABLED", {{"disable_info", {{"disable_date", "1751234563"}}}}), "template_off", "", 0},
      {"deleted, with no reason at all", of_template("PENDING_DELETION", {{"reason", nullptr}}), "template_deleted", "", 0},
      {"about to be paused", of_template("FLAGGED"), "template_flagged", "", 0},
      {"rated low",
       {{"previous_quality_score", "YELLOW"}, {"new_quality_score", "RED"}, {"message_template_name", "order_confirmation"},
        {"message_template_language", "en-US"}},
       "template_flagged", "", 0},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = told(news_body(row.value));
    REQUIRE(events.size() == 1);
    CHECK(events[0].kind == InboundKind::kAlert);
    CHECK(events[0].at_ms == kToldSeconds * 1'000);
    CHECK(events[0].external_id == kBusiness);
    const auto news = news_in(events[0]);
    REQUIRE(news);
    CHECK(*news == PlatformNews{row.what, "order_confirmation", "en-US", row.why,
                                row.pause_hours == 0 ? 0 : kToldSeconds * 1'000 + row.pause_hours * 3'600'000});
    CHECK(told(news_body(row.value))[0].key == events[0].key);
  }
}

TEST_CASE("what Meta says of number and account becomes news of them", "[whatsapp][news]") {
  struct Row {
    const char *says, *field;
    json value;
    std::string what, name, why;
  };
  const auto row = GENERATE(values<Row>({
      {"a violation", "account_update", {{"event", "ACCOUNT_VIOLATION"}, {"violation_info", {{"violation_type", "ADULT"}}}}, "account_violation", "", "ADULT"},
      {"a restriction", "account_update",
       {{"event", "ACCOUNT_RESTRICTION"},
        {"restriction_info", json::array({{{"restriction_type", "RESTRICTED_BIZ_INITIATED_MESSAGING"}, {"expiration", "1751248000"}}})}},
       "account_restricted", "", "RESTRICTED_BIZ_INITIATED_MESSAGING"},
      {"a ban to come", "account_update",
       {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "SCHEDULE_FOR_DISABLE"}, {"waba_ban_date", "April 17, 2026"}}}},
       "account_banned", "", "April 17, 2026"},
      {"a ban that is over", "account_update",
       {{"event", "DISABLED_UPDATE"}, {"ban_info", {{"waba_ban_state", "REINSTATE"}, {"waba_ban_date", "April 17, 2026"}}}}, "account_back", "",
       "April 17, 2026"},
      {"a number rated low", "phone_number_quality_update",
       {{"display_phone_number", "15550783881"}, {"event", "FLAGGED"}, {"current_limit", "TIER_10K"}}, "number_flagged", "15550783881", "TIER_10K"},
      {"a lower limit", "phone_number_quality_update",
       {{"display_phone_number", "15550783881"}, {"event", "DOWNGRADE"}, {"max_daily_conversations_per_business", "TIER_2K"}, {"current_limit", "TIER_10K"}},
       "number_limited", "15550783881", "TIER_2K"},
  }));
  DYNAMIC_SECTION(row.says) {
    const auto events = told(news_body(row.value, row.field));
    REQUIRE(events.size() == 1);
    CHECK(news_in(events[0]).value() == PlatformNews{row.what, row.name, "", row.why, 0});
  }
}

TEST_CASE("what changes nothing for the shop is no news, and no dead letter either", "[whatsapp][news]") {
  struct Row {
    const char *says, *field;
    json value;
  };
  const auto row = GENERATE(values<Row>({
      {"under review", "message_template_status_update", of_template("PENDING")},
      {"in appeal", "message_template_status_update", of_template("IN_APPEAL")},
      {"locked", "message_template_status_update", of_template("LOCKED")},
      {"archived", "message_template_status_update", of_template("ARCHIVED")},
      {"an event of a later version", "message_template_status_update", of_template("SOMETHING_NEW")},
      {"a template without a name", "message_template_status_update", of_template("PAUSED", {{"message_template_name", ""}})},
      {"a name that is a number", "message_template_status_update", of_template("PAUSED", {{"message_template_name", 7}})},
      {"a name without end", "message_template_status_update", of_template("PAUSED", {{"message_template_name", std::string(5'000, 'x')}})},
      {"rated well", "message_template_quality_update",
       {{"new_quality_score", "GREEN"}, {"message_template_name", "order_confirmation"}, {"message_template_language", "en-US"}}},
      {"a partner", "account_update", {{"event", "PARTNER_ADDED"}, {"waba_info", {{"waba_id", "980198427658004"}}}}},
      {"a price", "account_update", {{"event", "VOLUME_BASED_PRICING_TIER_UPDATE"}, {"volume_tier_info", {{"tier", "1:2"}}}}},
      {"more throughput", "phone_number_quality_update", {{"event", "THROUGHPUT_UPGRADE"}, {"display_phone_number", "15550783881"}}},
      {"nothing inside", "account_update", json::object()},
      {"a list inside", "message_template_status_update", json::array({1, 2})},
  }));
  DYNAMIC_SECTION(row.says) { CHECK(told(news_body(row.value, row.field)).empty()); }
}

TEST_CASE("news of another business account on the same app is not this shop's", "[whatsapp][news]") {
  const auto body = news_body(of_template("PAUSED"), "message_template_status_update", "999");
  CHECK(told(body).empty());
  CHECK(told(body, "").size() == 1);  // the shop did not say which is its own
  const auto channel = whatsapp_channel({{"waba_id", kBusiness}});
  RawRequest request;
  request.body = body.dump();
  CHECK(channel->parse(request).empty());
  request.body = news_body(of_template("PAUSED")).dump();
  CHECK(channel->parse(request).size() == 1);
}

TEST_CASE("news travels whole, and other alerts are none", "[news]") {
  InboundEvent event;
  const PlatformNews news{"template_paused", "promo\"v1", "zh_CN", "原因 \xff", 12};
  put_news(event, news);
  const auto back = news_in(event);
  REQUIRE(back);
  CHECK(back->name == "promo\"v1");
  CHECK(back->until_ms == 12);
  for (const char* reference : {"", "b:1:2:", "{}", "[]", "{\"news"}) {
    event.reference = reference;
    CHECK_FALSE(news_in(event));
  }
  put_news(event, news);
  event.kind = InboundKind::kText;
  CHECK_FALSE(news_in(event));
  for (const auto& [said, key] : {std::pair{"en-US", "en_us"}, {"zh_CN", "zh_cn"}, {"", ""}}) CHECK(template_language_key(said) == key);
}
