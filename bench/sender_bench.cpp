// Sending: a broadcast through the sender (ledger, policy, text, write-back) against a bare loop with the same client, the
// same threads and the same bytes, in interleaved rounds; then the pace of a channel that allows 25 a second.
//   sender_bench [messages a round, default 20000] [seconds of pacing, default 20] [rounds, default 3]
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <atomic>
#include <map>
#include <mutex>
#include <thread>

#include "bench/figures.h"
#include "bot/channel_host.h"
#include "bot/channels/telegram.h"
#include "bot/channels/webchat.h"
#include "bot/default_shop.h"
#include "bot/http_client.h"
#include "bot/sender.h"
#include "handlers/broadcasts.h"
#include "handlers/shop_settings.h"
#include "storage/contacts.h"
#include "storage/customers.h"

using namespace laoke;
using namespace laoke::bench;
using storage::Transaction;

namespace {

constexpr std::size_t kThreads = 8;  // as bot/send_lane.cpp for a channel without a rate
constexpr const char* kText = "春季上新：玫瑰精油面膜第二盒半价，今天下单明天发货，回复 1 了解。";

// A platform that accepts everything at once: one thread over all connections.
class Platform {
 public:
  Platform() : listener_(::socket(AF_INET, SOCK_STREAM, 0)), poll_(::epoll_create1(0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 || ::getsockname(listener_, generic, &size) != 0)
      throw std::runtime_error("no loopback port");
    port_ = ntohs(address.sin_port);
    watch(listener_);
    thread_ = std::thread([this] { serve(); });
  }
  ~Platform() {
    stopping_ = true;
    thread_.join();
    for (const auto& [peer, data] : peers_) ::close(peer);
    ::close(listener_), ::close(poll_);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::size_t connections() const { return connections_; }
  std::vector<std::int64_t> arrivals_us() {
    const std::lock_guard lock(mutex_);
    return std::exchange(arrivals_us_, {});
  }

 private:
  void watch(int peer) const {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = peer;
    ::epoll_ctl(poll_, EPOLL_CTL_ADD, peer, &event);
  }
  void serve() {
    epoll_event events[64];
    while (!stopping_) {
      const int ready = ::epoll_wait(poll_, events, 64, 100);
      for (int i = 0; i < ready; ++i) events[i].data.fd == listener_ ? welcome() : receive(events[i].data.fd);
    }
  }
  void welcome() {
    const int peer = ::accept(listener_, nullptr, nullptr), on = 1;
    if (peer < 0) return;
    ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    ++connections_;
    peers_[peer];
    watch(peer);
  }
  void receive(int peer) {
    char buffer[8192];
    const ssize_t got = ::recv(peer, buffer, sizeof buffer, 0);
    if (got <= 0) {
      peers_.erase(peer);
      ::close(peer);
      return;
    }
    std::string& data = peers_[peer];
    data.append(buffer, static_cast<std::size_t>(got));
    for (;;) {
      const std::size_t head = data.find("\r\n\r\n");
      if (head == std::string::npos) return;
      const std::size_t at = data.find("Content-Length: ");
      const std::size_t body = at < head ? std::strtoul(data.c_str() + at + 16, nullptr, 10) : 0;
      if (data.size() < head + 4 + body) return;
      data.erase(0, head + 4 + body);
      answer(peer);
    }
  }
  void answer(int peer) {
    const std::string body = R"({"ok":true,"result":{"message_id":)" + std::to_string(++last_message_) +
                             R"(,"date":1790000000,"chat":{"id":900100,"type":"private"},"text":"ok"}})";
    const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    {
      const std::lock_guard lock(mutex_);
      arrivals_us_.push_back(
          std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count());
    }
    ::send(peer, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  }

  int listener_, poll_, port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<std::size_t> connections_{0};
  std::int64_t last_message_ = 0;
  std::map<int, std::string> peers_;
  std::mutex mutex_;  // guards the next
  std::vector<std::int64_t> arrivals_us_;
  std::thread thread_;
};

// The Telegram adapter without its rates: what is measured is this program, not what Telegram allows.
class Unlimited final : public channels::Channel {
 public:
  explicit Unlimited(std::unique_ptr<Channel> inner) : inner_(std::move(inner)), traits_(inner_->traits()) {
    traits_.messages_per_second = traits_.contact_messages_per_second = 0;
  }
  std::string_view kind() const override { return "unlimited"; }
  const channels::Traits& traits() const override { return traits_; }
  bool authentic(const channels::RawRequest& request) const override { return inner_->authentic(request); }
  std::vector<InboundEvent> parse(const channels::RawRequest& request) const override { return inner_->parse(request); }
  channels::SendOutcome send(const channels::Outgoing& message) override { return inner_->send(message); }
  std::vector<channels::ProbeLine> probe() override { return inner_->probe(); }

 private:
  std::unique_ptr<Channel> inner_;
  channels::Traits traits_;
};

// Noon in the shop when the benchmark starts: quiet hours hold nothing back.
class Noon : public Clock {
 public:
  std::int64_t now_ms() const override {
    return 1'790'049'600'000 + std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

struct Shop {
  explicit Shop(const std::string& url) {
    storage::DatabaseOptions options;
    options.url = url;
    database = storage::open_database(options);
    Config config;
    config.language = "zh-CN";
    create_default_shop(*database, config, clock.now_ms());
    database->write([&](Transaction& tx) {
      auto row = *storage::find_shop(tx, "default");
      ShopSettings settings;
      settings.marketing_per_day = 50, settings.marketing_per_week = 200;
      row.settings = to_json_text(settings);
      storage::update_shop(tx, row);
      shop_id = row.shop_id;
    });
  }
  std::int64_t add_channel(const std::string& kind, const std::string& api_base) {
    return database->write([&](Transaction& tx) {
      storage::ChannelRow row;
      row.shop_id = shop_id;
      row.name = row.kind = kind;
      row.settings = nlohmann::json{{"token", "7700112233:bench"}, {"api_base", api_base}, {"mode", "webhook"}, {"contact_messages_per_second", "1000"}}.dump();
      const auto id = storage::insert_channel(tx, row);
      storage::bump_config(tx, shop_id);
      return id;
    });
  }
  void add_customers(std::int64_t channel_id, int count, const std::string& source) {
    database->write([&](Transaction& tx) {
      for (int i = 0; i < count; ++i) {
        storage::Customer customer;
        customer.name = "顾客 " + std::to_string(i);
        customer.source = source;
        storage::Contact contact;
        contact.channel_id = channel_id;
        contact.external_id = std::to_string(1'000'000 + i);
        contact.customer_id = storage::insert_customer(tx, shop_id, customer);
        storage::insert_contact(tx, shop_id, contact);
      }
    });
  }
  // A broadcast to one source, wholly planned.
  std::int64_t plan(const std::string& source) {
    return database->write([&](Transaction& tx) {
      const auto row = *storage::get_shop(tx, shop_id);
      const Context context{tx, row, clock.now_ms()};
      BroadcastDraft draft;
      draft.segment = "source:" + source;
      draft.body = kText;
      const auto id = create_broadcast(context, draft).broadcast_id;
      const auto started = start_broadcast(context, id);
      plan_slice(tx, shop_id, id, audience_of(tx, started), true, clock.now_ms());
      return id;
    });
  }
  std::int64_t accepted(std::int64_t broadcast_id) const {
    return database->read([&](Transaction& tx) {
      std::int64_t count = 0;
      for (const auto& one : storage::broadcast_counts(tx, shop_id, broadcast_id))
        if (one.state == "accepted") count += one.count;
      return count;
    });
  }

  Noon clock;
  std::unique_ptr<storage::Database> database;
  std::int64_t shop_id = 0;
};

struct Run {
  double per_second = 0, cpu_us = 0;
};

template <class Work>
Run timed(int messages, Work&& work) {
  const double cpu = processor_seconds(), seconds = seconds_of(work);
  return {messages / seconds, (processor_seconds() - cpu) * 1e6 / messages};
}

Run through_sender(Shop& shop, int messages) {
  const auto id = shop.plan("fast");
  ChannelHost channels(*shop.database);
  channels.refresh();
  Sender sender(*shop.database, channels, shop.clock, "bench");
  shop.database->set_commit_listener([&](unsigned signals) {
    if (signals & storage::kSendWork) sender.wake();
  });
  const Run run = timed(messages, [&] {
    sender.start();
    while (shop.accepted(id) < messages) std::this_thread::sleep_for(std::chrono::milliseconds(5));
  });
  sender.stop(std::chrono::seconds(5));
  shop.database->set_commit_listener({});
  return run;
}

Run bare_loop(const std::string& api_base, int messages) {
  const std::string body = nlohmann::json{{"chat_id", 1'000'000}, {"text", kText}}.dump();
  return timed(messages, [&] {
    std::atomic<int> left = messages;
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < kThreads; ++i)
      threads.emplace_back([&] {
        while (left.fetch_sub(1) > 0) {
          HttpCall call;
          call.url = api_base + "/bot7700112233:bench/sendMessage";
          call.body = body;
          const auto answer = shared_http_client().call(call);
          if (answer.status != 200) std::fprintf(stderr, "the platform answered %d %s\n", answer.status, answer.problem.c_str());
        }
      });
    for (auto& thread : threads) thread.join();
  });
}

void pacing(Shop& shop, Platform& platform, int seconds) {
  const int rate = 25, messages = rate * seconds;
  const auto channel = shop.add_channel("telegram", platform.url());
  shop.add_customers(channel, messages, "paced");
  platform.arrivals_us();
  const auto id = shop.plan("paced");
  ChannelHost channels(*shop.database);
  channels.refresh();
  Sender sender(*shop.database, channels, shop.clock, "bench");
  sender.start();
  while (shop.accepted(id) < messages) std::this_thread::sleep_for(std::chrono::milliseconds(50));
  sender.stop(std::chrono::seconds(5));
  const auto at = platform.arrivals_us();
  std::size_t most = 0;
  for (std::size_t first = 0, last = 0; last < at.size(); ++last) {
    while (at[last] - at[first] >= 1'000'000) ++first;
    most = std::max(most, last - first + 1);
  }
  const double real = static_cast<double>(at.size() - 1) / (static_cast<double>(at.back() - at.front()) / 1e6);
  std::printf("a channel of %d a second: %.2f a second over %zu messages, %.1f %% of its rate (goal 98 to 100); at most %zu in any second (goal %d)\n",
              rate, real, at.size(), real * 100 / rate, most, rate);
}

}  // namespace

// This program's own list of platforms in place of bot/channels/registry.cpp.
namespace laoke::channels {
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      telegram_kind(), webchat_kind(),
      {"unlimited", telegram_kind().settings,
       [](const Account& account) -> std::unique_ptr<Channel> { return std::make_unique<Unlimited>(telegram_kind().make(account)); }}};
  return all;
}
const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}
}  // namespace laoke::channels

int main(int argc, char** argv) {
  std::setvbuf(stdout, nullptr, _IOLBF, 0);
  const int messages = argc > 1 ? std::atoi(argv[1]) : 20'000, seconds = argc > 2 ? std::atoi(argv[2]) : 20;
  const int rounds = argc > 3 ? std::atoi(argv[3]) : 3;
  const Folder folder("sender_bench");
  Platform platform;
  Shop shop(folder.url("shop.db"));
  shop.add_customers(shop.add_channel("unlimited", platform.url()), messages, "fast");
  std::vector<double> ratios, cpu_ratios;
  for (int round = 1; round <= rounds; ++round) {
    const Run bare = bare_loop(platform.url(), messages), ours = through_sender(shop, messages);
    ratios.push_back(ours.per_second / bare.per_second);
    cpu_ratios.push_back(ours.cpu_us / bare.cpu_us);
    std::printf("round %d: bare client loop %.0f /s (%.0f us processor a message, the platform's share included), sender with write-back %.0f /s (%.0f us)\n",
                round, bare.per_second, bare.cpu_us, ours.per_second, ours.cpu_us);
  }
  std::printf("sender / bare loop %.2f (goal >= 0.85), processor %.1f times, %zu connections in all\n", median(ratios), median(cpu_ratios),
              platform.connections());
  if (seconds > 0) pacing(shop, platform, seconds);
  return 0;
}
