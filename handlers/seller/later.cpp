#include "handlers/seller/later.h"

#include <nlohmann/json.hpp>

#include "handlers/inbound.h"
#include "handlers/outbox.h"
#include "handlers/seller/command.h"
#include "storage/contacts.h"
#include "storage/shop_stats.h"
#include "storage/shops.h"

namespace laoke {
namespace {

using storage::Job;
using storage::Transaction;

constexpr std::string_view kAnswerJob = "seller_answer";

struct Asked {
  std::int64_t channel_id = 0;
  std::string external_id, line;
};

std::string to_text(const Asked& asked) {
  return nlohmann::json{{"channel_id", asked.channel_id}, {"external_id", asked.external_id}, {"line", asked.line}}.dump(
      -1, ' ', false, nlohmann::json::error_handler_t::replace);
}

Asked asked_in(const Job& job) {
  const auto in = nlohmann::json::parse(job.data);
  return {in.at("channel_id"), in.at("external_id"), in.at("line")};
}

// Who asked, while they still belong to the shop's staff.
struct Asker {
  storage::Shop shop;
  storage::Sender sender;
};
std::optional<Asker> asker_of(Transaction& tx, const Job& job, const Asked& asked) {
  auto shop = storage::get_shop(tx, job.shop_id);
  auto sender = storage::find_sender(tx, job.shop_id, asked.channel_id, asked.external_id);
  if (!shop || !sender || sender->staff_id == 0) return std::nullopt;
  return Asker{std::move(*shop), std::move(*sender)};
}

using Messages = std::vector<MessageContent>;

Messages read_answer(Transaction& tx, const Job& job, std::int64_t now_ms) {
  const auto asked = asked_in(job);
  const auto asker = asker_of(tx, job, asked);
  Messages messages;
  if (!asker || now_ms - job.created_at_ms > kReplyValidMs) return messages;
  seller::Chat chat({tx, asker->shop, now_ms, {}}, asker->sender, asked.channel_id);
  chat.keep_answers(messages);
  try {
    seller::run_line(chat, asked.line);
  } catch (const Refusal& refusal) {
    messages.clear();
    chat.answer(as_sentence(refusal.text(chat.language())));
  }
  return messages;
}

// The answer and the end of the job are one transaction: whoever comes second finds the job gone and says nothing.
bool write_answer(storage::Database& database, const Job& job, const Messages& messages, std::int64_t now_ms) {
  return database.write(
      [&](Transaction& tx) {
        if (!storage::remove_job(tx, job.shop_id, job.job_id)) return false;
        const auto asked = asked_in(job);
        const auto asker = asker_of(tx, job, asked);
        if (!asker) return false;
        const seller::Chat chat({tx, asker->shop, now_ms, {}}, asker->sender, asked.channel_id);
        for (const auto& message : messages) chat.answer(message.text, message.buttons);
        return !messages.empty();
      },
      storage::of_shop(job.shop_id));
}

Messages sorry(storage::Database& database, const Job& job) {
  return database.read([&](Transaction& tx) {
    Messages messages;
    const auto asked = asked_in(job);
    if (const auto asker = asker_of(tx, job, asked)) {
      const seller::Chat chat({tx, asker->shop, job.created_at_ms, {}}, asker->sender, asked.channel_id);
      messages.emplace_back().text = chat.words({"seller.answer.failed", {{"line", asked.line}}});
    }
    return messages;
  });
}

// Once more the next time, unless this was the last: then the person hears of it.
void count_failure(storage::Database& database, Job job, std::int64_t now_ms) {
  if (++job.done >= kCountTries) {
    write_answer(database, job, sorry(database, job), now_ms);
    return;
  }
  job.updated_at_ms = now_ms;
  database.write([&](Transaction& tx) { storage::update_job(tx, job); }, storage::of_shop(job.shop_id));
}

}  // namespace

namespace seller {

bool answers_later(Chat& chat) {
  if (chat.only_reads() || !storage::holds_more_rows(chat.tx(), chat.shop_id(), kCountedAtOnce)) return false;
  Job job;
  job.shop_id = chat.shop_id();
  job.kind = kAnswerJob;
  job.data = to_text({chat.channel_id(), chat.sender().contact.external_id, chat.line()});
  job.created_at_ms = job.updated_at_ms = chat.now_ms();
  for (const auto& waiting : storage::running_jobs(chat.tx(), kAnswerJob))
    if (waiting.shop_id == job.shop_id && waiting.data == job.data) return true;
  storage::insert_job(chat.tx(), job);
  chat.tx().raise(storage::kReminderWork);  // wakes the scheduler
  return true;
}

}  // namespace seller

bool answers_wait(Transaction& tx) { return !storage::running_jobs(tx, kAnswerJob).empty(); }

AnsweredLater answer_waiting(storage::Database& database, std::int64_t now_ms, const std::function<bool(const Job&)>& mine) {
  AnsweredLater result;
  for (const Job& job : database.read([](Transaction& tx) { return storage::running_jobs(tx, kAnswerJob); })) {
    if (mine && !mine(job)) continue;
    Messages messages;
    try {
      messages = database.read([&](Transaction& tx) { return read_answer(tx, job, now_ms); });
    } catch (const std::exception& error) {
      ++result.failed;
      result.why = error.what();
      count_failure(database, job, now_ms);
      continue;
    }
    result.answered += write_answer(database, job, messages, now_ms) ? 1 : 0;
  }
  return result;
}

}  // namespace laoke
