#include "bot/hooks.h"

#include "bot/http/problem.h"
#include "bot/log.h"
#include "bot/metrics.h"

namespace laoke {
namespace {

http::Response to_response(const channels::HookAnswer& answer) {
  http::Response response;
  response.status = answer.status;
  response.content_type = answer.content_type;
  response.body = answer.body;
  return response;
}

struct Counters {
  metrics::Counter& taken = metrics::registry().counter("laoke_callbacks_total", "Callbacks by result", {{"result", "taken"}});
  metrics::Counter& forged = metrics::registry().counter("laoke_callbacks_total", "Callbacks by result", {{"result", "bad_signature"}});
  metrics::Counter& unreadable = metrics::registry().counter("laoke_callbacks_total", "Callbacks by result", {{"result", "unreadable"}});
};

Counters& counters() {
  static Counters all;
  return all;
}

class Hooks {
 public:
  Hooks(ChannelHost& channels, Intake& intake, Sender& sender) : channels_(channels), intake_(intake), sender_(sender) {}

  http::Response operator()(const http::Request& request) const {
    const auto live = channels_.by_hook(request.parameter("channel"));
    if (!live) return http::not_found("there is no channel of this name");
    channels::RawRequest raw{request.method, request.body, request.headers, request.query};
    if (const auto handshake = live->channel->handshake(raw)) return to_response(*handshake);
    if (!live->channel->authentic(raw)) {
      counters().forged.add();
      return http::unauthorized("the signature of this callback is missing or wrong");
    }
    take(*live, raw);
    return to_response(live->channel->answer(raw, std::nullopt));
  }

 private:
  void take(const LiveChannel& live, const channels::RawRequest& raw) const {
    std::vector<InboundEvent> events;
    try {
      events = live.channel->parse(raw);
    } catch (const channels::BadPayload& bad) {
      counters().unreadable.add();
      return intake_.keep_unreadable(live, raw.body, bad.what());
    }
    intake_.take(live, events, raw.body);
    counters().taken.add();
    for (const auto& event : events)
      if (!event.press_id.empty()) sender_.acknowledge_press(live.row.channel_id, event.press_id);
  }

  ChannelHost& channels_;
  Intake& intake_;
  Sender& sender_;
};

}  // namespace

void add_hook_routes(http::Router& router, ChannelHost& channels, Intake& intake, Sender& sender) {
  const Hooks hooks(channels, intake, sender);
  router.add("POST", "/hooks/{channel}", hooks);
  router.add("GET", "/hooks/{channel}", hooks);
}

void add_closed_hook_routes(http::Router& router) {
  constexpr int kRetryAfterSeconds = 5;
  const auto closed = [](const http::Request&) {
    return http::unavailable("this server has the role worker and takes no callbacks; send them to one with the role hooks or all",
                             kRetryAfterSeconds);
  };
  router.add("POST", "/hooks/{channel}", closed);
  router.add("GET", "/hooks/{channel}", closed);
}

}  // namespace laoke
