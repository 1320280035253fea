#include "handlers/crypto.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace laoke::crypto {
namespace {

constexpr std::size_t kSha256Bytes = 32, kMd5Bytes = 16;

const unsigned char* data_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* data_of(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

void must(bool done, const char* what) {
  if (!done) throw std::runtime_error(std::string("OpenSSL cannot compute ") + what);
}

struct FreeDigest {
  void operator()(EVP_MD* digest) const { EVP_MD_free(digest); }
};
struct FreeMac {
  void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// Looking an algorithm up costs more than using it, so each is fetched once.
const EVP_MD* sha256_digest() {
  static const std::unique_ptr<EVP_MD, FreeDigest> digest(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  must(digest != nullptr, "SHA-256");
  return digest.get();
}

EVP_MAC* hmac() {
  static const std::unique_ptr<EVP_MAC, FreeMac> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  must(mac != nullptr, "HMAC");
  return mac.get();
}

}  // namespace

std::string sha256(std::string_view bytes) {
  std::string digest(kSha256Bytes, '\0');
  unsigned int size = 0;
  must(EVP_Digest(bytes.data(), bytes.size(), data_of(digest), &size, sha256_digest(), nullptr) == 1, "SHA-256");
  return digest;
}

std::string sha256_hex(std::string_view bytes) {
  return hex(sha256(bytes));
}

std::string md5_hex(std::string_view bytes) {
  std::string digest(kMd5Bytes, '\0');
  unsigned int size = 0;
  must(EVP_Digest(bytes.data(), bytes.size(), data_of(digest), &size, EVP_md5(), nullptr) == 1, "MD5");
  return hex(digest);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(EVP_MAC_CTX_new(hmac()));
  must(context != nullptr, "HMAC");
  char digest_name[] = "SHA256";
  const OSSL_PARAM parameters[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest_name, 0),
                                   OSSL_PARAM_construct_end()};
  // OpenSSL reads a null key as "keep the former one"; an empty view may be null.
  const unsigned char* key_bytes = key.empty() ? data_of(std::string_view("")) : data_of(key);
  std::string code(kSha256Bytes, '\0');
  std::size_t size = 0;
  must(EVP_MAC_init(context.get(), key_bytes, key.size(), parameters) == 1, "HMAC");
  must(EVP_MAC_update(context.get(), data_of(bytes), bytes.size()) == 1, "HMAC");
  must(EVP_MAC_final(context.get(), data_of(code), &size, code.size()) == 1, "HMAC");
  return code;
}

std::string hmac_sha256_hex(std::string_view key, std::string_view bytes) {
  return hex(hmac_sha256(key, bytes));
}

std::string hex(std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');  // OpenSSL also writes a final zero
  const int size = EVP_EncodeBlock(data_of(text), data_of(bytes), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::optional<std::string> from_base64(std::string_view text) {
  // EVP_DecodeBlock skips surrounding blanks and counts padding as zero bytes: both are settled here.
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.empty()) return std::string();
  const std::size_t padding = text.size() - std::min(text.find_last_not_of('=') + 1, text.size());
  const std::string_view letters = text.substr(0, text.size() - padding);
  if (text.size() % 4 != 0 || padding > 2 || letters.find_first_not_of(kLetters) != std::string_view::npos)
    return std::nullopt;
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(data_of(bytes), data_of(text), static_cast<int>(text.size()));
  if (size < 0) return std::nullopt;
  bytes.resize(static_cast<std::size_t>(size) - padding);
  return bytes;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  // Digests have one length, so neither content nor length of the secret shows in the time.
  const std::string left_digest = sha256(left), right_digest = sha256(right);
  return CRYPTO_memcmp(left_digest.data(), right_digest.data(), kSha256Bytes) == 0;
}

std::string random_token(std::size_t bytes) {
  std::string random(bytes, '\0');
  must(RAND_bytes(data_of(random), static_cast<int>(bytes)) == 1, "random bytes");
  std::string token = base64(random);
  while (!token.empty() && token.back() == '=') token.pop_back();
  std::replace(token.begin(), token.end(), '+', '-');
  std::replace(token.begin(), token.end(), '/', '_');
  return token;
}

}  // namespace laoke::crypto
