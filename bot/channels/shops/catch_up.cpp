#include "bot/channels/shops/catch_up.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "bot/channels/shops/shop_fields.h"
#include "handlers/calendar.h"
#include "handlers/crypto.h"

namespace laoke::channels::shops {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::int64_t kReadAgainMs = 10 * kMinuteMs;  // shops sheet 1.3: a change may show after a later one
constexpr milliseconds kAfterTrouble{60'000};
constexpr int kMostMinutes = 1440;

std::int64_t clock_ms() {
  return std::chrono::duration_cast<milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// "1767406500000", "1767406500000/3": seen up to, and how many pages it took since the start.
std::int64_t seen_by(const std::string& cursor) {
  std::int64_t seen_ms = 0;
  std::from_chars(cursor.data(), cursor.data() + cursor.size(), seen_ms);
  return std::max<std::int64_t>(seen_ms, 0);
}

std::string written(std::int64_t at_ms, std::string_view zone, char between) {
  const auto local = to_local(at_ms, zone);
  char text[40];
  std::snprintf(text, sizeof text, "%04d-%02d-%02d%c%02d:%02d:%02d", local.date.year, local.date.month, local.date.day, between, local.hour,
                local.minute, local.second);
  return text;
}

// Tells the seller by way of the account's own events.
Polled::Update trouble(const std::string& why, const std::string& cursor) {
  ShopOrderUpdate update;
  update.change = ShopOrderChange::kTrouble;
  update.external_id = "api";
  update.note = why;
  Polled::Update told;
  told.events.push_back(order_event("trouble:" + crypto::sha256_hex(why + "\n" + cursor), std::move(update)));
  return told;
}

}  // namespace

SettingSpec catch_up_spec() {
  return {"catch_up_minutes", false, false, "orders are also read every so many minutes, for webhooks that got lost; 0: never", "15"};
}

std::chrono::minutes catch_up_every(std::string_view kind, const std::string& minutes) {
  int every = -1;
  const auto [end, fault] = std::from_chars(minutes.data(), minutes.data() + minutes.size(), every);
  if (fault != std::errc() || end != minutes.data() + minutes.size() || every < 0 || every > kMostMinutes)
    wrong_setting(kind, "catch_up_minutes", "'" + minutes + "'", "0 to 1440");
  return std::chrono::minutes(every);
}

bool CatchUp::due(milliseconds wait) {
  const auto left = std::chrono::ceil<milliseconds>(next_at_ - steady_clock::now());
  const bool ended = left.count() > 0 ? cancel_.wait_for(std::min(left, wait)) : cancel_.cancelled();
  if (ended) cancel_.reset();
  return !ended && left <= wait;
}

Polled CatchUp::failed(const ReadPage& page, const std::string& cursor) {
  Polled polled;
  polled.problem = page.answer.problem;
  in_round_ = false;
  next_at_ = steady_clock::now() + (page.answer.refused ? every_ : std::max(page.answer.retry_after, kAfterTrouble));
  if (page.answer.refused && !told_) polled.updates.push_back(trouble(page.answer.problem, cursor));
  told_ |= page.answer.refused;
  return polled;
}

void CatchUp::take(const ReadPage& page, const Source& source, Polled& polled) const {
  for (const auto& order : page.orders) {
    Polled::Update update;
    update.raw = order;
    try {
      update.events = source.parse(order);
    } catch (const BadPayload& why) {
      update.error = why.what();
    }
    polled.updates.push_back(std::move(update));
  }
}

Polled CatchUp::poll(const std::string& cursor, milliseconds wait, const Source& source) {
  Polled polled;
  if (!due(wait)) return polled;
  if (seen_by(cursor) == 0) {  // what is older is no news of this account
    polled.cursor = std::to_string(clock_ms());
    return polled;
  }
  // The page before was not taken, or another node went on: the round is no longer whole.
  if (cursor != awaited_) in_round_ = false;
  const bool first = !in_round_;
  if (first) {
    since_ms_ = std::max<std::int64_t>(seen_by(cursor) - kReadAgainMs, 0);
    try {
      source.begin();
    } catch (const std::runtime_error& why) {
      polled.problem = why.what();
    }
  }
  const ReadPage page = source.next(since_ms_, first);
  if (!page.answer.ok()) return failed(page, cursor);
  take(page, source, polled);
  in_round_ = !page.last;
  told_ &= in_round_;
  if (page.last) next_at_ = steady_clock::now() + every_;
  const std::int64_t seen_ms = std::max(seen_by(cursor), page.seen_ms);
  if (!page.orders.empty() || seen_ms != seen_by(cursor)) polled.cursor = std::to_string(seen_ms) + "/" + std::to_string(++pages_);
  awaited_ = polled.cursor.empty() ? cursor : polled.cursor;
  return polled;
}

std::string iso_time(std::int64_t at_ms) { return written(at_ms, "UTC", 'T'); }
std::string plain_time(std::int64_t at_ms, std::string_view zone) { return written(at_ms, zone, ' '); }

}  // namespace laoke::channels::shops
