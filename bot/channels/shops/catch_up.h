#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/channels/shops/shop_api.h"
#include "bot/http_client.h"

namespace laoke::channels::shops {

// "catch_up_minutes": how often; 0 never.
SettingSpec catch_up_spec();
// Throws std::invalid_argument that names the setting and what is allowed.
std::chrono::minutes catch_up_every(std::string_view kind, const std::string& minutes);

// Orders as a shop system's API gave them.
struct ReadPage {
  std::vector<std::string> orders;  // each as JSON that parse() takes without headers
  std::int64_t seen_ms = 0;         // once this page is taken, all that changed up to then is: 0 that is known with the last page
  bool last = true;
  ApiAnswer answer;                 // its `problem` says why there is no page
};

// Reads what changed in the shop beside what callbacks tell, because those get lost: shop systems repeat them for a few
// hours or never, and give up a webhook that failed a few times (shops sheet 0). A round reads everything that changed
// since the last one, and ten minutes more, by the shop's own clock; the first one begins when the account is added.
// Orders go the way of callbacks, so what is read twice changes nothing.
//
// One thread polls, any may interrupt.
class CatchUp {
 public:
  // `parse`: the account's own. `begin`: at the start of each round, for what else has to be looked after; it throws
  // std::runtime_error for what failed, and the round goes on.
  struct Source {
    std::function<void()> begin;
    std::function<ReadPage(std::int64_t since_ms, bool first)> next;
    std::function<std::vector<InboundEvent>(const std::string& order)> parse;
  };
  explicit CatchUp(std::chrono::milliseconds every) : every_(every) {}

  bool on() const { return every_.count() > 0; }
  // As Channel::poll(). An API that refuses for good is told to the seller, once until it answers again.
  Polled poll(const std::string& cursor, std::chrono::milliseconds wait, const Source& source);
  void interrupt() { cancel_.cancel(); }
  HttpCancel& cancel() { return cancel_; }  // for the calls of a page

 private:
  bool due(std::chrono::milliseconds wait);
  Polled failed(const ReadPage& page, const std::string& cursor);
  void take(const ReadPage& page, const Source& source, Polled& polled) const;

  const std::chrono::milliseconds every_;
  HttpCancel cancel_;
  // The thread that polls:
  std::chrono::steady_clock::time_point next_at_{};
  bool in_round_ = false, told_ = false;
  std::int64_t since_ms_ = 0, pages_ = 0;
  std::string awaited_;  // the cursor once the page before is taken
};

// UTC as "2026-01-03T02:15:00", or in `zone` with a blank as "2026-01-03 10:15:00".
std::string iso_time(std::int64_t at_ms);
std::string plain_time(std::int64_t at_ms, std::string_view zone);

}  // namespace laoke::channels::shops
