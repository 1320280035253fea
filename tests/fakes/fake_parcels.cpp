#include "tests/fakes/fake_parcels.h"

#include <httplib.h>

#include <algorithm>
#include <deque>
#include <mutex>
#include <set>
#include <thread>

#include "handlers/crypto.h"

namespace laoke::test {
struct ParcelFault {
  int status = 0;  // 0: take it and close the connection
  std::string body, retry_after;
};

namespace {

using nlohmann::json;

const std::string kKuaidi100Customer = "LAOKECUSTOMER001";
const std::string kKuaidi100Key = "LaokeKey001", kKuaidi100Salt = "laokeSalt01", kHookToken = "c0ffee";
const std::string k17TrackKey = "LAOKE17TOKEN0001";
const std::string kAftershipKey = "asat_fake_key", kAftershipSecret = "laoke-aftership-secret";
constexpr std::size_t kMostNumbers17Track = 40;
const std::set<std::string> kKnownComs{"shunfeng", "zhongtong", "yuantong", "shentong", "yunda", "jtexpress", "jd", "ems", "youzhengguonei"};

std::string parcels_encoded(const std::string& text) {
  std::string out;
  for (const unsigned char c : text) {
    char piece[4];
    std::snprintf(piece, sizeof piece, "%%%02X", c);
    out += piece;
  }
  return out;
}

std::string parcels_upper(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::toupper(c); });
  return text;
}

}  // namespace

struct FakeParcels::State {
  httplib::Server server;
  std::thread thread;
  int port = 0;
  mutable std::mutex mutex;  // guards all below
  std::vector<Followed> followed;
  std::deque<ParcelFault> faults;
  int calls = 0;
  bool quota_used = false, refuses_carriers = false;
  std::vector<Question> questions;
  struct Known {
    std::string state, time, words;
  };
  std::map<std::string, Known> known_parcels;

  bool known(const std::string& kind, const std::string& number) const {
    return std::ranges::any_of(followed, [&](const Followed& one) { return one.kind == kind && one.number == number; });
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port); }

  // True when a fault answered.
  bool befallen(httplib::Response& response) {
    ++calls;
    if (faults.empty() || faults.front().status == 0) return false;
    const auto fault = faults.front();
    faults.pop_front();
    response.status = fault.status;
    if (!fault.retry_after.empty()) response.set_header("Retry-After", fault.retry_after);
    response.set_content(fault.body, "application/json");
    return true;
  }
  // After the work is done: the answer may get lost on its way.
  void lose_answer(httplib::Response& response) {
    if (faults.empty() || faults.front().status != 0) return;
    faults.pop_front();
    response.body.clear();
    response.set_content_provider(100, "application/json", [](std::size_t, std::size_t, httplib::DataSink&) { return false; });
  }

  json subscribe(const httplib::Request& request);
  json query(const httplib::Request& request);
  json track_info(const json& one);
  json take_at_17track(const json& one);
  void follow_at_17track(const httplib::Request& request, httplib::Response& response);
  void follow_at_aftership(const httplib::Request& request, httplib::Response& response);
};

json FakeParcels::State::subscribe(const httplib::Request& request) {
  const auto refusal = [](const char* code, const char* words) { return json{{"result", false}, {"returnCode", code}, {"message", words}}; };
  const auto param = json::parse(request.get_param_value("param"), nullptr, false);
  if (request.get_param_value("schema") != "json" || !param.is_object()) return refusal("500", "参数错误");
  if (param.value("key", "") != kKuaidi100Key) return refusal("600", "key无效");
  if (quota_used) return refusal("601", "KEY已过期");
  const auto parameters = param.value("parameters", json::object());
  Followed one{"kuaidi100", param.value("number", ""), param.value("company", ""), parameters.value("phone", ""), "",
               parameters.value("callbackurl", ""), parameters.value("salt", "")};
  const bool guessed = parameters.value("autoCom", "") == "1";
  if (one.number.empty() || one.number.size() > 32) return refusal("700", "快递单号错误");
  if (!one.callback.starts_with("http")) return refusal("700", "回调地址错误");
  if (!one.carrier.empty() && !kKnownComs.contains(one.carrier)) return refusal("700", "不支持此快递公司");
  if (refuses_carriers || (one.carrier.empty() && !guessed)) return refusal("702", "识别不到该单号对应的快递公司");
  if (known("kuaidi100", one.number)) return refusal("501", "重复订阅");
  followed.push_back(one);
  return {{"result", true}, {"returnCode", "200"}, {"message", "提交成功"}};
}

// Signed with the customer's code and the key; SF shows a parcel only to who knows a phone of it.
json FakeParcels::State::query(const httplib::Request& request) {
  const auto refusal = [](const char* code, const char* words) { return json{{"result", false}, {"returnCode", code}, {"message", words}}; };
  const std::string text = request.get_param_value("param");
  const auto param = json::parse(text, nullptr, false);
  if (!param.is_object()) return refusal("400", "参数错误");
  if (request.get_param_value("customer") != kKuaidi100Customer ||
      request.get_param_value("sign") != parcels_upper(crypto::md5_hex(text + kKuaidi100Key + kKuaidi100Customer)))
    return refusal("503", "验证签名失败");
  if (quota_used) return refusal("601", "账号余额不足");
  const Question asked{"kuaidi100", param.value("num", ""), param.value("com", ""), param.value("phone", "")};
  questions.push_back(asked);
  if (!kKnownComs.contains(asked.carrier)) return refusal("400", "找不到对应公司");
  if (asked.carrier == "shunfeng" && asked.phone.empty()) return refusal("408", "收、寄件人电话号码校验失败");
  const auto known = known_parcels.find(asked.number);
  if (known == known_parcels.end()) return refusal("500", "查询无结果，请隔段时间再查");
  const json row{{"time", known->second.time}, {"ftime", known->second.time}, {"context", known->second.words}};
  return {{"message", "ok"}, {"nu", asked.number}, {"ischeck", "0"}, {"com", asked.carrier}, {"status", "200"}, {"condition", "00"},
          {"state", known->second.state}, {"data", json::array({row})}};
}

json FakeParcels::State::track_info(const json& one) {
  const std::string number = one.value("number", "");
  questions.push_back({"17track", number, one.contains("carrier") ? one["carrier"].dump() : "", ""});
  if (!known("17track", number)) return {{"number", number}, {"error", {{"code", -18019902}, {"message", "The tracking number is not registered."}}}};
  const auto found = known_parcels.find(number);
  json info = {{"latest_status", {{"status", "NotFound"}, {"sub_status", "NotFound_Other"}}}};
  if (found != known_parcels.end())
    info = {{"latest_status", {{"status", found->second.state}, {"sub_status", ""}}},
            {"latest_event", {{"time_utc", found->second.time}, {"description", found->second.words}}}};
  return {{"number", number}, {"carrier", 3011}, {"track_info", info}};
}

json FakeParcels::State::take_at_17track(const json& one) {
  const std::string number = one.value("number", "");
  const auto refusal = [&](int code, const char* words) { return json{{"number", number}, {"error", {{"code", code}, {"message", words}}}}; };
  if (number.empty()) return refusal(-18010012, "The data of number is empty.");
  if (one.contains("carrier") && !one["carrier"].is_number_integer()) return refusal(-18010012, "The carrier must be a number.");
  if (known("17track", number)) return refusal(-18019901, "The tracking number is already registered.");
  if (refuses_carriers) return refusal(-18019903, "Carrier cannot be detected.");
  if (quota_used) return refusal(-18019908, "Your quota is used up.");
  followed.push_back({"17track", number, one.contains("carrier") ? one["carrier"].dump() : "", "", one.value("tag", ""), "", ""});
  return {{"origin", 1}, {"number", number}};
}

void FakeParcels::State::follow_at_17track(const httplib::Request& request, httplib::Response& response) {
  const auto body = json::parse(request.body, nullptr, false);
  if (request.get_header_value("17token") != k17TrackKey) {
    response.status = 401;
    return response.set_content(R"({"code":-18010002,"data":{"errors":[]}})", "application/json");
  }
  if (!body.is_array() || body.size() > kMostNumbers17Track)
    return response.set_content(R"({"code":-18010013,"data":{"message":"Submitted data is invalid."}})", "application/json");
  json accepted = json::array(), rejected = json::array();
  for (const auto& one : body) {
    const json taken = take_at_17track(one);
    (taken.contains("error") ? rejected : accepted).push_back(taken);
  }
  response.set_content(json{{"code", 0}, {"data", {{"accepted", accepted}, {"rejected", rejected}}}}.dump(), "application/json");
}

void FakeParcels::State::follow_at_aftership(const httplib::Request& request, httplib::Response& response) {
  const auto say = [&](int status, int code, const char* words) {
    response.status = status;
    response.set_content(json{{"meta", {{"code", code}, {"message", words}}}, {"data", json::object()}}.dump(), "application/json");
  };
  if (request.get_header_value("as-api-key") != kAftershipKey) return say(401, 401, "The API key is invalid.");
  const auto body = json::parse(request.body, nullptr, false);
  const std::string number = body.is_object() ? body.value("tracking_number", "") : "";
  if (number.size() < 4) return say(400, 4005, "The value of `tracking_number` is invalid.");
  if (refuses_carriers) return say(400, 4012, "Cannot detect courier.");
  if (known("aftership", number)) return say(400, 4003, "Tracking already exists.");
  followed.push_back({"aftership", number, body.value("slug", ""), "", body.value("custom_fields", json::object()).value("laoke", ""), "", ""});
  say(201, 201, "");
}

FakeParcels::FakeParcels() : state_(std::make_unique<State>()) {
  auto& state = *state_;
  state.server.set_keep_alive_max_count(1);  // or its end waits for connections that others keep
  const auto serve = [&state](const char* path, auto work) {
    state.server.Post(path, [&state, work](const httplib::Request& request, httplib::Response& response) {
      const std::lock_guard lock(state.mutex);
      if (state.befallen(response)) return;
      work(request, response);
      state.lose_answer(response);
    });
  };
  serve("/poll", [&state](const auto& request, auto& response) { response.set_content(state.subscribe(request).dump(), "application/json"); });
  serve("/track/v2.4/register", [&state](const auto& request, auto& response) { state.follow_at_17track(request, response); });
  serve("/tracking/2025-01/trackings", [&state](const auto& request, auto& response) { state.follow_at_aftership(request, response); });
  serve("/poll/query.do", [&state](const auto& request, auto& response) { response.set_content(state.query(request).dump(), "application/json"); });
  serve("/track/v2.4/gettrackinfo", [&state](const auto& request, auto& response) {
    json accepted = json::array(), rejected = json::array();
    for (const auto& one : json::parse(request.body)) {
      const json told = state.track_info(one);
      (told.contains("error") ? rejected : accepted).push_back(told);
    }
    response.set_content(json{{"code", 0}, {"data", {{"accepted", accepted}, {"rejected", rejected}}}}.dump(), "application/json");
  });
  state.server.Get("/autonumber/auto", [](const httplib::Request& request, httplib::Response& response) {
    const bool good = request.get_param_value("key") == kKuaidi100Key;
    response.set_content(good ? R"([{"comCode":"yuantong"}])" : R"({"result":false,"returnCode":"600","message":"key无效"})", "application/json");
  });
  state.server.Post("/track/v2.4/getquota", [](const httplib::Request& request, httplib::Response& response) {
    if (request.get_header_value("17token") != k17TrackKey) response.status = 401;
    else response.set_content(R"({"code":0,"data":{"quota_total":100,"quota_remain":88}})", "application/json");
  });
  state.server.Get("/tracking/2025-01/trackings", [](const httplib::Request& request, httplib::Response& response) {
    if (request.get_header_value("as-api-key") != kAftershipKey) response.status = 401;
    else response.set_content(R"({"meta":{"code":200},"data":{"trackings":[]}})", "application/json");
  });
  state.port = state.server.bind_to_any_port("127.0.0.1");
  state.thread = std::thread([&state] { state.server.listen_after_bind(); });
  while (!state.server.is_running()) std::this_thread::yield();
}

FakeParcels::~FakeParcels() {
  state_->server.stop();
  state_->thread.join();
}

json FakeParcels::settings(const std::string& kind) const {
  const auto url = state_->url();
  if (kind == "kuaidi100")
    return {{"key", kKuaidi100Key}, {"customer", kKuaidi100Customer}, {"salt", kKuaidi100Salt}, {"token", kHookToken}, {"api_base", url}, {"auto_base", url}, {"timeout_seconds", "30"}};
  if (kind == "17track") return {{"key", k17TrackKey}, {"api_base", url + "/track/v2.4"}, {"timeout_seconds", "30"}};
  return {{"key", kAftershipKey}, {"webhook_secret", kAftershipSecret}, {"api_base", url + "/tracking/2025-01"}, {"timeout_seconds", "30"}};
}

std::vector<FakeParcels::Followed> FakeParcels::followed() const {
  const std::lock_guard lock(state_->mutex);
  return state_->followed;
}

std::vector<FakeParcels::Question> FakeParcels::questions() const {
  const std::lock_guard lock(state_->mutex);
  return state_->questions;
}

void FakeParcels::knows(const std::string& number, const std::string& state, const std::string& time, const std::string& words) {
  const std::lock_guard lock(state_->mutex);
  state_->known_parcels[number] = {state, time, words};
}

int FakeParcels::calls() const {
  const std::lock_guard lock(state_->mutex);
  return state_->calls;
}

void FakeParcels::answer_next(int status, const std::string& body, const std::string& retry_after) {
  const std::lock_guard lock(state_->mutex);
  state_->faults.push_back({status, body, retry_after});
}

void FakeParcels::lose_next_answer() { answer_next(0, ""); }

void FakeParcels::use_up_quota(bool used) {
  const std::lock_guard lock(state_->mutex);
  state_->quota_used = used;
}

void FakeParcels::refuse_carriers(bool refuse) {
  const std::lock_guard lock(state_->mutex);
  state_->refuses_carriers = refuse;
}

FakeParcels::Answer FakeParcels::post(const std::string& url, const std::string& body, const std::string& content_type,
                                      const std::vector<std::pair<std::string, std::string>>& headers) {
  const auto path_at = url.find('/', url.find("//") + 2);
  httplib::Client client(url.substr(0, path_at));
  httplib::Headers all;
  for (const auto& [name, value] : headers) all.emplace(name, value);
  const auto result = client.Post(url.substr(path_at), all, body, content_type);
  if (!result) return {};
  return {result->status, result->body, result->status >= 200 && result->status < 300};
}

FakeParcels::Answer FakeParcels::push_kuaidi100(const std::string& number, const json& param) const {
  const auto all = followed();
  const auto one = std::ranges::find_if(all, [&](const Followed& f) { return f.kind == "kuaidi100" && f.number == number; });
  if (one == all.end()) return {};
  const std::string text = param.dump();
  auto answer = post(one->callback, "param=" + parcels_encoded(text) + "&sign=" + parcels_upper(crypto::md5_hex(text + one->salt)),
                     "application/x-www-form-urlencoded", {});
  const auto body = json::parse(answer.body, nullptr, false);
  answer.taken = answer.status == 200 && body.is_object() && body.value("result", false) && body.value("returnCode", "") == "200";
  return answer;
}

FakeParcels::Answer FakeParcels::push_17track(const std::string& hook_url, const std::string& body) const {
  return post(hook_url, body, "application/json", {{"sign", crypto::sha256_hex(body + "/" + k17TrackKey)}});
}

FakeParcels::Answer FakeParcels::push_aftership(const std::string& hook_url, const std::string& body) const {
  return post(hook_url, body, "application/json", {{"aftership-hmac-sha256", crypto::base64(crypto::hmac_sha256(kAftershipSecret, body))}});
}

json kuaidi100_param(const std::string& com, const std::string& number, const std::string& state,
                     const std::vector<std::pair<std::string, std::string>>& rows, const std::string& status) {
  json data = json::array();
  for (const auto& [time, words] : rows) data.push_back({{"time", time}, {"ftime", time}, {"context", words}, {"status", "在途"}});
  return {{"status", status}, {"billstatus", ""}, {"message", ""}, {"autoCheck", "0"}, {"comOld", ""}, {"comNew", ""},
          {"lastResult", {{"message", "ok"}, {"state", state}, {"status", "200"}, {"condition", ""}, {"ischeck", state == "3" ? "1" : "0"},
                          {"com", com}, {"nu", number}, {"data", data}}}};
}

}  // namespace laoke::test
