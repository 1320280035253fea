#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "handlers/context.h"
#include "handlers/inbound_event.h"

// What a platform tells of the shop's own things there, with no customer in it: its approved templates, the number, the
// account. Travels as an alert (InboundKind::kAlert) whose `reference` says it.
namespace laoke {

struct PlatformNews {
  // "template_paused", "template_off" (disabled), "template_rejected", "template_deleted", "template_flagged" (close to being
  // paused), "template_back"; "number_flagged", "number_limited"; "account_violation", "account_restricted",
  // "account_banned", "account_back". Others are passed over.
  std::string what;
  std::string name, language;  // of a template; of a number: it
  std::string why;             // the platform's words, "" none
  std::int64_t until_ms = 0;   // template_paused: when it goes on by itself; 0: the platform does not say
  bool operator==(const PlatformNews&) const = default;
};
void put_news(InboundEvent& event, const PlatformNews& news);
std::optional<PlatformNews> news_in(const InboundEvent& event);

// Platforms write "en-US" where they take "en_US".
std::string template_language_key(std::string_view language);

// Takes effect: the owners are told once, in their language, with what to do, and messages by a template that the platform
// does not let through wait (handlers/template_holds.h). False when the event is none of these.
bool take_platform_news(const Context& context, std::int64_t channel_id, const InboundEvent& event);

}  // namespace laoke
