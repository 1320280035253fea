#include "bot/server_app.h"

#include <unistd.h>

#include "bot/channel_host.h"
#include "bot/clock.h"
#include "bot/data_lock.h"
#include "bot/default_shop.h"
#include "bot/hooks.h"
#include "bot/http/router.h"
#include "bot/http/server.h"
#include "bot/http/web_routes.h"
#include "bot/intake.h"
#include "bot/log.h"
#include "bot/poller.h"
#include "bot/scheduler.h"
#include "bot/sender.h"
#include "bot/webhooks_out.h"

namespace laoke {
namespace {

storage::DatabaseOptions database_options(const Config& config) {
  storage::DatabaseOptions options;
  options.url = config.database;
  return options;
}

http::ServerOptions server_options(const Config& config) {
  http::ServerOptions options;
  options.host = config.host;
  options.port = config.port;
  options.hook_threads = config.threads;
  options.web_threads = std::max<std::size_t>(config.threads / 2, options.stream_limit + 4);
  return options;
}

std::string node_name() {
  char host[256] = "node";
  ::gethostname(host, sizeof host - 1);
  return std::string(host) + "/" + std::to_string(::getpid());
}

}  // namespace

struct ServerApp::Parts {
  explicit Parts(const Config& given)
      : config(given),
        lock(config.data_dir),
        database(storage::open_database(database_options(config))),
        channels(*database),
        intake(*database, clock),
        sender(*database, channels, clock, node_name()),
        scheduler(*database, clock),
        webhooks(*database, clock),
        poller(*database, channels, intake, sender, config.public_url),
        server(server_options(config), [this](http::Request& request) { return router(request); },
               [](const std::string& method, const std::string& path, const std::string& what) {
                 log::error("http.failed", {{"method", method}, {"path", path}, {"why", what}});
               }) {}

  Config config;
  SystemClock clock;
  DataLock lock;
  std::unique_ptr<storage::Database> database;
  ChannelHost channels;
  Intake intake;
  Sender sender;
  Scheduler scheduler;
  WebhooksOut webhooks;
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
  add_hook_routes(p.router, p.channels, p.intake, p.sender);
  http::add_web_routes(p.router, {*p.database, p.channels, p.intake, p.sender, p.clock, p.config});
}

ServerApp::~ServerApp() {
  if (parts_->running) stop(std::chrono::seconds(1));
}

storage::Database& ServerApp::database() { return *parts_->database; }

int ServerApp::port() const { return parts_->server.port(); }

void ServerApp::start() {
  auto& p = *parts_;
  const int left_behind = p.sender.recover();
  p.database->set_commit_listener([&p](unsigned signals) {
    if (signals & (storage::kSendWork | storage::kConfigChange)) p.sender.wake();
    if (signals & (storage::kReminderWork | storage::kBroadcastWork)) p.scheduler.wake();
    if (signals & storage::kWebhookWork) p.webhooks.wake();
  });
  p.server.start();
  p.running = true;
  p.sender.start();
  p.scheduler.start();
  p.webhooks.start();
  p.poller.start();
  log::info("server.ready", {{"address", p.config.host}, {"port", p.server.port()}, {"left_behind", left_behind}});
}

bool ServerApp::stop(std::chrono::milliseconds budget) {
  auto& p = *parts_;
  p.running = false;
  p.poller.stop();
  const bool clean = p.server.stop(budget / 3);
  p.scheduler.stop();
  p.webhooks.stop();
  p.sender.stop(budget / 2);
  p.database->set_commit_listener({});
  log::info("server.stopped", {{"clean", clean}});
  return clean;
}

}  // namespace laoke
