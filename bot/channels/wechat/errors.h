#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "bot/channels/channel.h"

namespace laoke::channels::wechat {

// What to do about an errcode.
enum class Reaction {
  kDone,
  kRefreshToken,  // get a new access token and repeat once
  kRetryLater,    // nothing was done
  kThrottled,     // the account's calls of this minute are used up
  kQuota,         // the day's calls are used up: they come back at midnight in Beijing
  kWindow,        // outside the 48 hours, or their messages are used up
  kGone,          // this person cannot be written to
  kReject,        // this request can never be done
  kRight,         // the account has no right to this call
  kConfig,        // nothing works until a setting or the console is changed
};

struct ErrorMeaning {
  Reaction reaction = Reaction::kReject;
  std::chrono::milliseconds wait{0};
  const char* hint = "";  // what the seller can do, in English and Chinese
};
// Codes that are not in the table are refusals of the request.
ErrorMeaning meaning_of(int errcode);

// A mass send with this clientmsgid, or with the same content and audience, was taken within a day.
inline constexpr int kSentBefore = 45065;
inline constexpr int kBadMediaId = 40007;      // also of one that expired
inline constexpr int kBadAccountType = 40200;  // trial accounts have no menu messages

// As a send's outcome. kRefreshToken: it was refreshed and refused again. `now_ms` decides when the day is over.
SendStatus status_of(Reaction reaction);
std::chrono::milliseconds until_beijing_midnight(std::int64_t now_ms);

}  // namespace laoke::channels::wechat
