#include "bot/intake.h"

#include <algorithm>

#include "bot/log.h"
#include "bot/metrics.h"
#include "handlers/crypto.h"
#include "handlers/inbound.h"
#include "storage/callbacks.h"

namespace laoke {

using storage::Transaction;

namespace {

// The database itself is in trouble: the callback must come again. Anything else is about this one callback.
bool must_come_again(const storage::StorageError& error) {
  return error.fault() != storage::StorageFault::kConstraint && error.fault() != storage::StorageFault::kOther;
}

}  // namespace

void Intake::take(const LiveChannel& live, const std::vector<InboundEvent>& events, const std::string& raw) {
  if (events.empty()) return;
  try {
    database_.write([&](Transaction& tx) {
      const Context context{tx, live.shop, clock_.now_ms()};
      for (const auto& event : events) take_event(context, live.row.channel_id, event);
    }, storage::of_shop(live.row.shop_id));
  } catch (const storage::StorageError& error) {
    if (must_come_again(error)) throw;
    for (const auto& event : events) take_alone(live, event, raw);
  } catch (const std::exception&) {
    for (const auto& event : events) take_alone(live, event, raw);
  }
}

// One answer fits into a callback's reply: the first that an event of it got. May run again when its transaction is.
template <class Take>
void Intake::take_and_answer(const Context& context, Arrived* arrived, const InboundEvent& event, Take&& take) {
  const bool may_answer = arrived != nullptr && !arrived->answer && arrived->answer_by && std::chrono::steady_clock::now() < *arrived->answer_by;
  if (!may_answer) {
    take();
    return;
  }
  const auto& live = *arrived->live;
  const auto mark = passive_mark(context);
  const auto fits = [&](const MessageContent& content) { return live.channel->can_answer(content); };
  auto reply = take() == Taken::kDuplicate ? repeat_passive_reply(context, live.row.channel_id, event.key)
                                           : take_passive_reply(context, live.row.channel_id, event, mark, node_, fits);
  if (reply) arrived->answer = std::make_shared<PassiveAnswer>(PassiveAnswer{std::move(*reply), false});
}

// Those that went out are accepted; the sender takes the others.
void Intake::record_answers(std::span<Arrived> batch) {
  std::vector<const Arrived*> answered;
  for (const auto& arrived : batch)
    if (arrived.answer && !arrived.failure) answered.push_back(&arrived);
  if (answered.empty()) return;
  try {
    database_.write([&](Transaction& tx) {
      for (const auto* arrived : answered) {
        const Context context{tx, arrived->live->shop, clock_.now_ms()};
        if (arrived->answer->given)
          passive_reply_left(context, arrived->answer->reply);
        else
          passive_reply_stayed(context, arrived->answer->reply);
      }
    }, storage::of_shop(batch.front().live->row.shop_id));
  } catch (const std::exception& error) {
    // They stay "sending" and become unknown: a repeat of the callback, or a person, settles them.
    log::error("callback.answer_unrecorded", {{"channel_id", batch.front().live->row.channel_id}, {"count", answered.size()}, {"why", error.what()}});
  }
}

// In the order they came: those before a callback that fails, this one by itself, then those behind it.
void Intake::settle(std::span<Arrived> batch) {
  while (!batch.empty()) {
    const std::size_t good = take_together(batch);
    if (good == batch.size()) return;
    settle(batch.first(good));
    take_each(batch[good]);
    batch = batch.subspan(good + 1);
  }
}

// One transaction. How many took effect before one failed and undid them all; the size when all are settled.
std::size_t Intake::take_together(std::span<Arrived> batch) {
  std::vector<ChannelEvent> all;
  for (const auto& arrived : batch)
    for (const auto& event : arrived.events) all.push_back({arrived.live->row.channel_id, &event});
  std::size_t at = 0;
  try {
    database_.write([&](Transaction& tx) {
      ArrivalsAhead ahead({tx, batch.front().live->shop, clock_.now_ms()}, all);
      for (at = 0; at < batch.size(); ++at) {
        auto& arrived = batch[at];
        arrived.answer = nullptr;
        const Context context{tx, arrived.live->shop, clock_.now_ms()};
        const auto channel_id = arrived.live->row.channel_id;
        for (const auto& event : arrived.events)
          take_and_answer(context, &arrived, event, [&] { return take_event(context, channel_id, event, ahead); });
      }
    }, storage::of_shop(batch.front().live->row.shop_id));
    return batch.size();
  } catch (const storage::StorageError& error) {
    if (must_come_again(error)) {
      log::error("callback.postponed", {{"channel_id", batch.front().live->row.channel_id}, {"count", batch.size()}, {"why", error.what()}});
      for (auto& arrived : batch) arrived.failure = std::current_exception();
      return batch.size();
    }
  } catch (const std::exception&) {
  }
  // A later callback's question or the commit may bring an error to light, so this is the one at fault or one behind it:
  // settle() comes closer, one callback at a time.
  return std::min(at, batch.size() - 1);
}

void Intake::take_each(Arrived& arrived) {
  try {
    arrived.answer = nullptr;
    for (const auto& event : arrived.events) take_alone(*arrived.live, event, arrived.request.body, &arrived);
  } catch (const std::exception& error) {
    log::error("callback.postponed", {{"channel_id", arrived.live->row.channel_id}, {"count", 1}, {"why", error.what()}});
    arrived.failure = std::current_exception();
  }
}

void Intake::take_alone(const LiveChannel& live, const InboundEvent& event, const std::string& raw, Arrived* arrived) {
  const auto answer_before = arrived != nullptr ? arrived->answer : nullptr;
  const auto in_transaction = [&](auto&& work) {
    database_.write([&](Transaction& tx) {
      if (arrived != nullptr) arrived->answer = answer_before;  // of a run that was undone
      work(Context{tx, live.shop, clock_.now_ms()});
    }, storage::of_shop(live.row.shop_id));
  };
  try {
    try {
      in_transaction([&](const Context& context) {
        take_and_answer(context, arrived, event, [&] { return take_event(context, live.row.channel_id, event); });
      });
    } catch (const Refusal& refusal) {
      in_transaction([&](const Context& context) {
        take_and_answer(context, arrived, event, [&] { return refuse_event(context, live.row.channel_id, event, refusal); });
      });
    }
  } catch (const storage::StorageError& error) {
    if (must_come_again(error)) throw;
    if (arrived != nullptr) arrived->answer = answer_before;
    bury(live, event.key, raw, error.what());
  } catch (const std::exception& error) {
    if (arrived != nullptr) arrived->answer = answer_before;
    bury(live, event.key, raw, error.what());
  }
}

void Intake::bury(const LiveChannel& live, const std::string& key, const std::string& raw, const std::string& why) {
  static auto& dead_letters = metrics::registry().counter("laoke_dead_letters_total", "Callbacks kept as dead letters");
  dead_letters.add();
  log::error("callback.failed", {{"channel_id", live.row.channel_id}, {"why", why}});
  database_.write([&](Transaction& tx) {
    const auto now_ms = clock_.now_ms();
    if (!storage::take_callback(tx, live.row.shop_id, live.row.channel_id, key, now_ms)) return;
    storage::DeadLetter letter;
    letter.channel_id = live.row.channel_id;
    letter.event_key = key;
    letter.body = raw;
    letter.error = why;
    letter.received_at_ms = now_ms;
    storage::insert_dead_letter(tx, live.row.shop_id, letter);
  }, storage::of_shop(live.row.shop_id));
}

void Intake::keep_unreadable(const LiveChannel& live, const std::string& raw, const std::string& why) {
  bury(live, "unreadable:" + crypto::sha256_hex(raw), raw, why);
}

bool Intake::replay(const LiveChannel& live, std::int64_t dead_letter_id, std::string& error) {
  try {
    return database_.write([&](Transaction& tx) {
      const auto letter = storage::get_dead_letter(tx, live.row.shop_id, dead_letter_id);
      if (!letter || letter->state != "open") {
        error = "there is no open dead letter of this number";
        return false;
      }
      channels::RawRequest request;
      request.method = "POST";
      request.body = letter->body;
      const Context context{tx, live.shop, clock_.now_ms()};
      bool found = false;
      const auto events = live.channel->parse(request);
      for (const auto& event : events) {
        // Its neighbours took effect when it died. A callback of one event may have had its key from a header, which is gone.
        if (events.size() > 1 && event.key != letter->event_key && !letter->event_key.starts_with("unreadable:")) continue;
        replay_event(context, live.row.channel_id, event);
        found = true;
      }
      if (!found) {
        error = "the callback holds no event of this key";
        return false;
      }
      storage::settle_dead_letter(tx, live.row.shop_id, dead_letter_id, "replayed", clock_.now_ms());
      return true;
    });
  } catch (const std::exception& failure) {
    error = failure.what();
    return false;
  }
}

}  // namespace laoke
