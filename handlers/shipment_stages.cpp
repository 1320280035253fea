#include "handlers/shipment_stages.h"

#include <algorithm>

namespace laoke {
namespace {

struct StageWords {
  ParcelStage stage;
  std::string_view name;
  int rank;  // 0: beside the others
};
constexpr StageWords kParcelStages[] = {
    {ParcelStage::kLabelCreated, "label_created", 1},      {ParcelStage::kShipped, "shipped", 2},
    {ParcelStage::kInTransit, "in_transit", 3},            {ParcelStage::kOutForDelivery, "out_for_delivery", 4},
    {ParcelStage::kReadyForPickup, "ready_for_pickup", 5}, {ParcelStage::kDelivered, "delivered", 6},
    {ParcelStage::kException, "exception", 0},             {ParcelStage::kReturned, "returned", 0},
    {ParcelStage::kStale, "stale", 0},
};

const StageWords& words_for(ParcelStage stage) {
  return *std::ranges::find(kParcelStages, stage, &StageWords::stage);
}

int rank_of(std::string_view name) {
  const auto known = std::ranges::find(kParcelStages, name, &StageWords::name);
  return known == std::end(kParcelStages) ? 0 : known->rank;
}

}  // namespace

std::string_view name_of(ParcelStage stage) { return words_for(stage).name; }

std::optional<ParcelStage> find_parcel_stage(std::string_view name) {
  const auto known = std::ranges::find(kParcelStages, name, &StageWords::name);
  return known == std::end(kParcelStages) ? std::nullopt : std::optional(known->stage);
}

std::string parcel_stages_listed(std::string_view between) {
  std::string list;
  for (const auto& stage : kParcelStages) list += (list.empty() ? "" : std::string(between)) + std::string(stage.name);
  return list;
}

std::optional<StageMove> move_to_stage(const storage::Shipment& shipment, ParcelStage next) {
  const auto now = find_parcel_stage(shipment.state);
  const auto& wanted = words_for(next);
  if (!now || *now == next || *now == ParcelStage::kReturned) return std::nullopt;
  if (next == ParcelStage::kReturned) return StageMove{wanted.name, ""};
  if (*now == ParcelStage::kDelivered) return std::nullopt;
  const bool beside = words_for(*now).rank == 0;
  const std::string_view stage_before = beside ? std::string_view(shipment.reached) : words_for(*now).name;
  // That nobody hears of it any more says less than that something is wrong.
  if (next == ParcelStage::kStale && *now == ParcelStage::kException) return std::nullopt;
  if (wanted.rank == 0) return StageMove{wanted.name, stage_before};
  const int before = rank_of(stage_before);
  if (beside ? wanted.rank < before : wanted.rank <= before) return std::nullopt;
  return StageMove{wanted.name, ""};
}

}  // namespace laoke
