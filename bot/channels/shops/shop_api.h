#pragma once
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "bot/channels/channel.h"
#include "bot/http_client.h"

namespace laoke::channels::shops {

// One answer of a shop system's API.
struct ApiAnswer {
  int status = 0;             // 0: nothing came
  nlohmann::json body;        // null when it is not JSON
  std::string problem;        // words for a person when it is no 2xx; never holds a secret
  bool refused = false;       // asking again is no use before a setting or a right changes
  std::chrono::milliseconds retry_after{0};  // what it asked for
  std::string next_page;      // of a Link header, rel="next": the parameter page_info
  bool ok() const { return problem.empty(); }
};
ApiAnswer ask_api(const HttpCall& call);

// "secret": what stands in the account; several for the hour after a change, by commas.
std::vector<std::string> secrets_of(const std::string& setting);
// base64(HMAC-SHA256(body)) by one of the secrets, in constant time each.
bool signed_by_one(const std::vector<std::string>& secrets, std::string_view body, const std::string& signature);

const std::string& header_of(const RawRequest& request, const std::string& name);  // "" when absent

// The reason an account of a shop system sends nothing.
SendOutcome takes_no_messages();

}  // namespace laoke::channels::shops
