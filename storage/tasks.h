#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "storage/database.h"

namespace laoke::storage {

// Something a person of the shop has to do.
struct Task {
  std::int64_t task_id = 0;
  std::optional<std::int64_t> customer_id;  // whom it is about
  std::optional<std::int64_t> staff_id;     // whose it is; none: anybody's
  std::string text;
  std::int64_t due_at_ms = 0;
  std::string state = "open";               // 'open', 'done', 'cancelled'
  std::string source_key;                   // "" by hand
  std::int64_t created_at_ms = 0;
  std::optional<std::int64_t> done_at_ms;

  bool operator==(const Task&) const = default;
};

// Stores the task under task.task_id; false when its source key has a task already, which is left as it is.
bool insert_task(Transaction& tx, std::int64_t shop_id, const Task& task);
void set_task_state(Transaction& tx, std::int64_t shop_id, std::int64_t task_id, std::string_view state,
                    std::optional<std::int64_t> done_at_ms);
std::optional<Task> get_task(Transaction& tx, std::int64_t shop_id, std::int64_t task_id);
// Open tasks due before `due_before_ms`, the most urgent first. With a staff id: theirs and everybody's.
std::vector<Task> list_open_tasks(Transaction& tx, std::int64_t shop_id, std::optional<std::int64_t> staff_id,
                                  std::int64_t due_before_ms, int limit);

}  // namespace laoke::storage
