#include <catch2/catch.hpp>

#include "handlers/crypto.h"

using namespace laoke;

TEST_CASE("digests are the ones everybody else computes", "[crypto]") {
  // FIPS 180-4 examples and RFC 4231 test cases 1, 2 and 6.
  CHECK(crypto::sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(crypto::sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(crypto::sha256_hex("lk_5mQ2-7fYd0aVt9") == "af5fb0d12416a12b3b83df854159cfdd630faed613372ae1de863d4d5c68025f");
  CHECK(crypto::hmac_sha256_hex(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(crypto::hmac_sha256_hex("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(crypto::hmac_sha256_hex(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  CHECK(crypto::hmac_sha256_hex({}, {}) == "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST_CASE("secrets are equal only byte for byte", "[crypto]") {
  CHECK(crypto::equal_in_constant_time("lk_5mQ2-7fYd0aVt9", "lk_5mQ2-7fYd0aVt9"));
  CHECK(crypto::equal_in_constant_time("", ""));
  for (const char* other : {"lk_5mQ2-7fYd0aVt9 ", "LK_5mQ2-7fYd0aVt9", "", "lk_5mQ2-7fYd0aVt", "lk_5mQ2-7fYd0aVt8"})
    CHECK_FALSE(crypto::equal_in_constant_time("lk_5mQ2-7fYd0aVt9", other));
}

TEST_CASE("base64 goes there and back, and refuses what is not base64", "[crypto]") {
  // RFC 4648 section 10.
  const auto [plain, coded] = GENERATE(table<std::string, std::string>({{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {std::string("\0\xff\0", 3), "AP8A"}}));
  CHECK(crypto::base64(plain) == coded);
  CHECK(crypto::from_base64(coded) == plain);
}

TEST_CASE("a text that is not padded base64 gives nothing", "[crypto]") {
  const std::string text =
      GENERATE("Zg", "Zg=", "Zg===", "====", "Z===", " Zg==", "Zg==\n", "Zm9v!A==", "Zm=v", "订单");
  INFO(text);
  CHECK_FALSE(crypto::from_base64(text).has_value());
}

TEST_CASE("random tokens are long, fit a URL, and never repeat", "[crypto]") {
  const std::string one = crypto::random_token(), other = crypto::random_token();
  CHECK(one.size() == 43);
  CHECK(one != other);
  CHECK(one.find_first_not_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") == std::string::npos);
  CHECK(crypto::random_token(1).size() == 2);
}
