#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"
#include "handlers/text.h"

// Whatever stands in a callback's body: events or BadPayload, and what comes out can be stored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  static const auto channel = find_kind("whatsapp")
                                  ->make({1,
                                          2,
                                          "wa",
                                          "whatsapp",
                                          {{"phone_number_id", "106540352242922"},
                                           {"token", "EAAJfuzz"},
                                           {"app_secret", "5d41402abc4b2a76b9719d911017c592"},
                                           {"verify_token", "fuzz"}}});
  RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data), size);
  static_cast<void>(channel->authentic(request));
  try {
    for (const auto& event : channel->parse(request)) {
      if (event.key.empty() || event.external_id.empty()) std::abort();
      if (event.at_ms < 0 || event.referral.size() > 64 || event.window_ms < 0) std::abort();
      if (event.kind == laoke::InboundKind::kMoved && event.new_external_id.empty()) std::abort();
      for (const std::string* text :
           {&event.text, &event.display_name, &event.reference, &event.receipt_reason, &event.press_data})
        if (!laoke::is_valid_utf8(*text)) std::abort();
    }
  } catch (const BadPayload&) {
  }
  return 0;
}
