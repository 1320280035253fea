#include "tests/faults/stage.h"

#include <filesystem>
#include <stdexcept>
#include <thread>

#include "tests/faults/shop.h"

namespace laoke::faults {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using nlohmann::json;

constexpr auto kPatience = 120s;  // for an API call while nodes come and go
constexpr auto kLongest = 180s;   // for everything to come to its end in peace
constexpr auto kRest = 50ms;

Accounts accounts_of(Platform& platform, const StageOptions& options) {
  Accounts accounts;
  accounts["telegram"] = platform.telegram.settings("webhook");
  accounts["telegram"]["secret"] = kHookSecret;
  if (options.batches) accounts["line"] = platform.line.settings();
  for (auto& [kind, settings] : accounts) {
    settings["messages_per_second"] = options.per_second;
    settings["timeout_seconds"] = kPatienceSeconds;
  }
  for (int i = 0; options.batches && i < options.customers; ++i) platform.line.befriend(line_user(kFirstCustomer + i));
  return accounts;
}

}  // namespace

Stage::Stage(const StageOptions& given) : platform(given.seed), random(given.seed), options(given) {
  if (options.folder.empty()) own_folder_ = std::make_unique<test::TempDir>();
  folder_ = own_folder_ ? own_folder_->path().string() : options.folder;
  std::filesystem::create_directories(folder_ + "/node0");
  if (options.disk_bytes > 0) disk_ = std::make_unique<SmallDisk>(folder_ + "/node0", options.disk_bytes);
  if (options.engine != "sqlite") postgres_ = std::make_unique<PostgresServer>(folder_ + "/pg");
  if (options.engine == "sqlite" && options.nodes != 1) throw std::invalid_argument("SQLite has one node");
  api_key_ = make_shop(database_url(), accounts_of(platform, options), options.customers);
  people_ = read_people(database_url(), kFirstStranger);
  for (int i = 0; i < options.nodes; ++i)
    nodes_.push_back(std::make_unique<Node>(NodePlan{options.program, options.preload, folder_ + "/node" + std::to_string(i),
                                                     options.engine == "sqlite" ? "" : database_url(), free_port()}));
}

Stage::~Stage() {
  platform.on_taken({});
  nodes_.clear();
}

std::string Stage::database_url() const {
  return options.engine == "sqlite" ? "sqlite:" + folder_ + "/node0/laoke.db" : postgres_->url();
}

void Stage::start() {
  for (auto& node : nodes_) node->start();
}

Stage::Answer Stage::call(const std::string& method, const std::string& path, const json& body, const std::string& idempotency_key) {
  const auto deadline = Clock::now() + kPatience;
  for (std::size_t turn = 0; Clock::now() < deadline; ++turn) {
    HttpCall call;
    call.method = method;
    call.url = nodes_[turn % nodes_.size()]->url("/api/v1" + path);
    if (method != "GET") call.body = body.dump();
    call.headers = {{"Authorization", "Bearer " + api_key_}};
    if (!idempotency_key.empty()) call.headers.emplace_back("Idempotency-Key", idempotency_key);
    call.timeout = 10s;
    const auto answer = client_.call(call);
    if (answer.fault == HttpFault::kNone && answer.status < 500 && answer.status != 429)
      return {answer.status, json::parse(answer.body, nullptr, false)};
    std::this_thread::sleep_for(kRest);
  }
  throw std::runtime_error(method + " " + path + ": no node answered within two minutes");
}

std::int64_t Stage::broadcast(const std::string& mark) {
  const std::string words = "春季上新 " + marked(mark) + (options.batches ? "" : " {{customer.name}}");
  const json body{{"name", mark}, {"segment", "all"}, {"body", words}, {"class", "notice"}};
  const auto made = call("POST", "/broadcasts", body, "make-" + mark);
  if (made.status != 201) throw std::runtime_error("the broadcast was refused: " + made.body.dump());
  const std::int64_t id = made.body.at("id");
  marks_[id] = mark;
  // Once begun it cannot begin again: a repeat after a lost answer is refused, and that is well.
  call("POST", "/broadcasts/" + std::to_string(id) + "/start");
  if (status(id).at("state") == "draft") throw std::runtime_error("the broadcast did not start");
  return id;
}

void Stage::command(std::int64_t broadcast_id, const std::string& verb) {
  const auto answer = call("POST", "/broadcasts/" + std::to_string(broadcast_id) + "/" + verb);
  // Refused by its state: it was over before, or an earlier try took effect and its answer was lost.
  const bool by_state = answer.status == 422 && answer.body.value("type", "").ends_with("broadcast.state");
  if (answer.status != 200 && !by_state) complain(verb + " was answered " + std::to_string(answer.status) + " " + answer.body.dump());
}

json Stage::status(std::int64_t broadcast_id) {
  auto answer = call("GET", "/broadcasts/" + std::to_string(broadcast_id));
  if (answer.status != 200) throw std::runtime_error("the broadcast is not shown: " + answer.body.dump());
  return std::move(answer.body);
}

bool Stage::over(std::int64_t broadcast_id) {
  const json shown = status(broadcast_id);
  return shown.at("state") == "done" || (shown.at("state") == "cancelled" && shown.at("open") == 0);
}

void Stage::kill_and_start(std::size_t index, const std::function<void()>& between) {
  node(index).kill();
  ++kills_;
  between();
  look_at_the_books();
  node(index).start();
}

void Stage::settle(const std::vector<std::int64_t>& broadcasts) {
  for (const auto id : broadcasts) {
    const auto deadline = Clock::now() + kLongest;
    while (!over(id)) {
      if (Clock::now() > deadline) {
        complain("broadcast " + std::to_string(id) + " does not come to its end: " + status(id).dump());
        break;
      }
      std::this_thread::sleep_for(kRest);
    }
    shown_counts_[id] = status(id);
  }
}

void Stage::wait_until_nothing_waits() {
  const auto deadline = Clock::now() + kLongest;
  while (open_rows(database_url()) > 0 && Clock::now() < deadline) std::this_thread::sleep_for(kRest * 4);
}

}  // namespace laoke::faults
