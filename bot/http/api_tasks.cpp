// Follow-ups a person does.
#include "bot/http/api_call.h"
#include "handlers/tasks.h"
#include "storage/customers.h"
#include "storage/staff.h"

namespace laoke::http::api {
namespace {

json task_json(const storage::Task& task) {
  return {{"id", task.task_id},
          {"customer_id", or_null(task.customer_id)},
          {"staff_id", or_null(task.staff_id)},
          {"text", task.text},
          {"due_at_ms", task.due_at_ms},
          {"state", task.state},
          {"created_at_ms", task.created_at_ms},
          {"done_at_ms", or_null(task.done_at_ms)}};
}

Reply create_task(const Call& call) {
  Body body(call);
  TaskDraft draft;
  draft.text = body->required_text("text", 2'000);
  draft.due_at_ms = body->moment("due_at_ms").value_or(0);
  draft.customer_id = body->integer("customer_id", 1);
  draft.staff_id = body->integer("staff_id", 1);
  if (draft.customer_id && !storage::get_customer(call.tx(), call.shop_id(), *draft.customer_id))
    body->faults().add(body->at("customer_id"), {"customer.unknown", {{"id", *draft.customer_id}}});
  if (draft.staff_id && !storage::get_staff(call.tx(), call.shop_id(), *draft.staff_id))
    body->faults().add(body->at("staff_id"), {"customer.owner_unknown"});
  body.check();
  return created(task_json(add_task(call.context, draft).value()));
}

Reply settle(const Call& call, storage::Task (*how)(const Context&, std::int64_t)) {
  Body(call).check();
  return {task_json(how(call.context, call.id()))};
}

}  // namespace

void add_tasks(const Api& api) {
  api.get("/tasks", {"staff_id", "due_before_ms", "limit"}, [](const Call& call) {
    constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
    const auto staff = call.number("staff_id", 0, 1, kMost);
    return Reply{whole(todo_list(call.context, staff != 0 ? std::optional(staff) : std::nullopt,
                                 call.number("due_before_ms", 0, 0, kMost), call.limit()),
                       [](const auto& task) { return task_json(task); })};
  });
  api.post("/tasks", Role::kOperator, create_task);
  api.post("/tasks/{id}/done", Role::kOperator, [](const Call& call) { return settle(call, finish_task); });
  api.post("/tasks/{id}/cancel", Role::kOperator, [](const Call& call) { return settle(call, cancel_task); });
  api.post("/tasks/{id}/reopen", Role::kOperator, [](const Call& call) { return settle(call, reopen_task); });
}

}  // namespace laoke::http::api
