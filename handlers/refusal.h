#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include "handlers/said.h"

namespace laoke {

// A wish the shop cannot follow, in words for the person who asked: what is wrong, where, and what is allowed. A handler
// that throws it has to be rolled back or has changed nothing yet.
class Refusal : public std::runtime_error {
 public:
  // `code` names the reason for programs: "order.transition", "currency.unknown".
  Refusal(std::string code, std::string zh, const std::string& en)
      : std::runtime_error(en), code_(std::move(code)), zh_(std::move(zh)) {}
  Refusal(std::string code, const Said& said) : Refusal(std::move(code), said.zh, said.en) {}

  const std::string& code() const { return code_; }
  std::string text(std::string_view language) const { return language.substr(0, 2) == "zh" ? zh_ : what(); }

 private:
  std::string code_, zh_;
};

}  // namespace laoke
