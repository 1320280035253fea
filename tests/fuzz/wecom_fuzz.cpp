#include <cstdint>
#include <cstdlib>

#include "bot/channels/json_body.h"
#include "bot/channels/wecom/wecom.h"
#include "bot/channels/wecom/wecom_callback.h"
#include "bot/channels/wecom/wecom_notes.h"
#include "bot/channels/wecom/wecom_people.h"
#include "bot/channels/wecom/wecom_watch.h"
#include "bot/channels/xml_body.h"

using namespace laoke::channels;

namespace {

void check(const laoke::InboundEvent& event) {
  if (event.key.empty() || event.external_id.empty()) std::abort();
  if (event.at_ms < 0 || event.referral.size() > 4 * 64) std::abort();
  if (!laoke::is_valid_utf8(event.text) || !laoke::is_valid_utf8(event.display_name) || !laoke::is_valid_utf8(event.external_id)) std::abort();
}

template <class Read>
void tolerate(Read&& read) {
  try {
    read();
  } catch (const BadPayload&) {
  }
}

}  // namespace

// The first letter chooses the reader: what stands in a decrypted callback, a note of poll(), an answer about a customer, a
// cursor, or a whole callback with its envelope.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const auto channel = wecom::make_with_clock(
      {1, 2, "app", "wecom", {{"corp_id", "ww0f1e2d3c4b5a6978"}, {"agent_id", 1000002}, {"secret", "fuzz"}, {"token", "QyLaokeTok3n"},
                              {"encoding_aes_key", "WeComLaokeCallbackAesKeyMadeUpForTests9876A"}, {"api_base", "http://127.0.0.1:1"}}},
      [] { return std::int64_t{1'767'225'660'000}; });
  switch (data[0]) {
    case 'x': tolerate([&] { check(wecom::read_callback(XmlBody(text).root()).event); }); break;
    case 'n':
      tolerate([&] {
        for (const auto& event : wecom::events_in(json_body(text))) check(event);
      });
      break;
    case 'd': tolerate([&] { wecom::details_in(json_body(text)); }); break;
    case 'c': wecom::to_text(wecom::cursor_from(text, 1)); break;
    default:
      tolerate([&] {
        RawRequest request{"POST", text, {}, {{"msg_signature", "0"}, {"timestamp", "1767225660"}, {"nonce", "1"}}};
        if (channel->authentic(request)) std::abort();
        for (const auto& event : channel->parse(request)) check(event);
      });
  }
  return 0;
}
