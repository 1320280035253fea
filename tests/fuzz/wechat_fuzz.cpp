#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"

// Whatever stands in a push: events or BadPayload, what comes out can be stored, and a reply to it is made or left out.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  static const auto channel = find_kind("wechat")->make(
      {1, 2, "gzh", "wechat", {{"app_id", "wx1"}, {"app_secret", "s"}, {"token", "fuzz"}, {"mode", "plain"}, {"max_age_seconds", 0}}});
  RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  try {
    for (const auto& event : channel->parse(request)) {
      const bool receipt = event.kind == laoke::InboundKind::kReceipt || event.kind == laoke::InboundKind::kOther;
      if (event.key.empty() || event.key.size() > 200 || (event.external_id.empty() && !receipt)) std::abort();
      if (event.at_ms < 0 || event.external_id.size() > 128 || event.referral.size() > 128) std::abort();
      if (!laoke::is_valid_utf8(event.text) || !laoke::is_valid_utf8(event.press_data)) std::abort();
      if (event.text.find('\0') != std::string::npos) std::abort();
    }
  } catch (const BadPayload&) {
  }
  laoke::MessageContent reply;
  reply.text = laoke::repair_utf8(request.body.substr(0, 200));
  if (channel->answer(request, reply).status != 200) std::abort();
  return 0;
}
