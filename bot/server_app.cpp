#include "bot/server_app.h"

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/data_lock.h"
#include "bot/default_shop.h"
#include "bot/errands.h"
#include "bot/hooks.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/http/web_routes.h"
#include "bot/intake.h"
#include "bot/log.h"
#include "bot/node.h"
#include "bot/poller.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "bot/webchat_relay.h"
#include "bot/webhooks_out.h"

namespace laoke {
namespace {

storage::DatabaseOptions database_options(const Config& config) {
  storage::DatabaseOptions options;
  options.url = config.database;
  return options;
}

constexpr std::size_t kHookBodyLimitBytes = 4 << 20;  // WhatsApp gathers up to 3 MB in one callback

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.hook_body_limit_bytes = kHookBodyLimitBytes;
  options.host = config.host;
  options.port = config.port;
  options.hook_threads = config.threads;
  options.web_threads = std::max<std::size_t>(config.threads / 2, options.stream_limit + 4);
  return options;
}

// A SQLite file belongs to one server, which the lock sees to; on PostgreSQL the leases do.
bool has_database_alone(const Config& config) { return config.database.starts_with("sqlite:"); }

}  // namespace

struct ServerApp::Parts {
  explicit Parts(const Config& given)
      : config(given),
        alone(has_database_alone(config)),
        lock(alone ? std::make_unique<DataLock>(config.data_dir) : nullptr),
        database(storage::open_database(database_options(config))),
        channels(*database),
        intake(*database, clock),
        node(*database, channels, new_node_id(), config.role),
        work(*database, node.id()),
        relay(*database, channels, node.id()),
        sender(*database, channels, clock, std::make_shared<ChannelLeases>(*database, node.id(), alone)),
        scheduler(*database, clock, alone ? nullptr : &work),
        webhooks(*database, clock, alone ? nullptr : &work),
        errands(*database, channels, intake, sender.leases(), clock),
        poller(*database, channels, intake, sender, config.public_url),
        server(server_options(config), [this](http::Request& request) { return router(request); },
               [](const std::string& method, const std::string& path, const std::string& what) {
                 log::error("http.failed", {{"method", method}, {"path", path}, {"why", what}});
               }) {}

  Config config;
  SystemClock clock;
  const bool alone;
  std::unique_ptr<DataLock> lock;
  std::unique_ptr<storage::Database> database;
  ChannelHost channels;
  Intake intake;
  Node node;
  WorkLeases work;
  WebchatRelay relay;
  Sender sender;
  Scheduler scheduler;
  WebhooksOut webhooks;
  Errands errands;
  Poller poller;
  http::Router router;
  http::Server server;
  bool running = false;
};

ServerApp::ServerApp(const Config& config) : parts_(std::make_unique<Parts>(config)) {
  auto& p = *parts_;
  create_default_shop(*p.database, config, p.clock.now_ms());
  refresh_stock(*p.database, p.clock.now_ms());
  p.channels.refresh();
  const bool takes_requests = config.role != "worker";
  if (takes_requests) add_hook_routes(p.router, p.channels, p.intake, p.sender);
  else add_closed_hook_routes(p.router);
  const http::WebParts web{*p.database, p.channels, p.intake, p.sender, p.clock, p.config};
  http::add_health_routes(p.router, web);
  if (takes_requests) http::add_web_routes(p.router, web);
}

ServerApp::~ServerApp() {
  if (parts_->running) stop(std::chrono::seconds(1));
}

storage::Database& ServerApp::database() { return *parts_->database; }

int ServerApp::port() const { return parts_->server.port(); }

void ServerApp::start() {
  auto& p = *parts_;
  const bool works = p.config.role != "hooks";
  if (!p.alone) {
    p.sender.on_record([&p](storage::Transaction& tx, std::span<const Outcome> outcomes) { p.relay.write_down(tx, outcomes); });
    p.node.also([&p] { p.relay.repeat_others(); });
  }
  p.node.start();
  const int left_behind = works ? p.sender.recover() : 0;
  p.database->set_commit_listener([&p](unsigned signals) {
    if (signals & (storage::kSendWork | storage::kConfigChange)) p.sender.wake();
    if (signals & (storage::kReminderWork | storage::kBroadcastWork)) p.scheduler.wake();
    if (signals & storage::kWebhookWork) p.webhooks.wake();
    if (signals & storage::kConfigChange) p.node.wake();
  });
  p.server.start();
  p.running = true;
  if (works) {
    p.sender.start();
    p.scheduler.start();
    p.webhooks.start();
    p.errands.start();
    p.poller.start();
  } else {
    p.sender.start_without_sending();
  }
  log::info("server.ready", {{"address", p.config.host}, {"port", p.server.port()}, {"role", p.config.role}, {"node", p.node.id()}, {"left_behind", left_behind}});
}

bool ServerApp::stop(std::chrono::milliseconds budget) {
  auto& p = *parts_;
  p.running = false;
  p.poller.stop();
  const bool clean = p.server.stop(budget / 3);
  p.scheduler.stop();
  p.webhooks.stop();
  p.errands.stop(budget / 8);
  p.sender.stop(budget / 2);
  p.node.stop();
  p.database->set_commit_listener({});
  log::info("server.stopped", {{"clean", clean}});
  return clean;
}

}  // namespace laoke
