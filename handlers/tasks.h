#pragma once
#include <optional>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "storage/tasks.h"

namespace laoke {

struct TaskDraft {
  std::string text;
  std::int64_t due_at_ms = 0;               // 0 = now
  std::optional<std::int64_t> customer_id;  // whom it is about
  std::optional<std::int64_t> staff_id;     // whose it is; none: anybody's
  std::string source_key;                   // makes a rule's task unique ("rule:5:order:77"), "" by hand
};

// Notes something to do; tells "task.created" when it is about a customer. nullopt when its source key has a task
// already. Refusal for an empty or too long text.
std::optional<storage::Task> add_task(const Context& context, const TaskDraft& draft);

// The to-do list: open tasks due before `due_before_ms` (0: all), the most urgent first; with a staff id theirs and
// everybody's.
std::vector<storage::Task> todo_list(const Context& context, std::optional<std::int64_t> staff_id,
                                     std::int64_t due_before_ms = 0, int limit = 50);

// Done, or not needed any more. Refusal when there is no such open task.
storage::Task finish_task(const Context& context, std::int64_t task_id);
storage::Task cancel_task(const Context& context, std::int64_t task_id);
// Takes finish or cancel back.
storage::Task reopen_task(const Context& context, std::int64_t task_id);

}  // namespace laoke
