#include "bot/http/problem.h"

#include <map>
#include <nlohmann/json.hpp>

#include "storage/database.h"

namespace laoke::http {
namespace {

std::string_view title_of(int status) {
  static const std::map<int, std::string_view> titles = {
      {400, "Bad Request"},          {401, "Unauthorized"},           {403, "Forbidden"},
      {404, "Not Found"},            {405, "Method Not Allowed"},     {408, "Request Timeout"},
      {409, "Conflict"},             {411, "Length Required"},        {413, "Content Too Large"},
      {414, "URI Too Long"},         {415, "Unsupported Media Type"}, {422, "Unprocessable Content"},
      {429, "Too Many Requests"},    {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"}, {501, "Not Implemented"},       {503, "Service Unavailable"}};
  const auto found = titles.find(status);
  return found == titles.end() ? "Error" : found->second;
}

// Retry-After of a storage that cannot work now: long enough not to hammer it, short enough not to be missed.
constexpr int kStorageRetrySeconds = 5;

Response storage_problem(storage::StorageFault fault) {
  using storage::StorageFault;
  switch (fault) {
    case StorageFault::kDiskFull:
      return unavailable("the server's disk is full; nothing was changed, try again later", kStorageRetrySeconds);
    case StorageFault::kBusy:
      return unavailable("the database is busy; nothing was changed, try again", kStorageRetrySeconds);
    case StorageFault::kUnavailable:
      return unavailable("the database cannot be reached; try again later", kStorageRetrySeconds);
    case StorageFault::kReadOnly:
      return unavailable("the database is read-only now; nothing was changed, try again later", kStorageRetrySeconds);
    default:
      return problem(500, "something went wrong here; it has been noted");
  }
}

}  // namespace

Response problem(int status, std::string_view detail, const std::vector<FieldError>& errors, std::string_view type) {
  nlohmann::ordered_json body = {
      {"type", type.empty() ? "about:blank" : "urn:laoke:problem:" + std::string(type)},
      {"title", title_of(status)},
      {"status", status},
      {"detail", detail},
  };
  for (const FieldError& error : errors) body["errors"].push_back({{"pointer", error.pointer}, {"detail", error.detail}});
  // A detail may repeat what the caller sent, and that need not be UTF-8.
  Response response{status, "application/problem+json", body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
  if (status == 401) response.headers["WWW-Authenticate"] = "Bearer";  // RFC 9110 15.5.2: a 401 must say how to ask
  return response;
}

Response bad_request(std::string_view detail) { return problem(400, detail); }

Response unauthorized(std::string_view detail) { return problem(401, detail); }

Response forbidden(std::string_view detail) { return problem(403, detail); }
Response not_found(std::string_view detail) { return problem(404, detail); }
Response conflict(std::string_view detail) { return problem(409, detail); }

Response unprocessable(std::string_view detail, const std::vector<FieldError>& errors) { return problem(422, detail, errors); }

Response unavailable(std::string_view detail, int retry_after_seconds) {
  Response response = problem(503, detail);
  response.headers["Retry-After"] = std::to_string(retry_after_seconds);
  return response;
}

Response answer_to(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const Problem& refusal) {
    return refusal.response();
  } catch (const storage::StorageError& error) {
    return storage_problem(error.fault());
  } catch (...) {
    return problem(500, "something went wrong here; it has been noted");
  }
}

}  // namespace laoke::http
