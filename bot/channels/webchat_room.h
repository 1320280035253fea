#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/message_content.h"

namespace laoke::channels {

// What one webchat account has said lately, per contact: written by the sender, read by event streams. Thread-safe.
// In memory only: the lasting copy of a message is the shop's `messages`.
class WebchatRoom {
 public:
  static constexpr std::size_t kMessagesPerContact = 100;  // older ones are gone for streams
  static constexpr std::size_t kContacts = 2000;           // the one silent for longest is forgotten first

  struct Entry {
    std::int64_t id = 0;  // rises over restarts too: it starts at the clock
    bool edit = false;    // `content` is what message `message_id` reads now
    std::string message_id;
    MessageContent content;
    std::string idempotency_key;
  };

  explicit WebchatRoom(std::int64_t now_ms) : next_id_(now_ms * 1000) {}

  // The message's id. The same idempotency key among a contact's kept messages gives the same id and says nothing new.
  std::string say(const std::string& contact, const MessageContent& content, const std::string& idempotency_key);
  // What another server said under `message_id`; the entry's id. Ids of this room go on behind it.
  std::int64_t repeat(const std::string& contact, const MessageContent& content, const std::string& message_id);
  // What came after `after`, waiting up to `wait` for something.
  std::vector<Entry> listen(const std::string& contact, std::int64_t after, std::chrono::milliseconds wait);
  // The newest id that a stream has shown this contact, 0 none: where a stream without a memory begins.
  std::int64_t shown(const std::string& contact);
  void mark_shown(const std::string& contact, std::int64_t id);

 private:
  struct Line {
    std::deque<Entry> entries;
    std::int64_t shown = 0;
    std::int64_t last_used = 0;
  };
  Line& line_of(const std::string& contact);  // mutex_ held
  void add(Line& line, Entry&& entry);        // the same

  std::mutex mutex_;  // guards all below
  std::condition_variable said_;
  std::map<std::string, Line> lines_;
  std::int64_t next_id_;
};

// The room of a channel, made when first asked for. Shared by the channel's object, which is made anew when its settings
// change, and by the streams that are open meanwhile: so it belongs to neither.
std::shared_ptr<WebchatRoom> webchat_room(std::int64_t channel_id);

}  // namespace laoke::channels
