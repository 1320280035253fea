#include "bot/channels/wechat_envelope.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <stdexcept>
#include <vector>

#include "bot/channels/channel.h"
#include "bot/channels/xml_body.h"
#include "handlers/crypto.h"

namespace laoke::channels {
namespace {

// Fact sheets "WeChat" §3 and "WeCom" §2: key of 43 letters, padding to 32 although AES blocks are 16.
constexpr std::size_t kEncodedKeyLetters = 43;
constexpr std::size_t kAesKeyBytes = 32;
constexpr std::size_t kAesBlock = 16;
constexpr std::size_t kPadBlock = 32;
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kMaxEncryptedLetters = 8 << 20;

const unsigned char* octets(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* octets(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

struct FreeCipher {
  void operator()(EVP_CIPHER* cipher) const { EVP_CIPHER_free(cipher); }
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};

// Looking an algorithm up costs more than using it, so it is fetched once.
const EVP_CIPHER* aes_256_cbc() {
  static const std::unique_ptr<EVP_CIPHER, FreeCipher> cipher(EVP_CIPHER_fetch(nullptr, "AES-256-CBC", nullptr));
  if (!cipher) throw std::runtime_error("OpenSSL has no AES-256-CBC");
  return cipher.get();
}

const EVP_MD* sha1() {
  static const std::unique_ptr<EVP_MD, FreeCipher> digest(EVP_MD_fetch(nullptr, "SHA1", nullptr));
  if (!digest) throw std::runtime_error("OpenSSL has no SHA-1");
  return digest.get();
}

enum class Way { kDecrypt = 0, kEncrypt = 1 };

// Whole blocks in, as many bytes out. Padding is ours: OpenSSL's stops at 16.
std::string through_aes(Way way, const std::string& key, std::string_view bytes) {
  const std::unique_ptr<EVP_CIPHER_CTX, FreeCipher> context(EVP_CIPHER_CTX_new());
  std::string out(bytes.size() + kAesBlock, '\0');
  int size = 0, rest = 0;
  const bool done = context && EVP_CipherInit_ex2(context.get(), aes_256_cbc(), octets(key), octets(key), static_cast<int>(way), nullptr) == 1 &&
                    EVP_CIPHER_CTX_set_padding(context.get(), 0) == 1 &&
                    EVP_CipherUpdate(context.get(), octets(out), &size, octets(bytes), static_cast<int>(bytes.size())) == 1 &&
                    EVP_CipherFinal_ex(context.get(), octets(out) + size, &rest) == 1;
  if (!done) throw std::runtime_error("OpenSSL cannot do AES-256-CBC");
  out.resize(static_cast<std::size_t>(size + rest));
  return out;
}

std::uint32_t length_in(std::string_view four) {
  std::uint32_t length = 0;
  for (const unsigned char byte : four) length = length << 8 | byte;
  return length;
}

std::string length_bytes_of(std::size_t length) {
  std::string four;
  for (int shift = 24; shift >= 0; shift -= 8) four += static_cast<char>(length >> shift & 0xff);
  return four;
}

// Some senders pad to 16: any count from 1 to 32 will do.
std::string_view without_padding(std::string_view plain) {
  const auto count = static_cast<unsigned char>(plain.back());
  if (count < 1 || count > kPadBlock || count > plain.size()) throw BadPayload("the envelope's padding is wrong");
  return plain.substr(0, plain.size() - count);
}

std::string random_bytes(std::size_t count) {
  std::string bytes(count, '\0');
  if (RAND_bytes(octets(bytes), static_cast<int>(count)) != 1) throw std::runtime_error("OpenSSL has no random bytes");
  return bytes;
}

}  // namespace

std::string wechat_signature(std::initializer_list<std::string_view> parts) {
  std::vector<std::string_view> sorted(parts);
  std::sort(sorted.begin(), sorted.end());  // char_traits<char> compares bytes as unsigned
  std::string joined;
  for (const std::string_view part : sorted) joined += part;
  std::string digest(20, '\0');
  if (EVP_Digest(joined.data(), joined.size(), octets(digest), nullptr, sha1(), nullptr) != 1)
    throw std::runtime_error("OpenSSL cannot compute SHA-1");
  return crypto::hex(digest);
}

bool wechat_signed(std::string_view signature, std::initializer_list<std::string_view> parts) {
  return crypto::equal_in_constant_time(signature, wechat_signature(parts));
}

bool wechat_timestamp_fresh(std::string_view timestamp, std::int64_t now_s, std::int64_t tolerance_s) {
  if (tolerance_s == 0) return true;
  std::int64_t at_s = 0;
  const char* const last = timestamp.data() + timestamp.size();
  const auto [end, error] = std::from_chars(timestamp.data(), last, at_s);
  if (error != std::errc() || end != last || at_s < 0) return false;
  return at_s <= now_s ? now_s - at_s <= tolerance_s : at_s - now_s <= tolerance_s;
}

WechatEnvelope::WechatEnvelope(std::string token, std::string_view encoding_aes_key, std::string receive_id)
    : token_(std::move(token)), receive_id_(std::move(receive_id)) {
  // The last letter holds two bits too many; consoles write any of the four letters that mean the same.
  const auto key = encoding_aes_key.size() == kEncodedKeyLetters ? crypto::from_base64(std::string(encoding_aes_key) + "=")
                                                                 : std::nullopt;
  if (!key || key->size() != kAesKeyBytes) throw std::invalid_argument("not 43 letters and digits");
  key_ = *key;
}

std::string WechatEnvelope::sign(std::string_view timestamp, std::string_view nonce, std::string_view encrypted) const {
  return wechat_signature({token_, timestamp, nonce, encrypted});
}

bool WechatEnvelope::verify(std::string_view msg_signature, std::string_view timestamp, std::string_view nonce,
                            std::string_view encrypted) const {
  return wechat_signed(msg_signature, {token_, timestamp, nonce, encrypted});
}

std::string WechatEnvelope::decrypt(std::string_view encrypted) const {
  if (encrypted.size() > kMaxEncryptedLetters) throw BadPayload("the envelope is larger than 8 MiB");
  const auto bytes = crypto::from_base64(encrypted);
  if (!bytes) throw BadPayload("the envelope is not base64");
  if (bytes->size() < 2 * kAesBlock || bytes->size() % kAesBlock != 0) throw BadPayload("the envelope is not whole");
  const std::string plain = through_aes(Way::kDecrypt, key_, *bytes);
  const std::string_view block = without_padding(plain);
  if (block.size() < kRandomBytes + kLengthBytes) throw BadPayload("the envelope is too short");
  const std::string_view rest = block.substr(kRandomBytes + kLengthBytes);
  const std::uint32_t length = length_in(block.substr(kRandomBytes, kLengthBytes));
  if (length > rest.size()) throw BadPayload("the envelope names a length it does not have");
  if (rest.substr(length) != receive_id_) throw BadPayload("the envelope is meant for another account");
  return std::string(rest.substr(0, length));
}

std::string WechatEnvelope::encrypt(std::string_view message, std::string_view random) const {
  if (random.size() != kRandomBytes) throw std::invalid_argument("an envelope begins with 16 random bytes");
  if (message.size() > kMaxEncryptedLetters / 4 * 3 - 1024) throw std::invalid_argument("the message is too large for an envelope");
  std::string block(random);
  block += length_bytes_of(message.size());
  block += message;
  block += receive_id_;
  const std::size_t padding = kPadBlock - block.size() % kPadBlock;
  block.append(padding, static_cast<char>(padding));
  return crypto::base64(through_aes(Way::kEncrypt, key_, block));
}

std::string WechatEnvelope::encrypt(std::string_view message) const {
  return encrypt(message, random_bytes(kRandomBytes));
}

std::string WechatEnvelope::answer(std::string_view message, std::int64_t timestamp_s, std::string_view nonce,
                                   std::string_view random) const {
  const std::string encrypted = encrypt(message, random), timestamp = std::to_string(timestamp_s);
  return "<xml><Encrypt>" + xml_cdata(encrypted) + "</Encrypt><MsgSignature>" + xml_cdata(sign(timestamp, nonce, encrypted)) +
         "</MsgSignature><TimeStamp>" + timestamp + "</TimeStamp><Nonce>" + xml_cdata(nonce) + "</Nonce></xml>";
}

std::string WechatEnvelope::answer(std::string_view message, std::int64_t timestamp_s) const {
  return answer(message, timestamp_s, crypto::hex(random_bytes(8)), random_bytes(kRandomBytes));
}

}  // namespace laoke::channels
