#include "bot/channels/shops/shop_api.h"

#include <algorithm>
#include <cstdlib>

#include "bot/channels/json_body.h"
#include "handlers/crypto.h"

namespace laoke::channels::shops {
namespace {

std::string words_for(int status) {
  if (status == 401 || status == 403) return "refused (" + std::to_string(status) + "): the key is wrong or lacks a right";
  if (status == 404) return "not found (404): the address is not this shop system's";
  if (status == 429) return "too many calls (429): try again in a minute";
  if (status >= 500) return "in trouble itself (" + std::to_string(status) + "): try again later";
  return "answered " + std::to_string(status);
}

const std::string& answer_header(const HttpAnswer& answer, const char* name) {
  static const std::string none;
  const auto found = answer.headers.find(name);
  return found == answer.headers.end() ? none : found->second;
}

// <https://shop/orders.json?limit=100&page_info=abc>; rel="next": the links before it lead elsewhere.
std::string next_page_in(const std::string& link) {
  const auto next = link.find("rel=\"next\"");
  if (next == std::string::npos) return "";
  const auto open = link.rfind('<', next), close = link.find('>', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos || close > next) return "";
  const std::string url = link.substr(open + 1, close - open - 1);
  constexpr std::string_view kParameter = "page_info=";
  const auto at = url.find(kParameter);
  if (at == std::string::npos || (url[at - 1] != '?' && url[at - 1] != '&')) return "";
  const std::string value = url.substr(at + kParameter.size());
  return value.substr(0, value.find('&'));
}

std::chrono::seconds pause_in(const HttpAnswer& answer) {
  constexpr long kLongestPause = 3600;
  return std::chrono::seconds(std::clamp(std::atol(answer_header(answer, "retry-after").c_str()), 0L, kLongestPause));
}

}  // namespace

ApiAnswer ask_api(const HttpCall& call) {
  const HttpAnswer answer = shared_http_client().call(call);
  ApiAnswer api;
  api.status = answer.status;
  if (answer.fault != HttpFault::kNone) {
    api.problem = "no answer (" + answer.problem + ")";
    return api;
  }
  try {
    api.body = json_body(answer.body);
  } catch (const BadPayload&) {
  }
  if (answer.status < 200 || answer.status > 299) api.problem = words_for(answer.status);
  api.refused = answer.status == 401 || answer.status == 403 || answer.status == 404;
  api.retry_after = pause_in(answer);
  api.next_page = next_page_in(answer_header(answer, "link"));
  return api;
}

std::vector<std::string> secrets_of(const std::string& setting) {
  std::vector<std::string> secrets;
  std::size_t from = 0;
  while (from <= setting.size()) {
    const std::size_t end = std::min(setting.find(',', from), setting.size());
    const std::string_view one = trim(std::string_view(setting).substr(from, end - from));
    if (!one.empty()) secrets.emplace_back(one);
    from = end + 1;
  }
  return secrets;
}

bool signed_by_one(const std::vector<std::string>& secrets, std::string_view body, const std::string& signature) {
  bool good = false;
  for (const auto& secret : secrets) good |= crypto::equal_in_constant_time(crypto::base64(crypto::hmac_sha256(secret, body)), signature);
  return good && !signature.empty();
}

const std::string& header_of(const RawRequest& request, const std::string& name) {
  static const std::string none;
  const auto found = request.headers.find(name);
  return found == request.headers.end() ? none : found->second;
}

SendOutcome takes_no_messages() {
  SendOutcome outcome;
  outcome.status = SendStatus::kRejected;
  outcome.platform_code = "a shop system takes no messages";
  return outcome;
}

}  // namespace laoke::channels::shops
