#include "handlers/long_waits.h"

#include "handlers/calendar.h"
#include "handlers/owner_chat.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"
#include "storage/channels.h"

namespace laoke {
namespace {

constexpr std::size_t kLongWaitWhyCodePoints = 300;

std::string long_wait_source(const Context& context, std::int64_t channel_id) {
  const auto date = to_local(context.now_ms, context.shop.time_zone).date;
  return "sends_wait:" + std::to_string(channel_id) + ":" + std::to_string(date.year) + "-" + std::to_string(date.month) + "-" +
         std::to_string(date.day);
}

}  // namespace

void tell_long_wait(const Context& context, std::int64_t channel_id, const std::string& why) {
  const auto channel = storage::get_channel(context.tx, context.shop_id(), channel_id);
  const std::string name = channel ? channel->name : "?", shown = shorten(repair_utf8(why), kLongWaitWhyCodePoints);
  const Words words = [&](std::string_view language) { return say(language, "errand.sends_wait", {{"channel", name}, {"why", shown}}); };
  TaskDraft task;
  task.text = words(context.shop.language);
  task.source_key = long_wait_source(context, channel_id);
  if (add_task(context, task)) tell_owners(context, words);
}

}  // namespace laoke
