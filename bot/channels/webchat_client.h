#pragma once
#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bot/http_client.h"
#include "handlers/message_content.h"

namespace laoke::channels {

// What the bot said to a webchat contact.
struct WebchatSaid {
  std::int64_t event_id = 0;
  bool edit = false;  // message `message_id` reads `text` now
  std::string message_id, text, image;
  std::vector<Button> buttons;  // row after row
  bool ask_phone = false;
};

// Reads server-sent events out of bytes as they come. One thread.
class EventReader {
 public:
  explicit EventReader(std::function<void(const WebchatSaid&)> on_said) : on_said_(std::move(on_said)) {}
  void feed(std::string_view bytes);

 private:
  void line(std::string_view line);
  std::function<void(const WebchatSaid&)> on_said_;
  std::string partial_, id_, event_, data_;
};

// One contact's side of a webchat channel on a running server: posts what the person does and hears what the bot says,
// reconnecting by itself and going on where it broke off. What on_said() was given is receipted as read.
class WebchatClient {
 public:
  struct Server {
    std::string url;      // "http://127.0.0.1:8080"
    std::string channel;  // as in /hooks/{channel}
    std::string token;
  };
  enum class State { kConnected, kUnreachable, kRefused };  // kRefused: the token or the channel is not (yet) known there

  // Both callbacks run on the stream's thread until the destructor returns.
  WebchatClient(Server server, std::string contact, std::function<void(const WebchatSaid&)> on_said,
                std::function<void(State)> on_state);
  ~WebchatClient();
  WebchatClient(const WebchatClient&) = delete;
  WebchatClient& operator=(const WebchatClient&) = delete;

  // Each gives "" or what went wrong. A retry inside has one effect: every post carries an id.
  std::string say(std::string_view text);
  std::string press(const std::string& data, const std::string& message_id);
  std::string share_phone(const std::string& phone);

 private:
  std::string post(const std::string& field, std::string_view value, const std::string& message_id = "");
  void run();
  std::string events_url() const;

  const Server server_;
  const std::string contact_;
  const std::function<void(const WebchatSaid&)> on_said_;
  const std::function<void(State)> on_state_;
  HttpClient http_;
  HttpCancel cancel_;
  std::mutex mutex_;  // guards stopping_
  std::condition_variable stop_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace laoke::channels
