#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "handlers/dispatch.h"
#include "storage/batches.h"

namespace laoke {

// The batches of one claim: rows of a broadcast are gathered over several claims, each durable, until a batch is full or
// there are no more; only then is it sealed, and only sealed ones are called (docs/adr/0021). Used inside the claiming
// transaction.
class Batching {
 public:
  // A channel's batches at one time, gathering ones included: bounds memory, and what a crash leaves to be settled.
  static constexpr std::size_t kMostUnderWay = 3;
  // Policy was asked when a row was gathered: after so long what there is goes.
  static constexpr std::int64_t kLongestGatherMs = 5'000;

  // `lost`: channels that another node sends on by now; their batches are left alone.
  Batching(storage::Transaction& tx, std::int64_t now_ms, Capacity& capacity, std::set<std::int64_t> lost);

  // Whether this channel sends batches and may take messages now.
  bool takes(std::int64_t channel_id) const;
  // How many rows its batches, begun or not, can still take.
  std::int64_t places(std::int64_t channel_id) const;

  // The batch that a row with this content joins, begun when there is none; nullptr when it must wait.
  storage::Batch* place(std::int64_t shop_id, std::int64_t channel_id, std::int64_t broadcast_id, const MessageContent& content);
  // Notes a member; the caller has made its row "sending".
  void join(storage::Batch& batch, const storage::DeliveryKey& key, std::string_view address, std::int64_t fence);

  // Those still gathering whose channel stopped, or of which `stopped` says that their broadcast did, are dissolved.
  template <class Stopped>
  void dissolve_stopped(Stopped&& stopped) {
    for (auto& batch : batches_)
      if (batch.state == "gathering" && ours(batch) && (!takes(batch.channel_id) || stopped(batch))) set_state(batch, "dissolving");
  }
  // Those of which `more` says that no more rows come now are sealed, or dissolved when they are too few.
  template <class More>
  void end_gathering(More&& more) {
    for (auto& batch : batches_)
      if (batch.state == "gathering" && ours(batch) && (!more(batch) || too_old(batch))) seal_or_dissolve(batch);
  }
  // Up to `limit` members of dissolving batches, taken out: they are nobody's and "sending".
  std::vector<std::pair<storage::Batch, storage::BatchMember>> take_out(int limit);
  // Writes what changed and tells which batches to call.
  void finish();

 private:
  bool ours(const storage::Batch& batch) const;
  bool too_old(const storage::Batch& batch) const;
  std::size_t size_of(std::int64_t channel_id) const;
  void set_state(storage::Batch& batch, std::string_view state);
  void seal(storage::Batch& batch);
  void seal_or_dissolve(storage::Batch& batch);

  storage::Transaction& tx_;
  const std::int64_t now_ms_;
  Capacity& capacity_;
  const std::set<std::int64_t> lost_;
  std::vector<storage::Batch> batches_;
  std::set<std::string> changed_;  // keys of rows to write
};

// A whole call that was accepted.
struct BatchOf {
  std::int64_t shop_id = 0, channel_id = 0, broadcast_id = 0;
};
// What the platform says of it later is to find its members: those of `outcomes` with the id of `like`.
void note_job(storage::Transaction& tx, const BatchOf& call, const Outcome& like, std::span<const Outcome> outcomes);

}  // namespace laoke
