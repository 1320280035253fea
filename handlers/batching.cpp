#include "handlers/batching.h"

#include <algorithm>

#include "handlers/crypto.h"

namespace laoke {

using storage::Batch;

Batching::Batching(storage::Transaction& tx, std::int64_t now_ms, Capacity& capacity, std::set<std::int64_t> lost)
    : tx_(tx), now_ms_(now_ms), capacity_(capacity), lost_(std::move(lost)) {
  batches_ = storage::list_batches(tx, capacity.shop_id);
  batches_.reserve(batches_.size() + capacity.room.size() * kMostUnderWay);  // place() hands out pointers
}

std::size_t Batching::size_of(std::int64_t channel_id) const {
  const auto channel = capacity_.channels.find(channel_id);
  return channel == capacity_.channels.end() ? 1 : channel->second.batch_size;
}

bool Batching::takes(std::int64_t channel_id) const { return size_of(channel_id) > 1 && capacity_.room.contains(channel_id); }

bool Batching::ours(const Batch& batch) const {
  if (lost_.contains(batch.channel_id)) return false;
  return capacity_.fences.empty() || capacity_.fences.contains(batch.channel_id);
}

bool Batching::too_old(const Batch& batch) const {
  return now_ms_ < batch.since_ms || now_ms_ - batch.since_ms > kLongestGatherMs;
}

std::int64_t Batching::places(std::int64_t channel_id) const {
  if (!takes(channel_id)) return 0;
  const auto size = static_cast<std::int64_t>(size_of(channel_id));
  std::int64_t count = static_cast<std::int64_t>(kMostUnderWay), free = 0;
  for (const auto& batch : batches_) {
    if (batch.channel_id != channel_id) continue;
    --count;
    if (batch.state == "gathering") free += size - batch.members;
  }
  return free + std::max<std::int64_t>(count, 0) * size;
}

Batch* Batching::place(std::int64_t shop_id, std::int64_t channel_id, std::int64_t broadcast_id, const MessageContent& content) {
  if (!takes(channel_id)) return nullptr;
  const auto text = to_json_text(content);
  std::size_t under_way = 0;
  for (auto& batch : batches_) {
    if (batch.channel_id != channel_id) continue;
    ++under_way;
    if (batch.state == "gathering" && batch.shop_id == shop_id && batch.broadcast_id == broadcast_id && batch.content == text) return &batch;
  }
  if (under_way >= kMostUnderWay || batches_.size() == batches_.capacity()) return nullptr;
  Batch batch;
  batch.shop_id = shop_id;
  batch.key = crypto::sha256_hex("batch/" + std::to_string(shop_id) + "/" + std::to_string(tx_.next_id())).substr(0, 32);
  batch.channel_id = channel_id;
  batch.broadcast_id = broadcast_id;
  batch.content = text;
  batch.since_ms = now_ms_;
  storage::insert_batch(tx_, batch);
  return &batches_.emplace_back(std::move(batch));
}

void Batching::join(Batch& batch, const storage::DeliveryKey& key, std::string_view address, std::int64_t fence) {
  storage::add_in_flight(tx_, {batch.shop_id, key, batch.channel_id, capacity_.node, now_ms_, fence, batch.key, std::string(address)});
  ++batch.members;
  changed_.insert(batch.key);
  if (static_cast<std::size_t>(batch.members) >= size_of(batch.channel_id)) seal(batch);
}

void Batching::set_state(Batch& batch, std::string_view state) {
  batch.state = state;
  changed_.insert(batch.key);
}

void Batching::seal(Batch& batch) {
  set_state(batch, "sealed");
  batch.since_ms = batch.due_at_ms = now_ms_;
}

void Batching::seal_or_dissolve(Batch& batch) {
  const auto least = capacity_.channels.at(batch.channel_id).batch_least;
  if (static_cast<std::size_t>(batch.members) >= std::max<std::size_t>(least, 1))
    seal(batch);
  else
    set_state(batch, "dissolving");
}

std::vector<std::pair<Batch, storage::BatchMember>> Batching::take_out(int limit) {
  std::vector<std::pair<Batch, storage::BatchMember>> taken;
  for (auto& batch : batches_) {
    if (limit <= 0 || batch.state != "dissolving" || !ours(batch)) continue;
    for (auto& member : storage::members_of(tx_, batch, limit)) {
      storage::remove_in_flight(tx_, batch.shop_id, member.key, member.fence);
      --limit;
      taken.emplace_back(batch, std::move(member));
    }
    if (storage::delete_batch_if_done(tx_, batch.shop_id, batch.key, batch.broadcast_id))
      batch.state = "gone";
    else
      tx_.raise(storage::kSendWork);
  }
  return taken;
}

void Batching::finish() {
  for (auto& batch : batches_) {
    if (batch.state == "gone" || !ours(batch)) continue;
    // Also where the account lost its right to batches meanwhile: the platform's refusal settles the members.
    const bool ready = capacity_.room.contains(batch.channel_id) && !capacity_.calling.contains(batch.key);
    const bool call = batch.state == "sealed" && batch.due_at_ms <= now_ms_ && ready;
    if (call) {
      ++batch.attempts;
      changed_.insert(batch.key);
      capacity_.to_call.push_back(batch);
    }
    if (changed_.contains(batch.key)) storage::update_batch(tx_, batch);
    if (batch.state == "gathering") tx_.raise(storage::kSendWork);
  }
}

std::vector<Claimed> load_batch(storage::Transaction& tx, const Batch& batch, std::int64_t fence) {
  const auto members = storage::members_of(tx, batch, static_cast<int>(batch.members));
  const bool whole = !members.empty() && std::all_of(members.begin(), members.end(), [&](const auto& member) { return member.fence == fence; });
  if (!whole) return {};
  auto call = std::make_shared<BatchCall>(BatchCall{batch.shop_id, batch.channel_id, batch.broadcast_id, batch.key,
                                                    message_content_from(batch.content), batch.attempts, batch.since_ms, fence});
  std::vector<Claimed> claimed;
  claimed.reserve(members.size());
  for (const auto& member : members) {
    auto& one = claimed.emplace_back();
    one.shop_id = batch.shop_id;
    one.channel_id = batch.channel_id;
    one.contact_id = member.contact_id;
    one.key = member.key;
    one.lane = storage::SendLane::kBulk;
    one.klass = member.klass;
    one.external_id = member.address;
    one.attempts = member.attempts;
    one.fence = fence;
    one.batch = call;
  }
  return claimed;
}

}  // namespace laoke
