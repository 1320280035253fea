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

FakeShopServer::Said FakeYouzan::answer(const FakeShopServer::Asked& asked) {
  const json body = json::parse(asked.body, nullptr, false);
  const auto refused = [](int code, const char* words) { return FakeShopServer::Said{200, {{"gw_err_resp", {{"err_code", code}, {"err_msg", words}}}}}; };
  std::unique_lock lock(mutex_);
  const std::string token = "token-" + std::to_string(token_);
  if (asked.path == "/auth/token") {
    const bool good = body.is_object() && body.value("authorize_type", "") == "silent" && body.value("client_id", "") == kYouzanId &&
                      body.value("client_secret", "") == kYouzanSecret && body.value("grant_id", "") == "10001";
    if (!good) return refused(4202, "client_id or client_secret invalid");
    return {200, {{"success", true}, {"code", 200}, {"data", {{"access_token", token}, {"expires", 1799999999000}}}}};
  }
  const auto given = asked.query.find("access_token");
  if (given == asked.query.end() || given->second != token) return refused(4203, "access_token invalid");
  if (asked.path == "/api/youzan.trade.get/4.0.0") {
    const auto found = trades_.find(body.value("tid", ""));
    return {200, {{"success", true}, {"code", 200}, {"data", found == trades_.end() ? json::object() : found->second}}};
  }
  if (asked.path != "/api/youzan.trades.sold.get/4.0.0") return refused(4007, "api not found");
  const auto said = sold(body);
  lock.unlock();
  after_page();
  return said;
}

// Newest first by their creation, as it lists them.
FakeShopServer::Said FakeYouzan::sold(const json& asked) {
  const std::string from = asked.value("start_update", ""), to = asked.value("end_update", "");
  const std::size_t page = asked.value("page_no", 0U), size = asked.value("page_size", 0U);
  if (from.size() != 19 || to.size() != 19 || page < 1 || size < 1 || size > 100) return {200, {{"gw_err_resp", {{"err_code", 4400}, {"err_msg", "parameter invalid"}}}}};
  std::vector<json> found;
  for (auto trade = trades_.rbegin(); trade != trades_.rend(); ++trade) {
    const json& full = trade->second.at("full_order_info");
    const std::string changed = full.at("order_info").at("update_time");
    if (changed >= from && changed <= to) found.push_back({{"full_order_info", full}});
  }
  json list = json::array();
  for (std::size_t i = (page - 1) * size; i < found.size() && list.size() < size; ++i) list.push_back(found[i]);
  return {200, {{"success", true}, {"code", 200}, {"data", {{"total_results", found.size()}, {"full_order_info_list", list}}}}};
}

void FakeYouzan::put_trade(const json& trade) {
  const std::lock_guard lock(mutex_);
  trades_[trade.at("full_order_info").at("order_info").at("tid").get<std::string>()] = trade;
}

void FakeYouzan::end_token() {
  const std::lock_guard lock(mutex_);
  ++token_;
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
