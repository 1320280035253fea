#pragma once
#include "bot/http/api_call.h"
#include "storage/ledger.h"

namespace laoke::http::api {

// A ledger row with the words for its state and reason.
json json_of(const storage::Delivery& delivery, const Call& call);
// The newest deliveries of a customer over all sources.
std::vector<storage::Delivery> newest_deliveries(const Call& call, std::int64_t customer_id, int limit);

}  // namespace laoke::http::api
