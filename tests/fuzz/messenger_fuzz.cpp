#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"

// Whatever stands in a callback's body: events or BadPayload, and what comes out can be stored. Both products.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  static const nlohmann::json settings{{"page_id", "108234567890123"}, {"account_id", "17841400000000001"}, {"token", "t"},
                                       {"app_secret", "5d41402abc4b2a76b9719d911017c592"}, {"verify_token", "v"}};
  static const auto page = find_kind("messenger")->make({1, 2, "fb", "messenger", settings});
  static const auto instagram = find_kind("instagram")->make({1, 2, "ig", "instagram", settings});
  RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  for (const auto* channel : {page.get(), instagram.get()}) {
    try {
      for (const auto& event : channel->parse(request)) {
        if (event.key.empty() || event.at_ms < 0 || event.window_ms < 0) std::abort();
        if (event.external_id.empty() && event.kind != laoke::InboundKind::kOther) std::abort();
        if (!laoke::is_valid_utf8(event.text) || !laoke::is_valid_utf8(event.press_data)) std::abort();
      }
    } catch (const BadPayload&) {
    }
    request.headers["x-hub-signature-256"] = request.body;
    if (channel->authentic(request)) std::abort();
  }
  return 0;
}
