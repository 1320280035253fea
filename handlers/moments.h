#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/broadcasts.h"
#include "storage/segment_query.h"

// 朋友圈: a post that the staff publish on their platform, shown to the customers with some tags. In the books it is a
// broadcast of the class "moment": one row for each customer who may see it, which waits for the staff ("accepted",
// awaits_person), then is published ("accepted") and shown ("delivered"). Nobody here sends it, so no cap, no quiet hours
// and no consent of single customers holds it back: it is no message.
namespace laoke {

inline constexpr std::string_view kMomentClass = "moment";

// The tags of a segment that is nothing but tags, any of them; none for any other segment: platforms know no more.
std::optional<std::vector<std::string>> tags_only(const storage::SegmentQuery& query);

struct MomentDraft {
  storage::Broadcast broadcast;
  std::int64_t audience = 0;
  std::vector<std::string> tags;
  std::string channel;  // its name
};
// Checks and stores a draft. Refusal when the segment is more than tags, a tag is not the shop's, the text is empty or too
// long, or no account in service has moments.
MomentDraft create_moment(const Context& context, const std::string& segment, const std::string& text);
// The draft's rows are written and its account is asked to make it. Refusal when it is no draft.
storage::Broadcast start_moment(const Context& context, std::int64_t broadcast_id);
// How many may see a draft now.
std::int64_t moment_audience(const Context& context, const storage::Broadcast& broadcast);

// True when the event tells what became of a moment; then it takes effect: for one customer, or, when the platform refused
// the moment, for all who still wait.
bool take_moment_result(const Context& context, std::int64_t channel_id, const InboundEvent& event);

// "朋友圈「…」 可见 12 人 · 等员工发表 4 · 已发表 8 · 已展示 5".
std::string moment_text(const Context& context, const storage::Broadcast& broadcast, std::string_view language);

}  // namespace laoke
