#include "bot/hooks.h"

#include <chrono>

#include "bot/http/problem.h"
#include "bot/log.h"
#include "bot/metrics.h"

namespace laoke {
namespace {

// WeChat gives up after 5 s and sends the callback again: sheet of the platform, section 4.
constexpr std::chrono::milliseconds kAnswerWithin{4'500};

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
    const auto came = std::chrono::steady_clock::now();
    const auto live = channels_.by_hook(request.parameter("channel"));
    if (!live) return http::not_found("there is no channel of this name");
    channels::RawRequest raw{request.method, request.body, request.headers, request.query};
    if (const auto handshake = live->channel->handshake(raw)) return to_response(*handshake);
    if (!live->channel->authentic(raw)) {
      counters().forged.add();
      return http::unauthorized("the signature of this callback is missing or wrong");
    }
    Arrived arrived{live, std::move(raw), {}, {}};
    try {
      arrived.events = live->channel->parse(arrived.request);
    } catch (const channels::BadPayload& bad) {
      counters().unreadable.add();
      intake_.keep_unreadable(*live, arrived.request.body, bad.what());
      return answer(arrived);
    }
    if (live->channel->traits().passive_replies && live->row.state == "on") arrived.answer_by = came + kAnswerWithin;
    if (!arrived.events.empty()) return take(std::move(arrived));
    counters().taken.add();
    return answer(arrived);
  }

 private:
  static http::Response answer(const Arrived& arrived, const std::optional<MessageContent>& content = std::nullopt) {
    return to_response(arrived.live->channel->answer(arrived.request, content));
  }

  static http::Response answer_safely(const Arrived& arrived) {
    try {
      // Too late the platform has gone: then it is for the sender.
      if (!arrived.answer || std::chrono::steady_clock::now() >= *arrived.answer_by) return answer(arrived);
      auto response = answer(arrived, arrived.answer->reply.content);
      arrived.answer->given = true;
      return response;
    } catch (const std::exception& error) {
      log::error("callback.unanswered", {{"channel_id", arrived.live->row.channel_id}, {"why", error.what()}});
      return http::answer_to(std::current_exception());
    }
  }

  // The thread goes on to other callbacks while this one becomes durable.
  http::Response take(Arrived arrived) const {
    http::Response response;
    response.later = [&intake = intake_, &sender = sender_,
                      held = std::make_shared<Arrived>(std::move(arrived))](const http::Reply& reply) {
      held->done = [&sender, reply](const Arrived& taken, const std::exception_ptr& failure) {
        if (failure) return reply(http::answer_to(failure));
        counters().taken.add();
        for (const auto& event : taken.events)
          if (!event.press_id.empty()) sender.acknowledge_press(taken.live->row.channel_id, event.press_id);
        reply(answer_safely(taken));
      };
      intake.take_later(std::move(*held));
    };
    return response;
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
