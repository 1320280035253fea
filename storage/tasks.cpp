#include "storage/tasks.h"

namespace laoke::storage {
namespace {

#define TASK_COLUMNS "task_id, customer_id, staff_id, text, due_at_ms, state, source_key, created_at_ms, done_at_ms"
constexpr Sql kTasksInsert{"tasks.insert", "INSERT INTO tasks (shop_id, " TASK_COLUMNS
                                           ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
                                           "ON CONFLICT (shop_id, source_key) WHERE source_key <> '' DO NOTHING"};
constexpr Sql kTasksSetState{"tasks.set_state",
                             "UPDATE tasks SET state = $3, done_at_ms = $4 WHERE shop_id = $1 AND task_id = $2"};
constexpr Sql kTasksGet{"tasks.get", "SELECT " TASK_COLUMNS " FROM tasks WHERE shop_id = $1 AND task_id = $2"};
constexpr Sql kTasksOpen{"tasks.open", "SELECT " TASK_COLUMNS
                                       " FROM tasks WHERE shop_id = $1 AND state = 'open' AND due_at_ms < $2 "
                                       "ORDER BY due_at_ms, task_id LIMIT $3"};
constexpr Sql kTasksOpenOf{"tasks.open_of",
                           "SELECT " TASK_COLUMNS
                           " FROM tasks WHERE shop_id = $1 AND state = 'open' AND due_at_ms < $2 "
                           "AND (staff_id = $4 OR staff_id IS NULL) ORDER BY due_at_ms, task_id LIMIT $3"};
#undef TASK_COLUMNS
constexpr const Sql* kTasksStatements[] = {&kTasksInsert, &kTasksSetState, &kTasksGet, &kTasksOpen, &kTasksOpenOf};

Task task_of(const Row& row) {
  return {row.integer(0), row.maybe_integer(1), row.maybe_integer(2), row.string(3),       row.integer(4),
          row.string(5),  row.string(6),        row.integer(7),       row.maybe_integer(8)};
}

}  // namespace

bool insert_task(Transaction& tx, std::int64_t shop_id, const Task& t) {
  return tx.execute(kTasksInsert, {shop_id, t.task_id, t.customer_id, t.staff_id, t.text, t.due_at_ms, t.state,
                                   t.source_key, t.created_at_ms, t.done_at_ms}) == 1;
}

void set_task_state(Transaction& tx, std::int64_t shop_id, std::int64_t task_id, std::string_view state,
                    std::optional<std::int64_t> done_at_ms) {
  tx.submit(kTasksSetState, {shop_id, task_id, state, done_at_ms});
}

std::optional<Task> get_task(Transaction& tx, std::int64_t shop_id, std::int64_t task_id) {
  std::optional<Task> task;
  tx.query(kTasksGet, {shop_id, task_id}, [&](const Row& row) { task = task_of(row); });
  return task;
}

std::vector<Task> list_open_tasks(Transaction& tx, std::int64_t shop_id, std::optional<std::int64_t> staff_id,
                                  std::int64_t due_before_ms, int limit) {
  std::vector<Task> tasks;
  const auto take = [&](const Row& row) { tasks.push_back(task_of(row)); };
  if (staff_id)
    tx.query(kTasksOpenOf, {shop_id, due_before_ms, limit, *staff_id}, take);
  else
    tx.query(kTasksOpen, {shop_id, due_before_ms, limit}, take);
  return tasks;
}

std::span<const Sql* const> task_statements() {
  return kTasksStatements;
}

}  // namespace laoke::storage
