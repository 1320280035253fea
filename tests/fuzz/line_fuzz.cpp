#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"

// Whatever stands in a callback's body: events or BadPayload, and what comes out can be stored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  static const auto channel =
      find_kind("line")->make({1, 2, "line", "line", {{"channel_secret", "9f1c2ab7d4e84b06a5c3e1f708d96b24"}, {"token", "t"}}});
  RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& event : channel->parse(request)) {
      if (event.key.empty() || event.at_ms < 0) std::abort();
      if (event.external_id.empty() && event.kind != laoke::InboundKind::kOther) std::abort();
      if (!event.external_id.empty() && event.external_id.size() != 33) std::abort();
      if (!laoke::is_valid_utf8(event.text) || !laoke::is_valid_utf8(event.press_data)) std::abort();
    }
  } catch (const BadPayload&) {
  }
  request.headers["x-line-signature"] = request.body;
  if (channel->authentic(request)) std::abort();
  return 0;
}
