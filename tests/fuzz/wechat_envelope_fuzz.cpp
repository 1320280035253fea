#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"
#include "bot/channels/wechat_envelope.h"
#include "handlers/crypto.h"

// Sealed bodies: what does not come from the key is refused, what does comes back as it went in.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  static const WechatEnvelope envelope("fuzztoken", "LaokeTestEncodingAesKeyForUnitTestsOnly012E", "wx1");
  static const auto channel = find_kind("wechat")->make({1, 2, "gzh", "wechat",
      {{"app_id", "wx1"}, {"app_secret", "s"}, {"token", "fuzztoken"}, {"encoding_aes_key", "LaokeTestEncodingAesKeyForUnitTestsOnly012E"}, {"max_age_seconds", 0}}});
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  for (const std::string& sealed : {bytes, laoke::crypto::base64(bytes)}) {
    try {
      envelope.decrypt(sealed);
    } catch (const BadPayload&) {
    }
  }
  if (size < 100'000 && envelope.decrypt(envelope.encrypt(bytes, "0123456789abcdef")) != bytes) std::abort();
  RawRequest request{"POST", bytes, {}, {{"timestamp", "1"}, {"nonce", "2"}, {"msg_signature", bytes.substr(0, 40)}}};
  if (channel->authentic(request)) std::abort();
  try {
    channel->parse(request);
  } catch (const BadPayload&) {
  }
  return 0;
}
