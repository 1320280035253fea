#pragma once
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "bot/clock.h"
#include "bot/http_client.h"
#include "bot/node.h"
#include "storage/database.h"
#include "storage/webhooks.h"

namespace laoke {

// "v1,<base64>": what the header webhook-signature says of a body, as Standard Webhooks 1.0.0 has it: HMAC-SHA256 of
// "id.timestamp.body" under the bytes behind "whsec_".
std::string webhook_signature(std::string_view secret, std::string_view id, std::int64_t timestamp_s,
                              std::string_view body);
// A new secret: "whsec_" and 32 random bytes in base64.
std::string new_webhook_secret();

// Tells the shops' events to the endpoints they named, from one thread of its own ("webhooks"). Every call is made at
// least once: after a crash between the call and its record it is made again under the same webhook-id. An endpoint
// that fails rests, so that a dead one costs one call at a time and delays nobody for long. Redirects are not
// followed. Of several nodes one makes the calls, another goes on within half a minute when it is gone. Private addresses are allowed: a shop on one machine tells its own programs.
class WebhooksOut {
 public:
  // Without `work` it has the database to itself.
  WebhooksOut(storage::Database& database, const Clock& clock, WorkLeases* work = nullptr)
      : database_(database), clock_(clock), work_(work) {}
  ~WebhooksOut();  // stops
  WebhooksOut(const WebhooksOut&) = delete;
  WebhooksOut& operator=(const WebhooksOut&) = delete;

  void start();
  // Something may be due. Any thread, any time.
  void wake();
  // Cuts a running call (it is made again at the next start) and returns when the thread has ended.
  void stop();
  // One look at what is due, without the thread: how many calls were made.
  int round();

 private:
  struct Result {
    bool accepted = false, gone = false;  // gone: 410, the endpoint wants nothing any more
    std::string error;
  };
  using EndpointKey = std::pair<std::int64_t, std::int64_t>;  // shop, endpoint
  void loop();
  bool mine();
  Result call(const storage::DueWebhook& due);
  void record(const storage::DueWebhook& due, const Result& result);
  std::int64_t wait_ms();

  storage::Database& database_;
  const Clock& clock_;
  WorkLeases* const work_;
  std::int64_t leased_until_ms_ = 0;  // by the lease's own clock; the thread's own
  HttpCancel cancel_;
  std::map<EndpointKey, int> failures_;  // in a row; the thread's own

  std::mutex mutex_;  // guards the two below
  bool awake_ = false, stopping_ = false;
  std::condition_variable wakes_;
  std::thread thread_;
};

}  // namespace laoke
