#include <catch2/catch.hpp>

#include "handlers/calendar.h"
#include "handlers/policy.h"
#include "handlers/reasons.h"
#include "tests/support/test_shop.h"

using namespace laoke;
using Verdict = PolicyAnswer::Verdict;

namespace {

constexpr std::int64_t kContact = 7, kChannel = 3, kSecondContact = 8, kSecondChannel = 4;

// A marketing message at Monday 10:00 in Shanghai to a customer nothing speaks against.
PolicyQuestion plain() {
  PolicyQuestion question;
  question.klass = "marketing";
  question.now_ms = test::kMonday10;
  question.expires_at_ms = test::kMonday10 + kDayMs;
  question.zone = "Asia/Shanghai";
  question.reaches = {{kContact, kChannel}};
  return question;
}

ChannelMap one_channel() { return {{kChannel, {"telegram", "on", 0, 0}}}; }

PolicyAnswer ask(const PolicyQuestion& question, const ChannelMap& channels = one_channel(), const ShopSettings& settings = {}) {
  return decide(question, settings, channels);
}

std::int64_t shanghai(int day, int hour) { return to_utc({{2026, 3, day}, hour, 0, 0}, "Asia/Shanghai"); }

}  // namespace

TEST_CASE("a message nothing speaks against goes at once", "[policy]") {
  const auto answer = ask(plain());
  CHECK(answer.verdict == Verdict::kGo);
  CHECK(answer.reason.empty());
  CHECK(answer.reach.contact_id == kContact);
}

TEST_CASE("who may not be written to is dropped with the reason", "[policy]") {
  struct Case {
    const char* says;
    std::function<void(PolicyQuestion&)> make;
    std::string_view reason;
  };
  const std::vector<Case> cases = {
      {"opted out", [](auto& q) { q.opted_out = true; }, reasons::kOptedOut},
      {"has not agreed", [](auto& q) { q.consented = false; }, reasons::kNoConsent},
      {"is staff or merged away", [](auto& q) { q.is_customer = false; }, reasons::kNotACustomer},
      {"came too late", [](auto& q) { q.expires_at_ms = q.now_ms; }, reasons::kExpired},
      {"has no contact", [](auto& q) { q.reaches.clear(); }, reasons::kNoContact},
      {"has a contact on a channel that was removed", [](auto& q) { q.reaches[0].channel_id = 99; }, reasons::kNoContact},
      {"blocked the bot", [](auto& q) { q.reaches[0].state = "blocked"; }, reasons::kBlocked},
  };
  for (const auto& one : cases) DYNAMIC_SECTION(one.says) {
    auto question = plain();
    one.make(question);
    const auto answer = ask(question);
    CHECK(answer.verdict == Verdict::kDrop);
    CHECK(answer.reason == one.reason);
  }
}

TEST_CASE("a notice reaches a customer who opted out of marketing", "[policy]") {
  auto question = plain();
  question.klass = "notice";
  question.opted_out = true;
  CHECK(ask(question).verdict == Verdict::kGo);
}

TEST_CASE("quiet hours hold a message until the customer's morning", "[policy]") {
  auto question = plain();
  question.now_ms = shanghai(2, 22);
  question.expires_at_ms = shanghai(4, 0);
  auto answer = ask(question);
  CHECK(answer.verdict == Verdict::kWait);
  CHECK(answer.reason == reasons::kQuietHours);
  CHECK(answer.until_ms == shanghai(3, 9));

  SECTION("in the customer's own zone") {
    question.zone = "Europe/Berlin";  // 15:00 there
    CHECK(ask(question).verdict == Verdict::kGo);
  }
  SECTION("but not a notice the customer waits for, a reply, or a word to staff") {
    question.klass = "notice";
    CHECK(ask(question).verdict == Verdict::kWait);
    question.passes_quiet_hours = true;
    CHECK(ask(question).verdict == Verdict::kGo);
    question.passes_quiet_hours = false;
    question.klass = "reply";
    CHECK(ask(question).verdict == Verdict::kGo);
    question.klass = "staff";
    question.is_customer = false;
    CHECK(ask(question).verdict == Verdict::kGo);
  }
  SECTION("and drop it when it would be stale by then") {
    question.expires_at_ms = shanghai(3, 8);
    answer = ask(question);
    CHECK(answer.verdict == Verdict::kDrop);
    CHECK(answer.reason == reasons::kQuietHours);
  }
  SECTION("unless the shop has none") {
    ShopSettings settings;
    settings.quiet_from = settings.quiet_to = "00:00";
    CHECK(ask(question, one_channel(), settings).verdict == Verdict::kGo);
  }
}

TEST_CASE("marketing is capped by the local day and by any seven days", "[policy]") {
  auto question = plain();
  question.expires_at_ms = question.now_ms + 30 * kDayMs;
  SECTION("one a day: the next waits for tomorrow") {
    question.marketing_sent_ms = {shanghai(2, 9)};
    const auto answer = ask(question);
    CHECK(answer.verdict == Verdict::kWait);
    CHECK(answer.reason == reasons::kDailyCap);
    CHECK(answer.until_ms == shanghai(3, 0));
  }
  SECTION("last evening's message does not count for today") {
    question.marketing_sent_ms = {shanghai(1, 20)};
    CHECK(ask(question).verdict == Verdict::kGo);
  }
  SECTION("two a week: the third waits until the first is a week old") {
    question.marketing_sent_ms = {shanghai(1, 12) - 3 * kDayMs, shanghai(1, 12)};
    const auto answer = ask(question);
    CHECK(answer.reason == reasons::kWeeklyCap);
    CHECK(answer.until_ms == shanghai(1, 12) + 4 * kDayMs);
  }
  SECTION("a cap beyond the expiry is a drop that names the cap") {
    question.marketing_sent_ms = {shanghai(2, 9)};
    question.expires_at_ms = question.now_ms + kHourMs;
    const auto answer = ask(question);
    CHECK(answer.verdict == Verdict::kDrop);
    CHECK(answer.reason == reasons::kDailyCap);
  }
  SECTION("notices are not counted and not capped") {
    question.klass = "notice";
    question.marketing_sent_ms = {shanghai(2, 9), shanghai(2, 9)};
    CHECK(ask(question).verdict == Verdict::kGo);
  }
}

TEST_CASE("the best open way to the customer is taken", "[policy]") {
  auto question = plain();
  question.reaches = {{kContact, kChannel}, {kSecondContact, kSecondChannel}};
  ChannelMap channels = {{kChannel, {"telegram", "on", 0, 0}}, {kSecondChannel, {"line", "on", 0, 0}}};
  SECTION("the most recently heard first") { CHECK(ask(question, channels).reach.contact_id == kContact); }
  SECTION("another one when the first blocked the bot") {
    question.reaches[0].state = "blocked";
    CHECK(ask(question, channels).reach.contact_id == kSecondContact);
  }
  SECTION("another one when the first channel waits or is broken") {
    channels[kChannel].paused_until_ms = question.now_ms + 1'000;
    CHECK(ask(question, channels).reach.contact_id == kSecondContact);
    channels[kChannel] = {"telegram", "broken", 0, 0};
    CHECK(ask(question, channels).reach.contact_id == kSecondContact);
  }
  SECTION("a reply goes where the question came from, or waits") {
    question.fixed_contact_id = kContact;
    question.klass = "reply";
    channels[kChannel].paused_until_ms = question.now_ms + 1'000;
    const auto answer = ask(question, channels);
    CHECK(answer.verdict == Verdict::kWait);
    CHECK(answer.reason == reasons::kChannelWaits);
    CHECK(answer.until_ms == question.now_ms + 1'000);
    CHECK(answer.reach.channel_id == kChannel);
  }
}

TEST_CASE("a closed messaging window asks for the approved template or another way", "[policy]") {
  auto question = plain();
  ChannelMap channels = {{kChannel, {"whatsapp", "on", 0, kDayMs}}};
  question.reaches[0].window_until_ms = question.now_ms - 1;
  CHECK(ask(question, channels).reason == reasons::kWindowClosed);
  question.reaches[0].has_platform_template = true;
  CHECK(ask(question, channels).verdict == Verdict::kGoWithPlatformTemplate);
  question.reaches[0].window_until_ms = question.now_ms + 1;
  CHECK(ask(question, channels).verdict == Verdict::kGo);
  question.reaches[0].has_platform_template = false;
  question.reaches[0].replies_left = 0;
  CHECK(ask(question, channels).reason == reasons::kWindowClosed);
}

TEST_CASE("a window may be for some addresses of a channel only", "[policy]") {
  ChannelHealth health{"wecom", "on", 0, kDayMs};
  struct Row {
    const char* says;
    std::int64_t window_ms;
    const char* window_addresses;
    const char* address;
    bool has;
  };
  const auto row = GENERATE(values<Row>({{"everybody's", kDayMs, "", "ext:wm1", true},
                                         {"one of them", kDayMs, "kf:", "kf:wk1:wm1", true},
                                         {"not one of them", kDayMs, "kf:", "ext:wm1", false},
                                         {"shorter than what they begin with", kDayMs, "kf:", "k", false},
                                         {"no address", kDayMs, "kf:", "", false},
                                         {"no window", 0, "kf:", "kf:wk1:wm1", false}}));
  DYNAMIC_SECTION(row.says) {
    health.window_ms = row.window_ms;
    health.window_addresses = row.window_addresses;
    CHECK(has_window(health, row.address) == row.has);
    auto question = plain();
    question.reaches[0].windowed = has_window(health, row.address);
    question.reaches[0].window_until_ms = question.now_ms - 1;
    const auto answer = ask(question, {{kChannel, health}});
    CHECK(answer.reason == (row.has ? reasons::kWindowClosed : std::string_view()));
  }
}

TEST_CASE("every reason has words in both languages", "[policy]") {
  for (const auto& reason : reasons::all()) {
    CHECK(reasons::words(reason.code, "zh-CN") == reason.zh);
    CHECK(reasons::words(reason.code, "en") == reason.en);
    CHECK(reason.zh != reason.en);
  }
  CHECK(reasons::words("something_new", "en") == "something_new");
}
