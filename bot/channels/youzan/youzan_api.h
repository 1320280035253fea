#pragma once
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>

#include "bot/channels/shops/shop_api.h"
#include "bot/http_client.h"

namespace laoke::channels::youzan {

// Youzan's API for one shop. Holds the token (about seven days, shops sheet 3.3) and asks for a new one when it is refused.
// Any thread.
class Api {
 public:
  struct Keys {
    std::string base, version, client_id, client_secret, kdt_id;
  };
  explicit Api(Keys keys) : keys_(std::move(keys)) {}

  // Whether there is a shop to ask about.
  bool usable() const { return !keys_.kdt_id.empty(); }
  // A fresh token; `body` is "data" of its answer.
  shops::ApiAnswer token() const;
  // "youzan.trade.get"; `body` is "data" of the answer. Errors inside a 200 are problems, too.
  shops::ApiAnswer call(const std::string& name, const nlohmann::json& params, HttpCancel* cancel = nullptr);

 private:
  shops::ApiAnswer call_with(const std::string& token, const std::string& name, const nlohmann::json& params, HttpCancel* cancel) const;

  const Keys keys_;
  std::mutex mutex_;  // guards token_
  std::string token_;
};

}  // namespace laoke::channels::youzan
