#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "bot/channels/channel.h"

namespace laoke::channels::whatsapp {

// How the wait after a refusal is found.
enum class Wait {
  kNone,
  kSeconds,  // the number sends too fast: 1 s, 2 s, 4 s …
  kMinutes,  // the app or account calls too often: what the answer's headers say, else 5 minutes
  kContact,  // too much to one person: 1 s, 4 s, 16 s … for this person
  kHours,    // Meta distrusts the number or the template for now
};

// One error object, of an answer or of a "failed" status: Meta uses the same codes in both.
struct Error {
  int code = -1;  // -1: it names none
  std::string message, details;
};

// What a code means for us. `zh` and `en` say what a person can do, "" nothing.
struct Meaning {
  SendStatus status = SendStatus::kRejected;
  Wait wait = Wait::kNone;
  const char *zh = "", *en = "";
};

inline constexpr int kStoppedMarketing = 131050;
inline constexpr int kUndeliverable = 131026;
inline constexpr int kDistrusted = 131048;
inline constexpr int kNoSuchThing = 100;

// `http_status` decides about codes nobody has told us of; 0 for a status' error.
Meaning meaning_of(const Error& error, int http_status);
// An answer without an error object.
Meaning meaning_of_http(int http_status);
// "131047 Re-engagement message: …; 去 … / go to …"
std::string told(const Error& error, const Meaning& meaning);
// Reads {"code", "title", "message", "error_data": {"details"}}; what is missing or odd stays empty.
Error error_from(const nlohmann::json& object);
bool media_failed(int code);  // fetching or uploading it: worth another try at once

}  // namespace laoke::channels::whatsapp
