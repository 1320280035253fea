#include "bot/channels/youzan/youzan_api.h"

#include "bot/channels/shops/shop_fields.h"
#include "handlers/text.h"

namespace laoke::channels::youzan {
namespace {

using nlohmann::json;
using namespace shops;

constexpr std::size_t kLongestTradesBytes = 16 << 20;
constexpr std::size_t kShownErrorCodePoints = 200;

// Codes of gw_err_resp (shops sheet 3.3): 4201 to 4203 are about the token, other ones of 4000 about what was asked.
bool about_token(std::int64_t code) { return code >= 4201 && code <= 4203; }
bool stays(std::int64_t code) { return code >= 4000 && code < 5000 && !about_token(code); }

std::int64_t error_code(const json& body) {
  const json& error = object_of(body, "gw_err_resp");
  return count_of(error.empty() ? body : error, error.empty() ? "code" : "err_code");
}

// What came in a 200: {"code":200,"success":true,"data":…}, or an error.
void read_answer(ApiAnswer& answer) {
  if (!answer.ok()) return;
  const json& error = object_of(answer.body, "gw_err_resp");
  const auto success = answer.body.is_object() ? answer.body.find("success") : answer.body.end();
  if (error.empty() && answer.body.is_object() && success != answer.body.end() && *success == true) {
    answer.body = json(object_of(answer.body, "data"));
    return;
  }
  const std::string words = joined({text_of(error, "err_code"), text_of(error, "err_msg"), text_of(answer.body, "message")}, " ");
  answer.problem = "refused (" + (words.empty() ? "no reason" : shorten(words, kShownErrorCodePoints)) + ")";
  answer.refused = stays(error_code(answer.body));
}

}  // namespace

ApiAnswer Api::token() const {
  HttpCall call;
  call.url = keys_.base + "/auth/token";
  call.body = json{{"authorize_type", "silent"}, {"client_id", keys_.client_id}, {"client_secret", keys_.client_secret}, {"grant_id", keys_.kdt_id}, {"refresh", false}}.dump();
  auto answer = ask_api(call);
  read_answer(answer);
  if (answer.ok() && text_of(answer.body, "access_token").empty()) answer.problem = "refused (no token in the answer)";
  // Wrong keys have the codes of a token that ran out.
  answer.refused |= !answer.ok() && answer.status == 200;
  return answer;
}

ApiAnswer Api::call_with(const std::string& token, const std::string& name, const json& params, HttpCancel* cancel) const {
  HttpCall call;
  call.url = keys_.base + "/api/" + name + "/" + keys_.version + "?access_token=" + token;
  call.body = params.dump(-1, ' ', false, json::error_handler_t::replace);
  call.answer_limit_bytes = kLongestTradesBytes;
  call.cancel = cancel;
  return ask_api(call);
}

ApiAnswer Api::call(const std::string& name, const json& params, HttpCancel* cancel) {
  std::string token;
  {
    const std::lock_guard lock(mutex_);
    token = token_;
  }
  for (const bool again : {false, true}) {
    if (token.empty()) {
      const auto fresh = this->token();
      if (!fresh.ok()) return fresh;
      token = text_of(fresh.body, "access_token");
      const std::lock_guard lock(mutex_);
      token_ = token;
    }
    auto answer = call_with(token, name, params, cancel);
    if (again || !answer.ok() || !about_token(error_code(answer.body))) {
      read_answer(answer);
      return answer;
    }
    token.clear();
  }
  return {};
}

}  // namespace laoke::channels::youzan
