#include "handlers/tasks.h"

#include "handlers/calendar.h"
#include "handlers/refusal.h"
#include "handlers/seller/card.h"
#include "handlers/seller/grammar.h"
#include "handlers/seller/handlers.h"
#include "handlers/seller/order_pick.h"
#include "handlers/seller/undo.h"
#include "handlers/seller/who.h"
#include "handlers/text.h"
#include "handlers/traditional.h"
#include "handlers/when.h"
#include "storage/callbacks.h"
#include "storage/shop_stats.h"

// 任务 张三 明天10:00 回访 · 待办 · 完成 任务 1003.
namespace laoke::seller {
namespace {

constexpr int kTasksShown = 8;  // of each kind in the to-do list

std::int64_t task_number(std::string_view rest) {
  take_token(rest);  // "任务"
  const auto number = number_of(take_token(rest));
  if (!number) throw refusal({"seller.task.number"});
  return *number;
}

std::string task_line(const Chat& chat, const storage::Task& task) {
  std::string line = chat.date_time(task.due_at_ms) + " " + shorten(task.text, 80);
  if (task.customer_id)
    if (const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), *task.customer_id))
      line += " · " + shorten(customer->name, 30);
  return line + " (" + std::to_string(task.task_id) + ")";
}

// One part of the list: a title with a count and its first lines; "" when there is nothing.
std::string part(const Chat& chat, std::string_view title, const std::vector<std::string>& lines, std::int64_t count) {
  if (lines.empty()) return "";
  std::string text = "\n\n" + chat.words({std::string(title), {{"count", count}}});
  for (const auto& line : lines) text += "\n• " + line;
  if (count > static_cast<std::int64_t>(lines.size())) text += "\n…";
  return text;
}

std::string tasks_part(const Chat& chat) {
  const auto tasks = todo_list(chat.context(), chat.staff_id(), 0, kTasksShown + 1);
  std::vector<std::string> lines;
  for (const auto& task : tasks)
    if (lines.size() < kTasksShown) lines.push_back((task.due_at_ms < chat.now_ms() ? "❗" : "") + task_line(chat, task));
  return part(chat, "seller.todo.tasks", lines, static_cast<std::int64_t>(tasks.size()));
}

std::string orders_part(const Chat& chat, std::string_view title, OrderState state) {
  std::vector<std::string> lines;
  for (const auto& order : storage::list_orders_in_state(chat.tx(), chat.shop_id(), name_of(state), 0, kTasksShown)) {
    const auto customer = storage::get_customer(chat.tx(), chat.shop_id(), order.customer_id);
    lines.push_back(order_line(chat, order) + (customer ? " · " + shorten(customer->name, 30) : ""));
  }
  const auto count = storage::count_orders_in_state(chat.tx(), chat.shop_id(), name_of(state));
  return part(chat, title, lines, count);
}

std::string unanswered_part(const Chat& chat) {
  std::vector<std::string> lines;
  const auto waiting = storage::customers_waiting(chat.tx(), chat.shop_id(), chat.now_ms() - 14 * kDayMs, kTasksShown);
  for (const auto& one : waiting.first) lines.push_back(shorten(one.name, 30) + " · " + chat.date_time(one.last_in_ms));
  return part(chat, "seller.todo.unanswered", lines, waiting.count);
}

std::string dead_letters_part(const Chat& chat) {
  const auto count = storage::count_dead_letters(chat.tx(), chat.shop_id(), "open");
  return count == 0 ? "" : "\n\n" + chat.words({"seller.todo.dead_letters", {{"count", count}}});
}

}  // namespace

void run_task(Chat& chat, std::string_view rest) {
  const auto found = take_who(chat, rest);
  if (!found) return;
  const auto when = take_when(found->rest, chat.now_ms(), chat.zone());
  if (!when) return chat.answer(when.error().in(chat.language()));
  const std::string text(trim(std::string_view(found->rest).substr(when->bytes)));
  if (when->bytes == 0 || text.empty()) return chat.tell({"seller.usage", {{"example", chat.words({"seller.example.task"})}}});
  const auto task = add_task(chat.context(), {text, when->at_ms, found->customer.customer_id, chat.staff_id(), ""});
  if (!task) return;
  remember_task(chat, *task);
  chat.tell({"seller.task.added",
             {{"text", shorten(task->text, 60)}, {"time", chat.date_time(task->due_at_ms)}, {"number", task->task_id}}});
}

bool is_about_task(std::string_view rest) {
  const std::string first = word_key(take_token(rest));
  return first == "任务" || first == "task" || first == "待办";
}

void finish_a_task(Chat& chat, std::string_view rest) {
  const auto task = finish_task(chat.context(), task_number(rest));
  done(chat, {{"do", "task_done"}, {"task", task.task_id}}, {"seller.task.finished", {{"text", shorten(task.text, 60)}}});
}

void cancel_a_task(Chat& chat, std::string_view rest) {
  const auto task = cancel_task(chat.context(), task_number(rest));
  done(chat, {{"do", "task_done"}, {"task", task.task_id}}, {"seller.task.cancelled", {{"text", shorten(task.text, 60)}}});
}

void run_todo(Chat& chat, std::string_view) {
  const std::string text = tasks_part(chat) + orders_part(chat, "seller.todo.to_ship", OrderState::kPaid) +
                           orders_part(chat, "seller.todo.unpaid", OrderState::kPlaced) + unanswered_part(chat) +
                           dead_letters_part(chat);
  if (text.empty()) return chat.tell({"seller.todo.nothing"});
  chat.answer(trim(text));
}

}  // namespace laoke::seller
