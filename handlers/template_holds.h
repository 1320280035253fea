#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "handlers/compose.h"
#include "handlers/context.h"
#include "handlers/message_content.h"
#include "handlers/policy.h"
#include "storage/broadcasts.h"
#include "storage/ledger.h"
#include "storage/sending.h"
#include "storage/template_holds.h"

// Messages by a template that the platform does not let through now: they wait together, instead of being refused one by one.
namespace laoke {

// When rows that wait look again: the platform may let it through earlier than it said.
inline constexpr std::int64_t kLookAtTemplateMs = 3'600'000;

// What is held, read once for each shop: for one transaction.
class HeldTemplates {
 public:
  explicit HeldTemplates(MessageCache& cache) : cache_(cache) {}

  struct Message {
    const storage::Delivery& delivery;
    const storage::SendFacts* facts;      // nullptr: there is no such customer
    const storage::Broadcast* broadcast;  // of rows of source "b"
  };
  // decide() (handlers/policy.h), where a template that is held is no way: the next best one goes, and when there is none
  // the message waits. What would expire meanwhile is dropped; so is a direct message, whose writer is told at once.
  PolicyAnswer decide_past(const Context& context, const Message& message, const PolicyQuestion& question, const ShopSettings& settings,
                           const ChannelMap& channels);

 private:
  std::optional<PolicyAnswer> held(const Context& context, const Message& message, const PolicyAnswer& answer, const ChannelMap& channels);

  MessageCache& cache_;
  std::map<std::int64_t, std::vector<storage::TemplateHold>> holds_;  // by shop
};

// A send by this template was put off until then: the others need not try. Nothing for content without a template.
void put_off_template(storage::Transaction& tx, std::int64_t shop_id, std::int64_t channel_id, const MessageContent& content,
                      std::int64_t now_ms, std::int64_t until_ms);

}  // namespace laoke
