#include <catch2/catch.hpp>
#include <functional>

#include "bot/channels/channel.h"
#include "bot/channels/wechat_envelope.h"
#include "handlers/crypto.h"

namespace laoke::test::wechat_envelope_test {

using namespace channels;

// Vectors W1 to W5 and Q1, Q2 of the platforms' fact sheets, as they are printed there.
namespace {

constexpr const char* kToken = "laoke2026token";
constexpr const char* kKey = "LaokeTestEncodingAesKeyForUnitTestsOnly012E";
constexpr const char* kAppId = "wx1a2b3c4d5e6f7890";
constexpr const char* kTime = "1767225600";
constexpr const char* kNonce = "889900";

struct Vector {
  const char *says, *token, *key, *receive_id, *timestamp, *nonce, *random, *message, *encrypted, *signature;
};

const Vector kVectors[] = {
    {"W2 a text of a customer", kToken, kKey, kAppId, kTime, kNonce, "0123456789abcdef",
     "<xml><ToUserName><![CDATA[gh_laoke000001]]></ToUserName><FromUserName><![CDATA[oLaokeOpenId_A1]]></FromUserName>"
     "<CreateTime>1767225600</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好，老客]]></Content>"
     "<MsgId>24500000000000001</MsgId></xml>",
     "Ipu6ajzotWP32ouCD4pY+5WIWpz3iMG4pPmLt4eqU8H31t6HVp7y38OMyP+81MhGmrq+51C4TrQJYytc1SuDNC7JWq5CFVzr17Ey6abmeTZItxwjaCdICdSLYf6nKlioM3lX"
     "hsrWz7xbtIf2G3kp4cvnB5esHsV+xWRQPArLxN1apLSgzXLN2Gbb99RGTNeHYkXmFsq27XTd2EP5zC8lh63iqmeLHgHT3WExE59UM+KgAmN6kNNuO2Sgyi4VoVKW2bWm9CS9"
     "S/bo2jDutrdUe/kfzvWGpasV4JoT5Y1ebOMdWyK+CWZUclV2u2HrAlAitw7i/vW5Xs6h0DcgV2w2pEF2uAIlMijUvfGebjRfSBen1Njy4m7O+HcrD/84hxXpfJOWHZF0tWDk"
     "BWNYk3DVyhR+fUFXw/s/NR4aoXxS+Vg=",
     "68f45debe356949ca15f26e5cb00f7bc3656e516"},
    {"W3 a whole block of padding", kToken, kKey, kAppId, kTime, kNonce, "AAAAAAAAAAAAAAAA", "<xml>aaaaaaaaaaaaaaa</xml>",
     "/QdRwMf0kDEW4TSlSlKvQlmwdxfUphwZsMqcmap+upfBzBqyKy1y04LRyMXy7cnIfWjQ6mflleJGObwvluu3hkCnV1U6MSbFVzngaOgGb++qBABbhtiEnQuupIIdJBSh",
     "2ea906bc0fd240375329eb8cbe548029f5b1c4b4"},
    {"W4 seventeen bytes of padding", kToken, kKey, kAppId, kTime, kNonce, "AAAAAAAAAAAAAAAA",
     "<xml>aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa</xml>",
     "/QdRwMf0kDEW4TSlSlKvQj+yNLKxxSZRW+WPGccIYZlWW57XuCM4voc5W13lYwZqZsFFxBcHToMX7t+nF0VIvmIJGx/4siPkXbVbdApNS1z/3AaAahdxH6JIIDmzemJj",
     "d85f503a9a22c3be62100d3e718ca31c8b5a35e2"},
    {"Q1 the URL check of WeCom", "QyLaokeTok3n", "WeComLaokeCallbackAesKeyMadeUpForTests9876A", "ww0f1e2d3c4b5a6978", kTime, "1372623149",
     "q1w2e3r4t5y6u7i8", "1616140317555161061",
     "2VjpnRt8JFrjs+KJedJoVEQf0xFlZtsVr+gHiUY9lrQ6HsK0knzs27ifCmuD4+blqFL1E/Y+JeNwKn31Hbp/bg==",
     "5861be1e68632171c12fab821b2bb5656190fad5"},
    {"Q2 an event of WeCom", "QyLaokeTok3n", "WeComLaokeCallbackAesKeyMadeUpForTests9876A", "ww0f1e2d3c4b5a6978", "1767225660", "7654321",
     "z9x8c7v6b5n4m3a2",
     "<xml><ToUserName><![CDATA[ww0f1e2d3c4b5a6978]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName>"
     "<CreateTime>1767225660</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[change_external_contact]]></Event>"
     "<ChangeType><![CDATA[add_external_contact]]></ChangeType><UserID><![CDATA[seller01]]></UserID>"
     "<ExternalUserID><![CDATA[wmLaokeExt0001]]></ExternalUserID><State><![CDATA[parcel-card]]></State>"
     "<WelcomeCode><![CDATA[WLC-demo-0001]]></WelcomeCode></xml>",
     "Nlle+Usn7zvOCx+6whCgIIqvWmyqPoxgQ82kAoGre0pdcIEfmCnsCuIYCWwozj736D8BusD/cmiddIrd67LspDm+eVih0FSqct8iRfOHGVLNLaoVZjPKhOkJvyA2ESQd2Lzu"
     "qWYbgYBTUGDqwxOInbr0N/NBe6Ekh329SnSmz47/+iefQZzPc8wQXLNzNYLdg2Gpr0aOLxmrVbx+Fsq6A0dtUNZkYGpUnjthxjEqqsw0Asb3g6FinP74DCytcCnqnWrBE8kY"
     "Wm46jhe+URmDZ5ZcRMrmqFOGA1sQyx4THrdUNjhOUmMNl+72eix/QykMi3VER4TiLvd84xGpbCKqZVRG7ear81xCLE2k1g+jLO530qybiQUk4fSE5VwOXKVjxMi1KEZ7odyE"
     "lptMI9xLLade19nGG/uZXoxe9y9fa675jTxHlicSOAUtp7mgaDnYP3iLMffxJfn2CaBYS7+2r2YOi5JBW3Sz+k3a2G2sc59V6CpT/BW8E8OEkpWWruE4WtKiO4s9cPlYoXPi"
     "trY+6i5Spo0DxgOlfuXFuoDI+kBRNZ7gdN0N/yrfB37qzXO5bwfRP09dlfyC6dzlCPIdjGl/SseW1W1lIfVzcYze4AfZbe8hFr0so2kGVYeOI/ShoZtZii1hSoGLmXdGqHeY"
     "RjlacSOLZ7bqtGTj9xhIs0RNFmPZ3XOZBNX8FtMZeIvzBNQ8VrtYGMiqJRvSazHcsQ==",
     "d12f1e0ee0a91c0b801e6f8e1d9cda846f284281"},
};

std::string with_byte(std::string text, std::size_t at, char byte) {
  text.at(at) = byte;
  return text;
}

}  // namespace

TEST_CASE("printed envelopes open, and are made again letter by letter", "[wechat]") {
  const Vector row = GENERATE(from_range(std::begin(kVectors), std::end(kVectors)));
  DYNAMIC_SECTION(row.says) {
    const WechatEnvelope envelope(row.token, row.key, row.receive_id);
    CHECK(envelope.decrypt(row.encrypted) == row.message);
    CHECK(envelope.encrypt(row.message, row.random) == row.encrypted);
    CHECK(envelope.sign(row.timestamp, row.nonce, row.encrypted) == row.signature);
    CHECK(envelope.verify(row.signature, row.timestamp, row.nonce, row.encrypted));
    CHECK_FALSE(envelope.verify(row.signature, row.timestamp, "889901", row.encrypted));
    CHECK_FALSE(envelope.verify("", row.timestamp, row.nonce, row.encrypted));
    std::string tampered = row.encrypted;
    tampered[40] = tampered[40] == 'A' ? 'B' : 'A';
    CHECK_FALSE(envelope.verify(row.signature, row.timestamp, row.nonce, tampered));
  }
}

TEST_CASE("the printed handshake is signed as the console signs it", "[wechat]") {  // W1
  CHECK(wechat_signature({kToken, kTime, kNonce}) == "da12ef95106dfea58797efaac84c047ea75d8a07");
  CHECK(wechat_signature({kNonce, kToken, kTime}) == "da12ef95106dfea58797efaac84c047ea75d8a07");
  CHECK(wechat_signed("da12ef95106dfea58797efaac84c047ea75d8a07", {kToken, kTime, kNonce}));
  for (const char* wrong : {"", "da12ef95106dfea58797efaac84c047ea75d8a08", "DA12EF95106DFEA58797EFAAC84C047EA75D8A07"})
    CHECK_FALSE(wechat_signed(wrong, {kToken, kTime, kNonce}));
}

TEST_CASE("the printed answer is made as WeChat expects it", "[wechat]") {  // W5
  const std::string message =
      "<xml><ToUserName><![CDATA[oLaokeOpenId_A1]]></ToUserName><FromUserName><![CDATA[gh_laoke000001]]></FromUserName>"
      "<CreateTime>1767225601</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[收到]]></Content></xml>";
  REQUIRE(message.size() == 225);
  const WechatEnvelope envelope(kToken, kKey, kAppId);
  const std::string encrypted = envelope.encrypt(message, "fedcba9876543210");
  CHECK(encrypted.size() == 384);
  CHECK(encrypted.starts_with("eXGzXu1P4cA1tGWq"));
  CHECK(encrypted.ends_with("SCKgSIIIxZkE"));
  CHECK(envelope.answer(message, 1767225601, "112233", "fedcba9876543210") ==
        "<xml><Encrypt><![CDATA[" + encrypted +
            "]]></Encrypt><MsgSignature><![CDATA[1fa87c631d896a95d053f6fb68e897a369542062]]></MsgSignature>"
            "<TimeStamp>1767225601</TimeStamp><Nonce><![CDATA[112233]]></Nonce></xml>");
  CHECK(envelope.answer(message, 1767225601) != envelope.answer(message, 1767225601));
}

TEST_CASE("every length of message survives the way through an envelope", "[wechat]") {
  const WechatEnvelope envelope(kToken, kKey, kAppId);
  for (std::size_t length : {0, 1, 25, 26, 27, 41, 58, 5000, 100'000}) {
    const std::string message(length, 'x');
    const std::string encrypted = envelope.encrypt(message);
    CHECK(crypto::from_base64(encrypted)->size() % 32 == 0);
    CHECK(envelope.decrypt(encrypted) == message);
    CHECK(envelope.encrypt(message) != encrypted);  // other random bytes each time
  }
  CHECK_THROWS_AS(envelope.encrypt("x", "short"), std::invalid_argument);
  CHECK_THROWS_AS(envelope.encrypt(std::string(7'000'000, 'x')), std::invalid_argument);
}

TEST_CASE("an envelope that is not ours or not whole is refused", "[wechat]") {
  const WechatEnvelope envelope(kToken, kKey, kAppId);
  const std::string good = kVectors[0].encrypted;
  const auto bytes = *crypto::from_base64(good);
  const auto [says, encrypted, why] = GENERATE_COPY(table<const char*, std::string, std::string>({
      {"empty", "", "not whole"},
      {"no base64", "你好", "not base64"},
      {"blanks", "    ", "not base64"},
      {"one block", crypto::base64(bytes.substr(0, 16)), "not whole"},
      {"half a block too many", crypto::base64(bytes + "12345678"), "not whole"},
      {"cut by a block", crypto::base64(bytes.substr(0, bytes.size() - 16)), ""},
      {"its length changed", crypto::base64(with_byte(bytes, 0, 'x')), ""},
      {"its padding changed", crypto::base64(with_byte(bytes, bytes.size() - 17, 'x')), ""},
      {"longer than anything that comes", std::string(9 << 20, 'A'), "larger"},
      {"for another account", WechatEnvelope(kToken, kKey, "wxanother").encrypt("<xml/>"), "another account"},
      {"for an account whose id begins alike", WechatEnvelope(kToken, kKey, std::string(kAppId) + "1").encrypt("<xml/>"), "another account"},
      {"for nobody", WechatEnvelope(kToken, kKey, "").encrypt("<xml/>"), "another account"},
      {"under another key", WechatEnvelope(kToken, "MaokeTestEncodingAesKeyForUnitTestsOnly012E", kAppId).encrypt("<xml/>"), ""},
  }));
  DYNAMIC_SECTION(says) {
    try {
      envelope.decrypt(encrypted);
      FAIL("opened");
    } catch (const BadPayload& refusal) {
      CHECK_THAT(refusal.what(), Catch::Contains(why));
    }
  }
}

TEST_CASE("any key letter that means the same key does, and no other text is a key", "[wechat]") {
  for (const char last : {'E', 'F', 'G', 'H'}) {
    const WechatEnvelope envelope(kToken, std::string("LaokeTestEncodingAesKeyForUnitTestsOnly012") + last, kAppId);
    CHECK(envelope.decrypt(kVectors[0].encrypted) == kVectors[0].message);
  }
  for (const std::string wrong : {"", "short", "LaokeTestEncodingAesKeyForUnitTestsOnly012E=", "LaokeTestEncodingAesKeyForUnitTestsOnly-12E"}) {
    try {
      const WechatEnvelope made(kToken, wrong, kAppId);
      FAIL("taken for a key: " << wrong);
    } catch (const std::invalid_argument& refusal) {
      if (!wrong.empty()) CHECK_THAT(refusal.what(), !Catch::Contains(wrong));
    }
  }
}

TEST_CASE("a timestamp is fresh for so long before and after now", "[wechat]") {
  const auto [timestamp, tolerance, fresh] = GENERATE(table<const char*, std::int64_t, bool>({
      {"1767225600", 600, true},
      {"1767225000", 600, true},
      {"1767224999", 600, false},
      {"1767226200", 600, true},
      {"1767226201", 600, false},
      {"1", 0, true},
      {"", 600, false},
      {"", 0, true},
      {"-1", 600, false},
      {"1767225600x", 600, false},
      {"9223372036854775807", 600, false},
      {"99999999999999999999", 600, false},
  }));
  CAPTURE(timestamp, tolerance);
  CHECK(wechat_timestamp_fresh(timestamp, 1767225600, tolerance) == fresh);
}

}  // namespace laoke::test::wechat_envelope_test
