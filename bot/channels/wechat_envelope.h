#pragma once
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace laoke::channels {

// SHA-1 over the parts, sorted by byte value and joined, in lower-case hex: what WeChat and WeCom call a signature.
std::string wechat_signature(std::initializer_list<std::string_view> parts);
// The same, compared in constant time.
bool wechat_signed(std::string_view signature, std::initializer_list<std::string_view> parts);

// True when `timestamp` is a number of seconds within `tolerance_s` of now; a tolerance of 0 takes any.
bool wechat_timestamp_fresh(std::string_view timestamp, std::int64_t now_s, std::int64_t tolerance_s);

// The encrypted envelope that WeChat's safe mode and WeCom share: AES-256-CBC over
// 16 random bytes | length of the message | message | receive id | padding to a multiple of 32. Immutable, any thread.
class WechatEnvelope {
 public:
  static constexpr std::size_t kRandomBytes = 16;

  // `receive_id`: the appid, of WeCom the corpid. Throws std::invalid_argument when `encoding_aes_key` is not the 43
  // letters and digits of a key; the text names no part of it.
  WechatEnvelope(std::string token, std::string_view encoding_aes_key, std::string receive_id);

  // msg_signature over token, timestamp, nonce and the encrypted text as it was received.
  std::string sign(std::string_view timestamp, std::string_view nonce, std::string_view encrypted) const;
  bool verify(std::string_view msg_signature, std::string_view timestamp, std::string_view nonce,
              std::string_view encrypted) const;

  // The message inside. Throws BadPayload when it is not base64 of whole blocks, its padding or length is wrong, or it is
  // meant for another receive id. Does not look at a signature: verify() first.
  std::string decrypt(std::string_view encrypted) const;
  // Base64 of a new envelope. `random` is 16 bytes nobody can guess, other ones each time.
  std::string encrypt(std::string_view message, std::string_view random) const;
  std::string encrypt(std::string_view message) const;
  // <xml> with Encrypt, MsgSignature, TimeStamp and Nonce: the answer to a callback. `nonce` is digits or letters.
  std::string answer(std::string_view message, std::int64_t timestamp_s, std::string_view nonce, std::string_view random) const;
  std::string answer(std::string_view message, std::int64_t timestamp_s) const;

 private:
  const std::string token_, receive_id_;
  std::string key_;  // 32 bytes; the first 16 are the initial vector too
};

}  // namespace laoke::channels
