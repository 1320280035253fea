#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "handlers/context.h"
#include "handlers/policy.h"
#include "handlers/said.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"

namespace laoke {

// Collects how the rows of broadcasts change state in one transaction, then moves the live counts once per pair.
class CountChanges {
 public:
  explicit CountChanges(storage::Transaction& tx) : tx_(tx) {}
  // `delivery` still has its old state; rows that belong to no broadcast are passed over.
  void move(std::int64_t shop_id, const storage::Delivery& delivery, std::string_view state, std::string_view reason);
  // Writes the counts, and finishes broadcasts whose last open row was settled.
  void flush(std::int64_t now_ms);

 private:
  storage::Transaction& tx_;
  std::map<std::tuple<std::int64_t, std::int64_t, std::string, std::string>, std::int64_t> changes_;
};

// What a seller asks for. Either a template's name or the text itself.
struct BroadcastDraft {
  std::string name;             // "" = made from the segment and date
  std::string segment;          // segment language
  std::string template_name, body;
  std::string klass = "marketing";
  std::int64_t starts_at_ms = 0;  // 0: now
  std::string rrule;            // repeating; starts_at_ms is its first time
  std::int64_t valid_ms = 0;    // how long after its start a delivery is still worth sending; 0: the shop's setting
};

// What a seller is shown before saying yes.
struct BroadcastPreview {
  std::int64_t audience = 0;
  std::vector<std::string> first_names;
  std::string rendered;          // for the first customer of the audience, "" when there is none
  std::vector<Said> warnings;
  std::map<std::string, std::int64_t> held_back;  // reason -> how many, of a sample or all (see `held_back_of`)
  std::int64_t held_back_of = 0; // customers looked at for held_back
  std::int64_t starts_at_ms = 0;
  std::int64_t estimated_end_ms = 0;
};

// Checks and stores a draft: segment, template and time must be right, else Refusal in words the seller understands.
storage::Broadcast create_broadcast(const Context& context, const BroadcastDraft& draft);
// `channels` for what policy would hold back, the rates for the estimated end.
BroadcastPreview preview_broadcast(const Context& context, const storage::Broadcast& broadcast, const ChannelMap& channels,
                                   const std::map<std::int64_t, double>& messages_per_second);
// Draft -> scheduled (at its time) or planning (now). Everything below throws Refusal when the state does not allow it.
storage::Broadcast start_broadcast(const Context& context, std::int64_t broadcast_id);
storage::Broadcast pause_broadcast(const Context& context, std::int64_t broadcast_id);
storage::Broadcast resume_broadcast(const Context& context, std::int64_t broadcast_id);
storage::Broadcast cancel_broadcast(const Context& context, std::int64_t broadcast_id);

struct BroadcastStatus {
  storage::Broadcast broadcast;
  std::vector<storage::BroadcastCount> counts;
  std::int64_t total = 0, open = 0, sent = 0;  // open: planned, due, deferred, sending
  std::int64_t awaiting = 0;                   // with the platform, where a staff member must confirm it; not sent yet
  std::int64_t estimated_end_ms = 0;           // 0 when nothing is left to send
};
std::optional<BroadcastStatus> broadcast_status(const Context& context, std::int64_t broadcast_id,
                                                const std::map<std::int64_t, double>& messages_per_second);
// "▓▓▓▓░░░░░░ 40%  已发 400 / 1000 …" for terminal and chat.
std::string progress_text(const BroadcastStatus& status, std::string_view language, std::int64_t now_ms);

// The scheduler's part. A scheduled broadcast whose time has come starts planning; a repeating one makes the child for
// this occurrence, once, and moves to its next time. Any other is left as it is.
void start_if_due(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, std::int64_t now_ms);
// The audience of a broadcast that starts planning: customer ids ascending, those after plan_cursor.
std::vector<std::int64_t> audience_of(storage::Transaction& tx, const storage::Broadcast& broadcast);
// Writes one slice; true when the broadcast still wants the next one (it was not paused or cancelled meanwhile).
bool plan_slice(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id,
                std::span<const std::int64_t> customers, bool last, std::int64_t now_ms);
// Turns up to `limit` untouched rows of a cancelled broadcast to "cancelled"; false when none is left.
bool cancel_slice(storage::Transaction& tx, std::int64_t shop_id, std::int64_t broadcast_id, int limit, std::int64_t now_ms);

}  // namespace laoke
