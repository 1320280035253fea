#pragma once
#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "bot/http/request.h"

// Every refusal the server speaks, as RFC 9457 application/problem+json, from this one place.
namespace laoke::http {

// One field that is wrong: a JSON pointer into the body ("/items/0/quantity"; "" the whole) or the name of a query
// argument, and what is allowed there.
struct FieldError {
  std::string pointer, detail;
};

// `type` is "about:blank" unless a name such as "idempotency-key-reused" is given: it becomes
// "urn:laoke:problem:<name>", the stable word programs may compare.
Response problem(int status, std::string_view detail, const std::vector<FieldError>& errors = {}, std::string_view type = "");
Response bad_request(std::string_view detail);                                        // 400
Response unauthorized(std::string_view detail);                                       // 401, WWW-Authenticate: Bearer
Response forbidden(std::string_view detail);                                          // 403
Response not_found(std::string_view detail);                                          // 404
Response conflict(std::string_view detail);                                           // 409
Response unprocessable(std::string_view detail, const std::vector<FieldError>& errors);  // 422
Response unavailable(std::string_view detail, int retry_after_seconds);               // 503, Retry-After

// A refusal thrown from deep inside a handler; its text is meant for the caller.
class Problem : public std::runtime_error {
 public:
  Problem(int status, const std::string& detail, std::vector<FieldError> errors = {}, std::string type = "")
      : std::runtime_error(detail), status_(status), errors_(std::move(errors)), type_(std::move(type)) {}
  Response response() const { return problem(status_, what(), errors_, type_); }
  int status() const { return status_; }

 private:
  int status_;
  std::vector<FieldError> errors_;
  std::string type_;
};

// The answer to what a handler threw: a Problem as it is; a full, busy or absent database 503 with Retry-After;
// anything else 500 without a word of the inner text.
Response answer_to(const std::exception_ptr& thrown);

}  // namespace laoke::http
