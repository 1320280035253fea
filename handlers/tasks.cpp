#include "handlers/tasks.h"

#include <limits>

#include "handlers/happened.h"
#include "handlers/refusal.h"
#include "handlers/text.h"

namespace laoke {
namespace {

using storage::Task;

constexpr std::size_t kLongestTask = 500;  // code points

void tell(const Context& context, const Task& task, const char* kind) {
  if (!task.customer_id) return;
  ShopEvent event;
  event.kind = kind;
  event.customer_id = *task.customer_id;
  event.data = {{"task_id", task.task_id}, {"text", task.text}, {"due_at_ms", task.due_at_ms}};
  event.cause = "task:" + std::to_string(task.task_id);
  happened(context, event);
}

Task require_task(const Context& context, std::int64_t task_id, bool open) {
  auto task = storage::get_task(context.tx, context.shop_id(), task_id);
  if (!task) throw Refusal("task.unknown", "没有这个待办", "there is no such task");
  if ((task->state == "open") != open)
    throw Refusal("task.state", open ? "这个待办已经处理过了" : "这个待办还没有处理", open ? "this task is settled already" : "this task is still open");
  return *task;
}

Task settle(const Context& context, std::int64_t task_id, const char* state) {
  Task task = require_task(context, task_id, true);
  task.state = state;
  task.done_at_ms = context.now_ms;
  storage::set_task_state(context.tx, context.shop_id(), task_id, task.state, task.done_at_ms);
  return task;
}

}  // namespace

std::optional<Task> add_task(const Context& context, const TaskDraft& draft) {
  Task task;
  task.text = trim(draft.text);
  if (task.text.empty()) throw Refusal("task.empty", "待办要有内容", "a task needs a text");
  if (length_code_points(task.text) > kLongestTask)
    throw Refusal("task.text", "待办太长，最多 " + std::to_string(kLongestTask) + " 个字",
                  "the task is too long: at most " + std::to_string(kLongestTask) + " characters");
  task.task_id = context.tx.next_id();
  task.customer_id = draft.customer_id;
  task.staff_id = draft.staff_id;
  task.due_at_ms = draft.due_at_ms != 0 ? draft.due_at_ms : context.now_ms;
  task.source_key = draft.source_key;
  task.created_at_ms = context.now_ms;
  if (!storage::insert_task(context.tx, context.shop_id(), task)) return std::nullopt;
  tell(context, task, "task.created");
  return task;
}

std::vector<Task> todo_list(const Context& context, std::optional<std::int64_t> staff_id, std::int64_t due_before_ms, int limit) {
  const std::int64_t before = due_before_ms != 0 ? due_before_ms : std::numeric_limits<std::int64_t>::max();
  return storage::list_open_tasks(context.tx, context.shop_id(), staff_id, before, limit);
}

Task finish_task(const Context& context, std::int64_t task_id) {
  const Task task = settle(context, task_id, "done");
  tell(context, task, "task.done");
  return task;
}

Task cancel_task(const Context& context, std::int64_t task_id) { return settle(context, task_id, "cancelled"); }

Task reopen_task(const Context& context, std::int64_t task_id) {
  Task task = require_task(context, task_id, false);
  task.state = "open";
  task.done_at_ms.reset();
  storage::set_task_state(context.tx, context.shop_id(), task_id, task.state, std::nullopt);
  return task;
}

}  // namespace laoke
