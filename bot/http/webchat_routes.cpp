#include "bot/http/webchat_routes.h"

#include <charconv>
#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>

#include "bot/channels/webchat.h"
#include "bot/channels/webchat_room.h"
#include "handlers/crypto.h"
#include "bot/http/problem.h"

namespace laoke::http {
namespace {

using namespace std::chrono_literals;
using channels::WebchatRoom;

constexpr auto kHeartbeat = 15s;     // below the idle limits of common proxies (60 s), and of our own client (30 s)
constexpr auto kLook = 500ms;        // how soon a stream notices that its peer left or the server stops

nlohmann::json json_of(const std::vector<std::vector<Button>>& rows) {
  auto all = nlohmann::json::array();
  for (const auto& row : rows) {
    auto line = nlohmann::json::array();
    for (const Button& button : row) {
      nlohmann::json one = {{"label", button.label}};
      if (!button.data.empty()) one["data"] = button.data;
      if (!button.url.empty()) one["url"] = button.url;
      line.push_back(std::move(one));
    }
    all.push_back(std::move(line));
  }
  return all;
}

std::string event_of(const WebchatRoom::Entry& entry) {
  nlohmann::ordered_json data = {{"id", entry.message_id}, {"text", entry.content.text}};
  if (!entry.content.buttons.empty()) data["buttons"] = json_of(entry.content.buttons);
  if (!entry.content.image.empty()) data["image"] = entry.content.image;
  if (entry.content.ask_phone) data["ask_phone"] = true;
  if (!entry.content.reply_to.empty()) data["reply_to"] = entry.content.reply_to;
  return "id: " + std::to_string(entry.id) + "\nevent: " + (entry.edit ? "edit" : "message") +
         "\ndata: " + data.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n\n";
}

std::optional<std::int64_t> last_event_id(const Request& request) {
  const std::string_view text = request.header("last-event-id");
  std::int64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return id;
}

void tell(Stream& stream, WebchatRoom& room, const std::string& contact, std::int64_t after) {
  auto last_sign = std::chrono::steady_clock::now();
  if (!stream.write(": connected\n\n")) return;
  while (stream.open()) {
    const auto entries = room.listen(contact, after, kLook);
    for (const auto& entry : entries) {
      // A stream whose reader left a moment ago must not take what the reader's next stream is to begin with.
      if (!stream.open() || !stream.write(event_of(entry))) return;
      after = entry.id;
      room.mark_shown(contact, after);
    }
    const auto now = std::chrono::steady_clock::now();
    if (entries.empty() && now - last_sign < kHeartbeat) continue;
    if (entries.empty() && !stream.write(": still here\n\n")) return;
    last_sign = now;
  }
}

Response events(const FindWebchat& find, const Request& request) {
  const auto account = find(request.parameter("channel"));
  // An unknown channel and a wrong token look the same from outside.
  if (!account || !crypto::equal_in_constant_time(request.header(channels::kWebchatTokenHeader), account->token))
    return unauthorized("send the channel's token in the header x-laoke-webchat-token");
  const std::string contact(request.argument("contact"));
  if (contact.empty()) return bad_request("?contact= is missing: the contact's name");
  Response response;
  response.content_type = "text/event-stream";
  response.headers["Cache-Control"] = "no-store";
  response.headers["X-Accel-Buffering"] = "no";  // nginx would collect events
  response.stream = [room = channels::webchat_room(account->channel_id), contact, after = last_event_id(request)](Stream& stream) {
    tell(stream, *room, contact, after.value_or(room->shown(contact)));
  };
  return response;
}

}  // namespace

void add_webchat_routes(Router& router, FindWebchat find) {
  router.add("GET", "/webchat/{channel}/events",
             [find = std::move(find)](const Request& request) { return events(find, request); });
}

}  // namespace laoke::http
