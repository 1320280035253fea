#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "handlers/compose.h"
#include "handlers/message_content.h"
#include "handlers/policy.h"
#include "handlers/unanswered.h"
#include "handlers/walk_place.h"
#include "storage/batches.h"
#include "storage/database.h"
#include "storage/ledger.h"

// Taking deliveries up and recording what became of them: the two ends of every send. Both run in the sender's write
// transactions; the network call lies between them. "sending" is committed before the call.
namespace laoke {

// A call that carries one content to many contacts: storage/batches.h, on its way.
struct BatchCall {
  std::int64_t shop_id = 0, channel_id = 0, broadcast_id = 0;
  std::string key;  // the idempotency key of every attempt
  MessageContent content;
  std::int64_t attempts = 0;  // this one included
  std::int64_t since_ms = 0;  // when it was sealed: its key is as old
  std::int64_t fence = 0;     // of the channel's lease its members were claimed under
  // Set with the outcome, of all its members alike. nothing_sent: by this call.
  bool all_accepted = false, some_accepted = false, nothing_known = false, nothing_sent = false;
};

// One delivery the sender may send now. Its row is in state "sending".
struct Claimed {
  std::int64_t shop_id = 0, channel_id = 0, contact_id = 0;
  storage::DeliveryKey key;
  storage::SendLane lane = storage::SendLane::kFast;
  std::string klass, external_id;
  MessageContent content;
  std::int64_t about_customer_id = 0, about_contact_id = 0;
  std::int64_t attempts = 0;  // this one included
  std::int64_t fence = 0;     // of the channel's lease it was claimed under
  std::string reply_token;    // for this message alone
  std::int64_t reply_token_at_ms = 0;  // when it came
  bool by_template = false;   // its window is over: the platform's approved template goes
  bool spent_reply = false;   // it took one of the replies its window allows
  std::shared_ptr<const BatchCall> batch;  // shared by all its members; `content` is empty then
  bool may_have_arrived = false;  // by an earlier try: the platform is asked again under the same key

  const MessageContent& said() const { return batch ? batch->content : content; }
};

// What the sender can take: room per channel, and whether a contact was written to too recently.
struct Capacity {
  ChannelMap channels;
  std::map<std::int64_t, int> room;                                        // by channel_id: messages it can take now
  std::function<std::int64_t(std::int64_t contact_id)> contact_free_at_ms; // 0: free now
  std::string node;                                                        // who claims
  std::map<std::int64_t, std::int64_t> fences;  // by channel_id: under which lease `node` sends there; {} without leases
  std::int64_t shop_id = 0;                     // whose work is taken up; 0: of every shop
  std::set<std::int64_t> closed = {};           // channels that are off: what waits in their queues goes another way, or ends
  std::set<std::string> calling;                // keys of batches the sender has already
  std::vector<storage::Batch> to_call;          // filled by claim(): whole batches, to be read with load_batch()
  std::map<std::int64_t, WalkPlace> walks;      // by broadcast_id; kept from one claim that was committed to the next
};

// Takes up due work, replies and notices before bulk, until room or work runs out or `limit` rows were looked at.
// A broadcast's rows that all read the same go into batches where the channel has them; a batch that is full, or all there
// is, is put into `capacity.to_call` once it is durable that it will be called.
// A broadcast's rows whose channel is full stay untouched; those behind them are looked at for channels that have room.
// Rows that policy holds back or drops are settled on the way. A channel whose lease changed hands gets nothing and
// leaves `capacity.room`. Returns what to send.
std::vector<Claimed> claim(storage::Transaction& tx, std::int64_t now_ms, Capacity& capacity, int limit, MessageCache& cache);

// The members of a batch as they will be called; {} when it is no longer to be called under `fence`.
std::vector<Claimed> load_batch(storage::Transaction& tx, const storage::Batch& batch, std::int64_t fence);

// What came of one claimed delivery, in the sender's words.
struct Outcome {
  enum class Kind {
    kAccepted,
    kRetryAt,      // nothing was sent; `retry_at_ms`, `reason`
    kReroute,      // this contact cannot be reached any more; try another
    kRejected,     // can never be sent there; `detail`
    kUnknown,      // may have arrived; `reason`
    kReturned,     // never started: the program stops
    kWindowClosed,
    kMoved,        // `new_external_id`; resend there
    kRepeatBatch,  // its whole batch may have arrived, by this call or an earlier one: the same call again at
                   // `retry_at_ms`. One outcome for all members
  };
  Kind kind = Kind::kUnknown;
  Claimed claimed;
  std::string reason, detail, platform_message_id, new_external_id;
  std::vector<std::string> part_ids;  // of a long text sent as several messages, the last one included
  std::int64_t retry_at_ms = 0;
  std::int64_t at_ms = 0;  // when the answer came
  bool account_waits = true;    // kRetryAt by the platform's pace or quota: so does all else on the account
  bool channel_broken = false;  // the account's token or rights are gone: it stops until its settings change
  bool repeatable = false;      // kUnknown: the platform recognises a repeat by its key
};
// Moves the ledger rows on, and the live counts of broadcasts once for all of them. An outcome that was recorded before
// changes nothing. One that comes after its channel changed hands only corrects what was settled without knowing it: "accepted"
// ends a row that is unknown or waits to be sent again, "never started" lets an unknown row be sent.
void record(storage::Transaction& tx, std::span<const Outcome> outcomes);

// Rows of a channel left in "sending" under a fence below `before_fence`, by a node that is gone. Where the channel
// recognises a repeated key (`idempotent`) they are queued again, and a batch that was called is kept to be called once
// more as it is; batches that never were go back; notices whose rule says so are sent once more, the rest become
// "unknown". How many were settled.
struct LeftBehind {
  std::int64_t shop_id = 0, channel_id = 0, before_fence = 0;
  bool idempotent = false;
  std::string node = {};  // who takes over
  bool batches_idempotent = false;
};
int settle_left_behind(storage::Transaction& tx, std::int64_t now_ms, const LeftBehind& left);

// 8 tries: 2 s, 4 s, 8 s … at most 5 min between them.
inline constexpr std::int64_t kMaxAttempts = 8;
std::int64_t retry_delay_ms(std::int64_t attempts, double random01);

}  // namespace laoke
