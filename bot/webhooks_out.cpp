#include "bot/webhooks_out.h"

#include <algorithm>
#include <array>
#include <set>

#include "bot/log.h"
#include "handlers/crypto.h"

namespace laoke {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kSecretMark = "whsec_";
// Seconds an event waits after its 1st, 2nd, … failure; after the last it is given up: 33 hours in all.
constexpr std::array<std::int64_t, 7> kRetryAfterMs = {10'000,    60'000,     300'000,   1'800'000,
                                                       7'200'000, 21'600'000, 86'400'000};
// An endpoint that keeps failing is asked at most this rarely, so that it is noticed soon when it is back.
constexpr std::int64_t kLongestRestMs = 300'000;
constexpr int kAtOnce = 50;
constexpr std::int64_t kLongestWaitMs = 1'000;  // also how late another process's event is noticed
constexpr std::int64_t kWebhookLeaseMs = 30'000;
constexpr auto kConnectTimeout = 5s, kTimeout = 10s;
constexpr std::int64_t kCallMs = std::chrono::milliseconds(kConnectTimeout + kTimeout).count() + 1'000;
constexpr std::size_t kAnswerLimitBytes = 64 << 10;
constexpr int kGoneStatus = 410;  // Standard Webhooks: disable the endpoint

std::string id_of(const storage::WebhookCall& call) {
  return "evt_" + std::to_string(call.event_id);
}

std::string key_bytes(std::string_view secret) {
  if (secret.starts_with(kSecretMark)) secret.remove_prefix(kSecretMark.size());
  return crypto::from_base64(secret).value_or(std::string(secret));
}

}  // namespace

std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp_s,
                              std::string_view body) {
  const std::string signed_text = std::string(id) + '.' + std::to_string(timestamp_s) + '.' + std::string(body);
  return "v1," + crypto::base64(crypto::hmac_sha256(key_bytes(secret), signed_text));
}

std::string new_webhook_secret() {
  return std::string(kSecretMark) + crypto::base64(crypto::sha256(crypto::random_token()));
}

WebhooksOut::~WebhooksOut() {
  stop();
}

void WebhooksOut::start() {
  thread_ = std::thread([this] { loop(); });
}

void WebhooksOut::wake() {
  const std::lock_guard lock(mutex_);
  awake_ = true;
  wakes_.notify_one();
}

void WebhooksOut::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    wakes_.notify_one();
  }
  cancel_.cancel();
  if (thread_.joinable()) thread_.join();
}

void WebhooksOut::loop() {
  while (true) {
    std::int64_t wait = kLongestWaitMs;
    try {
      wait = round() > 0 ? 0 : mine() ? wait_ms() : kLongestWaitMs;
    } catch (const std::exception& error) {
      log::warning("webhooks.fault", {{"error", error.what()}});
      wait = kRetryAfterMs.front();
    }
    std::unique_lock lock(mutex_);
    if (wait > 0) wakes_.wait_for(lock, std::chrono::milliseconds(wait), [this] { return awake_ || stopping_; });
    awake_ = false;
    if (stopping_) return;
  }
}

std::int64_t WebhooksOut::wait_ms() {
  const auto next = database_.read([](storage::Transaction& tx) { return storage::next_webhook_ms(tx); });
  if (!next) return kLongestWaitMs;
  return std::clamp<std::int64_t>(*next - clock_.now_ms(), 1, kLongestWaitMs);
}

// Whether this node makes the calls, for one more of them at least.
bool WebhooksOut::mine() {
  if (work_ == nullptr) return true;
  const auto now_ms = work_->own_ms();
  if (now_ms + kCallMs < leased_until_ms_) return true;
  if (!work_->take(0, "webhooks", kWebhookLeaseMs)) return false;
  leased_until_ms_ = now_ms + kWebhookLeaseMs;
  return true;
}

int WebhooksOut::round() {
  if (!mine()) return 0;
  const auto due = database_.read(
      [now_ms = clock_.now_ms()](storage::Transaction& tx) { return storage::due_webhooks(tx, now_ms, kAtOnce); });
  std::set<EndpointKey> resting;
  int calls = 0;
  for (const auto& one : due) {
    const EndpointKey endpoint{one.call.shop_id, one.call.endpoint_id};
    if (resting.contains(endpoint)) continue;
    if (!mine()) break;
    Result result;
    if (one.endpoint.enabled) {
      result = call(one);
      ++calls;
    } else {
      result = {false, true, "the endpoint is switched off"};
    }
    if (cancel_.cancelled()) break;
    record(one, result);
    if (!result.accepted) resting.insert(endpoint);
  }
  return calls;
}

// An address that cannot be called fails like any other: one endpoint ends neither the thread nor the others' turn.
WebhooksOut::Result WebhooksOut::call(const storage::DueWebhook& due) try {
  const std::int64_t timestamp_s = clock_.now_ms() / 1000;
  HttpCall request;
  request.url = due.endpoint.url;
  request.body = due.call.body;
  request.headers = {
      {"webhook-id", id_of(due.call)},
      {"webhook-timestamp", std::to_string(timestamp_s)},
      {"webhook-signature", webhook_signature(due.endpoint.secret, id_of(due.call), timestamp_s, due.call.body)}};
  request.connect_timeout = kConnectTimeout;
  request.timeout = kTimeout;
  request.answer_limit_bytes = kAnswerLimitBytes;
  request.cancel = &cancel_;
  const HttpAnswer answer = shared_http_client().call(request);
  if (answer.status >= 200 && answer.status < 300) return {true, false, ""};
  if (answer.status != 0) return {false, answer.status == kGoneStatus, "HTTP " + std::to_string(answer.status)};
  return {false, false, answer.problem};
} catch (const std::exception& error) {
  return {false, false, error.what()};
}

// An event given up takes what waits behind it along: after 33 hours of failures nobody is there, and what is kept
// stays bounded. The endpoint stays on, so the next event is tried.
void WebhooksOut::record(const storage::DueWebhook& due, const Result& result) {
  const auto& call = due.call;
  const std::int64_t now_ms = clock_.now_ms(), attempts = call.attempts + 1;
  int failures = 0;  // in a row, this one included
  if (result.accepted)
    failures_.erase({call.shop_id, call.endpoint_id});
  else
    failures = ++failures_[{call.shop_id, call.endpoint_id}];
  const std::size_t row = std::min<std::size_t>(std::max(failures, 1), kRetryAfterMs.size()) - 1;
  const std::int64_t rest_until_ms = now_ms + std::min(kRetryAfterMs[row], kLongestRestMs);
  const bool last = result.gone || attempts > static_cast<std::int64_t>(kRetryAfterMs.size());
  database_.write([&](storage::Transaction& tx) {
    if (result.accepted) {
      storage::remove_webhook(tx, call);
      return;
    }
    if (result.gone && due.endpoint.enabled) {
      auto endpoint = due.endpoint;
      endpoint.enabled = false;
      storage::update_webhook_endpoint(tx, call.shop_id, endpoint);
    }
    if (last) {
      storage::move_webhook(tx, call, storage::kWebhookGivenUp, attempts, result.error);
      storage::give_up_webhooks(tx, call.shop_id, call.endpoint_id, result.error);
      return;
    }
    storage::move_webhook(tx, call, now_ms + kRetryAfterMs[static_cast<std::size_t>(attempts - 1)], attempts,
                          result.error);
    storage::rest_webhooks(tx, call.shop_id, call.endpoint_id, now_ms, rest_until_ms);
  });
  if (!result.accepted)
    log::info(
        last ? "webhook.given_up" : "webhook.failed",
        {{"endpoint", call.endpoint_id}, {"event", call.event_id}, {"attempts", attempts}, {"error", result.error}});
}

}  // namespace laoke
