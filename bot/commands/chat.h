#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "bot/channels/webchat_client.h"
#include "bot/config.h"
#include "storage/database.h"

namespace laoke::commands {

// The contact by which the seller speaks on the webchat channel.
inline constexpr const char* kSellerContact = "seller";

struct ChatSetup {
  channels::WebchatClient::Server server;
  std::string as = "seller";         // "seller" or "customer:NAME"
  std::string language = "zh-CN";
  std::string first_message;         // sent for the seller before anything else: the pairing code, "" none
  int input = 0;                     // file descriptor the person's lines come from
  bool terminal = false;             // of `input` and the output: prompt, edits in place, pasted lines kept together
  int columns = 80;
  // Without a terminal: how long it must be quiet after an answer, and how long an answer may take.
  std::chrono::milliseconds quiet{500}, patience{5000};
};

// Talks until the input ends or /quit. 0, or 1 when the server could never be reached.
int chat(const ChatSetup& setup, std::ostream& out);

// What a chat on this machine needs, made where it is missing: the shop's webchat channel and, for the seller, an owner
// who is paired with kSellerContact (`first_message` holds the code). Throws std::invalid_argument, in the shop's
// language, when the shop is not there.
ChatSetup prepare_chat(storage::Database& database, const Config& config, const std::string& as, std::int64_t now_ms);

// `laoke chat [--as seller|customer:NAME]` on standard input and output.
int run_chat(const Config& config, const std::string& as);

}  // namespace laoke::commands
