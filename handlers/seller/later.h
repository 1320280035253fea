#pragma once
#include <cstdint>
#include <functional>

#include "handlers/seller/chat.h"
#include "storage/database.h"
#include "storage/jobs.h"

// Answers that are counted beside the writer. A command that walks the whole of a large shop would hold the one writer,
// and with it every customer's callback, for seconds. So the callback's transaction keeps the line as a job; the scheduler
// follows it with a reader and writes the answer together with the end of the job: once, also when it dies in between.
namespace laoke {

namespace seller {

// Rows of customers, orders or messages up to which a shop is answered at once: a few milliseconds of the writer.
inline constexpr std::int64_t kCountedAtOnce = 5'000;

// True when the answer to chat.line() comes later; the person has nothing to be told now. Nothing is kept twice while
// the same question waits. False in a small shop, and when a reader follows the line already.
bool answers_later(Chat& chat);

}  // namespace seller

struct AnsweredLater {
  int answered = 0, failed = 0;
  std::string why;  // of the last that failed
};
// Answers what waits in all shops and is `mine` (empty: all); for the scheduler. What cannot be counted is tried
// kCountTries times, then the person is told. Throws StorageError when the database is away: then it waits on.
inline constexpr std::int64_t kCountTries = 3;
AnsweredLater answer_waiting(storage::Database& database, std::int64_t now_ms, const std::function<bool(const storage::Job&)>& mine = {});
// Whether anything waits.
bool answers_wait(storage::Transaction& tx);

}  // namespace laoke
