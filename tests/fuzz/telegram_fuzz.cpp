#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"

// Whatever stands in a callback's body: events or BadPayload, and what comes out can be stored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  static const auto channel = find_kind("telegram")->make({1, 2, "bot", "telegram", {{"token", "1:fuzz"}}});
  RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& event : channel->parse(request)) {
      if (event.key.empty() || event.external_id.empty()) std::abort();
      if (event.at_ms < 0 || event.referral.size() > 64) std::abort();
      if (!laoke::is_valid_utf8(event.text) || !laoke::is_valid_utf8(event.display_name)) std::abort();
    }
  } catch (const BadPayload&) {
  }
  return 0;
}
