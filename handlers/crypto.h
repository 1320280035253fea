#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace laoke::crypto {

// Digests and codes are OpenSSL's. Every function throws std::runtime_error only when OpenSSL itself cannot work.
std::string sha256(std::string_view bytes);                             // 32 raw bytes
std::string sha256_hex(std::string_view bytes);                         // 64 lower-case hex digits
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes
std::string hmac_sha256_hex(std::string_view key, std::string_view bytes);

std::string md5_hex(std::string_view bytes);  // only where a service signs with it; proves little

std::string hex(std::string_view bytes);
std::string base64(std::string_view bytes);  // standard alphabet, padded
// Nothing when the text is not padded standard base64.
std::optional<std::string> from_base64(std::string_view text);

// True when both are the same bytes. Takes the same time wherever they differ, and tells nothing of the length either.
bool equal_in_constant_time(std::string_view left, std::string_view right);

// Bytes nobody can guess, as letters of [0-9a-zA-Z_-]: 43 letters for 32 bytes.
std::string random_token(std::size_t bytes = 32);

}  // namespace laoke::crypto
