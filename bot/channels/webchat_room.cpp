#include "bot/channels/webchat_room.h"

#include <algorithm>
#include <charconv>

#include "bot/clock.h"

namespace laoke::channels {

WebchatRoom::Line& WebchatRoom::line_of(const std::string& contact) {
  if (!lines_.contains(contact) && lines_.size() >= kContacts) {
    const auto oldest = std::min_element(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) {
      return a.second.last_used < b.second.last_used;
    });
    lines_.erase(oldest);
  }
  Line& line = lines_[contact];
  line.last_used = ++next_id_;
  return line;
}

std::string WebchatRoom::say(const std::string& contact, const MessageContent& content, const std::string& idempotency_key) {
  const std::lock_guard lock(mutex_);
  Line& line = line_of(contact);
  if (!idempotency_key.empty())
    for (const Entry& entry : line.entries)
      if (entry.idempotency_key == idempotency_key) return entry.message_id;
  Entry entry;
  entry.id = line.last_used;
  entry.edit = !content.edit_of.empty();
  entry.message_id = entry.edit ? content.edit_of : std::to_string(entry.id);
  entry.content = content;
  entry.idempotency_key = idempotency_key;
  const std::string message_id = entry.message_id;
  add(line, std::move(entry));
  return message_id;
}

void WebchatRoom::add(Line& line, Entry&& entry) {
  // A stream that comes later wants the newest edit only, not the hundred steps of a progress bar.
  if (entry.edit) std::erase_if(line.entries, [&](const Entry& old) { return old.edit && old.message_id == entry.message_id; });
  line.entries.push_back(std::move(entry));
  if (line.entries.size() > kMessagesPerContact) line.entries.pop_front();
  said_.notify_all();
}

std::int64_t WebchatRoom::repeat(const std::string& contact, const MessageContent& content, const std::string& message_id) {
  const std::lock_guard lock(mutex_);
  Line& line = line_of(contact);
  Entry entry;
  entry.id = line.last_used;
  entry.edit = !content.edit_of.empty();
  std::int64_t said_as = 0;
  std::from_chars(message_id.data(), message_id.data() + message_id.size(), said_as);
  // The same id as where it was said, so that a stream that moves between servers goes on where it was.
  if (!entry.edit && said_as > entry.id) entry.id = next_id_ = line.last_used = said_as;
  entry.message_id = message_id;
  entry.content = content;
  const auto id = entry.id;
  add(line, std::move(entry));
  return id;
}

std::vector<WebchatRoom::Entry> WebchatRoom::listen(const std::string& contact, std::int64_t after,
                                                    std::chrono::milliseconds wait) {
  std::unique_lock lock(mutex_);
  const auto newer = [&] {
    const auto line = lines_.find(contact);
    return line != lines_.end() && !line->second.entries.empty() && line->second.entries.back().id > after;
  };
  if (!said_.wait_for(lock, wait, newer)) return {};
  std::vector<Entry> fresh;
  for (const Entry& entry : lines_[contact].entries)
    if (entry.id > after) fresh.push_back(entry);
  return fresh;
}

std::int64_t WebchatRoom::shown(const std::string& contact) {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(contact);
  return line == lines_.end() ? 0 : line->second.shown;
}

void WebchatRoom::mark_shown(const std::string& contact, std::int64_t id) {
  const std::lock_guard lock(mutex_);
  const auto line = lines_.find(contact);
  if (line != lines_.end()) line->second.shown = std::max(line->second.shown, id);
}

std::shared_ptr<WebchatRoom> webchat_room(std::int64_t channel_id) {
  static std::mutex mutex;
  static std::map<std::int64_t, std::shared_ptr<WebchatRoom>> rooms;
  const std::lock_guard lock(mutex);
  auto& room = rooms[channel_id];
  if (!room) room = std::make_shared<WebchatRoom>(SystemClock().now_ms());
  return room;
}

}  // namespace laoke::channels
