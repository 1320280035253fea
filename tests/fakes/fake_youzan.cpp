#include "tests/fakes/fake_youzan.h"

#include <openssl/evp.h>

#include "handlers/crypto.h"

namespace laoke::test {
namespace {

using nlohmann::json;

constexpr const char* kYouzanId = "laokeclient0001";
constexpr const char* kYouzanSecret = "laokesecret0001";

std::string event_sign(const std::string& body) {
  const std::string all = kYouzanId + body + kYouzanSecret;
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(all.data(), all.size(), digest, &size, EVP_md5(), nullptr);
  return crypto::hex({reinterpret_cast<const char*>(digest), size});
}

std::string percent_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    char hex[4];
    std::snprintf(hex, sizeof hex, "%%%02X", c);
    out += std::isalnum(c) != 0 ? std::string(1, static_cast<char>(c)) : std::string(hex);
  }
  return out;
}

}  // namespace

FakeYouzan::FakeYouzan() : server_([this](const FakeShopServer::Asked& asked) { return answer(asked); }) {}

json FakeYouzan::settings() const { return {{"client_id", kYouzanId}, {"client_secret", kYouzanSecret}, {"kdt_id", "10001"}, {"api_base", url()}}; }

FakeShopServer::Said FakeYouzan::answer(const FakeShopServer::Asked& asked) const {
  const json body = json::parse(asked.body, nullptr, false);
  const bool good = asked.path == "/auth/token" && body.is_object() && body.value("authorize_type", "") == "silent" && body.value("client_id", "") == kYouzanId &&
                    body.value("client_secret", "") == kYouzanSecret && body.value("grant_id", "") == "10001";
  if (!good) return {200, {{"gw_err_resp", {{"err_code", 4202}, {"err_msg", "client_id or client_secret invalid"}}}}};
  return {200, {{"success", true}, {"code", 200}, {"data", {{"access_token", "token-1"}, {"expires", 1799999999000}}}}};
}

FakeYouzan::Pushed FakeYouzan::push(const std::string& url, const std::string& type, const json& message, const std::string& msg_id, bool right_sign) const {
  const json body = {{"client_id", kYouzanId}, {"kdt_id", 10001}, {"kdt_name", "老客小店"}, {"id", "E20260103101500000000001"}, {"type", type},
                     {"msg", percent_encoded(message.dump())}, {"msg_id", msg_id}, {"version", 1767406500}, {"test", false}, {"mode", 1}};
  const std::string text = body.dump();
  const auto answer = FakeShopServer::post(url, text, "application/json",
                                           {{"Event-Sign", event_sign(right_sign ? text : text + " ")}, {"Event-Type", type}, {"Client-Id", kYouzanId}});
  return {answer.status, answer.status == 200 && answer.body.find("success") != std::string::npos};
}

}  // namespace laoke::test
