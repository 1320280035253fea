#include "handlers/broadcast_trouble.h"

#include "handlers/broadcasts.h"
#include "handlers/owner_chat.h"
#include "handlers/tasks.h"
#include "handlers/text.h"
#include "handlers/wording.h"

namespace laoke {

void pause_unreadable(const Context& context, std::int64_t broadcast_id, const SegmentError& why) {
  const auto broadcast = storage::get_broadcast(context.tx, context.shop_id(), broadcast_id);
  if (!broadcast || broadcast->state != "planning") return;
  pause_broadcast(context, broadcast_id);
  const auto text = [&](std::string_view language) {
    return say(language, "seller.broadcast.unreadable",
               {{"number", broadcast_id}, {"name", shorten(broadcast->name, 40)}, {"why", shorten(why.message(language), 200)}});
  };
  TaskDraft task;
  task.text = text(spoken_language(context.shop.language));
  task.due_at_ms = context.now_ms;
  task.source_key = "broadcast:" + std::to_string(broadcast_id) + ":unreadable:" + std::to_string(context.now_ms);
  add_task(context, task);
  tell_owners(context, [&](std::string_view language) { return text(spoken_language(language)); });
}

}  // namespace laoke
