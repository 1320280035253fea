#include "bot/http/api_call.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "handlers/refusal.h"
#include "handlers/text.h"
#include "storage/shops.h"

namespace laoke::http::api {
namespace {

const std::string kPrefix = "/api/v1";

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The first of the languages we speak that the caller names; their order says enough, weights are rarely against it.
std::string_view language_of(const Request& request, const storage::Shop& shop) {
  const std::string wanted = fold(request.header("accept-language"));
  const auto zh = wanted.find("zh"), en = wanted.find("en");
  if (zh == std::string::npos && en == std::string::npos) return spoken_language(shop.language);
  return zh < en ? "zh-CN" : "en";
}

void check_text(std::string_view name, std::string_view text, std::string_view language) {
  if (is_valid_utf8(name) && is_valid_utf8(text)) return;
  throw Problem(400, say(language, "api.not_utf8", {{"name", shorten(repair_utf8(name), 60)}}));
}

void check_texts(const Request& request, std::string_view language) {
  for (const auto& [name, value] : request.parameters) check_text(name, value, language);
  for (const auto& [name, value] : request.query) check_text(name, value, language);
}

void check_arguments(const Request& request, const std::vector<std::string>& allowed, std::string_view language) {
  for (const auto& [name, value] : request.query) {
    if (std::find(allowed.begin(), allowed.end(), name) != allowed.end()) continue;
    std::string all;
    for (const auto& one : allowed) all += (all.empty() ? "" : ", ") + one;
    throw Problem(400, say(language, "api.unknown_argument",
                           {{"name", shorten(name, 60)}, {"allowed", all.empty() ? "-" : all}}));
  }
}

// Something the path names is not there.
bool is_absence(const Request& request, const std::string& code) {
  constexpr std::array<std::string_view, 7> kAbsences = {"order.unknown",      "customer.unknown", "merge.unknown",
                                                         "task.unknown",       "rule.unknown",     "shipment.unknown",
                                                         "broadcast.not_found"};
  return !request.parameters.empty() && std::find(kAbsences.begin(), kAbsences.end(), code) != kAbsences.end();
}

Problem problem_of(const Request& request, const Refusal& refusal, std::string_view language) {
  return {is_absence(request, refusal.code()) ? 404 : 422, refusal.text(language), {}, refusal.code()};
}

Response response_of(const Reply& reply) {
  Response response;
  response.status = reply.status;
  if (reply.status != 204) response.body = reply.body.dump(-1, ' ', false, json::error_handler_t::replace);
  response.headers["Cache-Control"] = "no-store";
  return response;
}

}  // namespace

std::int64_t Call::id(const char* name) const {
  const auto number = number_in(request.parameter(name));
  if (!number) absent(*this);
  return *number;
}

std::int64_t Call::number(const char* name, std::int64_t otherwise, std::int64_t least, std::int64_t most) const {
  const auto text = request.argument(name);
  if (text.empty()) return otherwise;
  const auto number = number_in(text);
  if (!number || *number < least || *number > most)
    throw Problem(400, say(language, "api.argument_range", {{"name", name}, {"least", least}, {"most", most}}));
  return *number;
}

std::int64_t Call::cursor() const {
  const auto text = request.argument("cursor");
  if (text.empty()) return 0;
  const auto number = number_in(text);
  if (!number || *number < 0) throw Problem(400, say(language, "api.cursor"));
  return *number;
}

void absent(const Call& call) {
  throw Problem(404, say(call.language, "api.absent"));
}

Reply Api::in(storage::Transaction& tx, const Request& request, const Caller& caller, const Work& work) const {
  const auto shop = storage::get_shop(tx, caller.shop_id);
  if (!shop) throw Problem(401, "the key's shop is gone");
  const Context context{tx, *shop, parts.clock.now_ms(), {Actor::Kind::kApi, 0}};
  const std::string_view language = language_of(request, *shop);
  check_texts(request, language);
  try {
    return work({request, caller, context, language});
  } catch (const Refusal& refusal) {
    throw problem_of(request, refusal, language);
  }
}

void Api::get(const std::string& pattern, const std::vector<std::string>& arguments, Work work) const {
  router_.add("GET", kPrefix + pattern, [self = *this, arguments, work = std::move(work)](const Request& request) {
    const Caller caller = self.keys_.require(request, Role::kViewer);
    return response_of(self.parts.database.read([&](storage::Transaction& tx) {
      return self.in(tx, request, caller, [&](const Call& call) {
        check_arguments(request, arguments, call.language);
        return work(call);
      });
    }));
  });
}

void Api::list(const std::string& pattern, std::vector<std::string> arguments, Work work) const {
  arguments.insert(arguments.end(), {"limit", "cursor"});
  get(pattern, arguments, std::move(work));
}

void Api::post(const std::string& pattern, Role at_least, Work work) const {
  router_.add("POST", kPrefix + pattern, [self = *this, at_least, work = std::move(work)](const Request& request) {
    const Caller caller = self.keys_.require(request, at_least);
    return self.idempotency_.write(
        request, caller, [&](storage::Transaction& tx) { return response_of(self.in(tx, request, caller, work)); });
  });
}

void Api::change(const std::string& method, const std::string& pattern, Role at_least, Work work) const {
  router_.add(method, kPrefix + pattern, [self = *this, at_least, work = std::move(work)](const Request& request) {
    const Caller caller = self.keys_.require(request, at_least);
    return self.parts.database.write(
        [&](storage::Transaction& tx) { return response_of(self.in(tx, request, caller, work)); }, storage::of_shop(caller.shop_id));
  });
}

void Api::post_around(const std::string& pattern, Role at_least,
                      std::function<std::function<Reply()>(const Call&)> prepare) const {
  router_.add("POST", kPrefix + pattern,
              [self = *this, at_least, prepare = std::move(prepare)](const Request& request) {
                const Caller caller = self.keys_.require(request, at_least);
                return self.idempotency_.around(request, caller, [&](const Request&) {
                  std::function<Reply()> act;
                  self.parts.database.read([&](storage::Transaction& tx) {
                    self.in(tx, request, caller, [&](const Call& call) { return act = prepare(call), nothing(); });
                  });
                  return response_of(act());
                });
              });
}

}  // namespace laoke::http::api
