#pragma once
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>

#include "bench/figures.h"

// Telegram callbacks from a process of its own: one thread, raw sockets, kept connections, the next request of a
// connection when its last one was answered. The benchmark starts itself again with "--load …".
namespace laoke::bench {

constexpr int kChats = 20'000;
constexpr std::int64_t kFirstUpdate = 100'000'000, kFirstChat = 1'000'000;  // of fixed width: written in place

struct LoadPlan {
  int port = 0;
  std::string path, secret;
  int connections = 32;
  double seconds = 3;          // or less: SIGTERM ends it
  std::int64_t requests = 0;   // or less; 0 any number
  std::int64_t first = 0;      // number of the first update
  int chats = kChats;          // that write in turn, in an order that has nothing to do with their age
  double rate = 0;             // requests a second over all connections; 0: each as soon as its last one was answered
};
struct LoadResult {
  std::int64_t answered = 0, refused = 0;     // refused: not 200
  std::int64_t least = 0, most = 0;           // answers by connection: a starved one shows here
  double seconds = 0, p50_ms = 0, p99_ms = 0, p999_ms = 0;
  std::vector<std::int64_t> by_connection = {};  // answers; empty when the load ran in a process of its own
  double per_second() const { return seconds > 0 ? static_cast<double>(answered) / seconds : 0; }
};

namespace load {

inline volatile sig_atomic_t stopped = 0;

// A text message of 999 bytes as Telegram sends it, with holes of fixed width.
class Update {
 public:
  explicit Update(const LoadPlan& plan) : chats_(plan.chats) {
    const std::string &path = plan.path, &secret = plan.secret;
    const std::string words =
        "老板在吗？上次那款玫瑰精油面膜用完了，皮肤明显好了很多，想再买两盒，顺便问一下敏感肌能不能用你们新出的那个精华，"
        "我妹妹也想要一套，她是油性皮肤，容易长痘。今天下单的话什么时候能发货？地址还是原来那个，顺丰可以吗？谢谢啦";
    std::string body = R"({"update_id":@@@@@@@@@,"message":{"message_id":48213,"from":{"id":#######,"is_bot":false,"first_name":"晓梅",)"
                       R"("last_name":"陈","username":"chenxiaomei","language_code":"zh-hans"},"chat":{"id":#######,"first_name":"晓梅",)"
                       R"("last_name":"陈","username":"chenxiaomei","type":"private"},"date":)" + std::to_string(std::time(nullptr)) + R"(,"text":")" + words + R"("}})";
    const std::size_t pad = body.size() < 999 ? 999 - body.size() : 0;
    body.insert(body.size() - 3, std::string(pad, '~'));
    bytes_ = "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nX-Telegram-Bot-Api-Secret-Token: " +
             secret + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    update_ = bytes_.find("@@@@@@@@@");
    from_ = bytes_.find("#######");
    chat_ = bytes_.find("#######", from_ + 7);
  }
  const std::string& number(std::int64_t n) {
    const std::int64_t chat = kFirstChat + n * kStep % chats_;
    put(update_, kFirstUpdate + n);
    put(from_, chat);
    put(chat_, chat);
    return bytes_;
  }

 private:
  void put(std::size_t at, std::int64_t value) {
    const std::string digits = std::to_string(value);
    bytes_.replace(at, digits.size(), digits);
  }
  // No divisor in common with any round number of chats, so that each writes once before one writes twice.
  static constexpr std::int64_t kStep = 2'654'435'761;
  std::string bytes_;
  std::size_t update_ = 0, from_ = 0, chat_ = 0;
  std::int64_t chats_;
};

struct Peer {
  int socket = -1;
  std::string answer;
  std::int64_t sent_us = 0, answered = 0;
};

inline std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline int connect_to(int port) {
  const int peer = ::socket(AF_INET, SOCK_STREAM, 0), on = 1;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(peer, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return peer;
}

// Bytes of the first whole answer; 0 while it is not whole.
inline std::size_t answer_size(const std::string& data) {
  const std::size_t head = data.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  if (data.find("Transfer-Encoding: chunked") < head) {
    const std::size_t last = data.find("0\r\n\r\n", head + 4);
    return last == std::string::npos ? 0 : last + 5;
  }
  const std::size_t at = std::min(data.find("Content-Length: "), data.find("content-length: "));
  const std::size_t body = at < head ? std::strtoul(data.c_str() + at + 16, nullptr, 10) : 0;
  return data.size() >= head + 4 + body ? head + 4 + body : 0;
}

class Generator {
 public:
  explicit Generator(const LoadPlan& plan) : plan_(plan), update_(plan), next_(plan.first) {}

  LoadResult run() {
    const int poll = ::epoll_create1(0);
    peers_.resize(static_cast<std::size_t>(plan_.connections));
    for (std::size_t i = 0; i < peers_.size(); ++i) {
      peers_[i].socket = connect_to(plan_.port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(poll, EPOLL_CTL_ADD, peers_[i].socket, &event);
    }
    start_us_ = now_us();
    for (Peer& peer : peers_) go_on(peer);
    epoll_event events[64];
    std::int64_t heard_us = now_us();
    while (open_ > 0 || (!idle_.empty() && !over())) {
      const int ready = ::epoll_wait(poll, events, 64, idle_.empty() ? 1000 : 1);
      if (ready < 0 && errno != EINTR) break;
      if (ready > 0) heard_us = now_us();
      if (now_us() - heard_us > kStarvedUs) break;
      for (int i = 0; i < ready; ++i) receive(peers_[events[i].data.u64]);
      send_due();
    }
    for (const Peer& peer : peers_) ::close(peer.socket);
    ::close(poll);
    return result();
  }

 private:
  bool over() const {
    return stopped || (plan_.requests > 0 && next_ - plan_.first >= plan_.requests) ||
           static_cast<double>(now_us() - start_us_) >= plan_.seconds * 1e6;
  }
  void go_on(Peer& peer) {
    if (plan_.rate > 0) return idle_.push_back(&peer);
    send(peer, now_us());
  }
  // A request counts from the moment it was due, so that a server that stalls cannot hide what it kept from being sent.
  void send_due() {
    while (!idle_.empty() && !over()) {
      const auto due_us = start_us_ + static_cast<std::int64_t>(static_cast<double>(next_ - plan_.first) * 1e6 / plan_.rate);
      if (due_us > now_us()) return;
      Peer& peer = *idle_.front();
      idle_.pop_front();
      send(peer, due_us);
    }
  }
  void send(Peer& peer, std::int64_t due_us) {
    if (over()) return;
    const std::string& bytes = update_.number(next_++);
    peer.sent_us = due_us;
    if (::send(peer.socket, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size())) ++open_;
  }
  void receive(Peer& peer) {
    char buffer[4096];
    const ssize_t got = ::recv(peer.socket, buffer, sizeof buffer, 0);
    if (got <= 0) {
      std::fprintf(stderr, "the server closed a connection\n");
      std::exit(1);
    }
    peer.answer.append(buffer, static_cast<std::size_t>(got));
    const std::size_t size = answer_size(peer.answer);
    if (size == 0) return;
    --open_;
    last_us_ = now_us();
    times_.push_back(static_cast<double>(last_us_ - peer.sent_us) / 1000);
    if (!peer.answer.starts_with("HTTP/1.1 200")) ++refused_;
    ++peer.answered;
    peer.answer.erase(0, size);
    go_on(peer);
  }
  double quantile(double part) {
    if (times_.empty()) return 0;
    const auto at = static_cast<std::size_t>(part * static_cast<double>(times_.size() - 1));
    std::nth_element(times_.begin(), times_.begin() + static_cast<std::ptrdiff_t>(at), times_.end());
    return times_[at];
  }
  LoadResult result() {
    LoadResult result;
    result.answered = static_cast<std::int64_t>(times_.size());
    result.refused = refused_;
    const auto by_count = [](const Peer& a, const Peer& b) { return a.answered < b.answered; };
    result.least = std::min_element(peers_.begin(), peers_.end(), by_count)->answered;
    result.most = std::max_element(peers_.begin(), peers_.end(), by_count)->answered;
    result.seconds = static_cast<double>(last_us_ - start_us_) / 1e6;
    for (const Peer& peer : peers_) result.by_connection.push_back(peer.answered);
    result.p50_ms = quantile(0.5), result.p99_ms = quantile(0.99), result.p999_ms = quantile(0.999);
    return result;
  }

  const LoadPlan plan_;
  Update update_;
  static constexpr std::int64_t kStarvedUs = 20'000'000;  // nothing for so long: the rest will not be answered
  std::vector<Peer> peers_;
  std::deque<Peer*> idle_;  // at a rate: connections that wait for the next moment
  std::vector<double> times_;
  std::int64_t next_, start_us_ = 0, last_us_ = 0, open_ = 0, refused_ = 0;
};

}  // namespace load

// To be called first in main(): when this process is the load, it does its work and never returns.
inline void be_the_load(int argc, char** argv) {
  if (argc < 10 || std::strcmp(argv[1], "--load") != 0) return;
  ::signal(SIGTERM, [](int) { load::stopped = 1; });
  const LoadPlan plan{std::atoi(argv[2]), argv[3], argv[4], std::atoi(argv[5]), std::atof(argv[6]), std::atoll(argv[7]),
                      std::atoll(argv[8]), std::atoi(argv[9])};
  const LoadResult r = load::Generator(plan).run();
  std::printf("%lld %lld %lld %lld %f %f %f %f\n", static_cast<long long>(r.answered), static_cast<long long>(r.refused),
              static_cast<long long>(r.least), static_cast<long long>(r.most), r.seconds, r.p50_ms, r.p99_ms, r.p999_ms);
  std::exit(0);
}

// The load in its own process.
class Load {
 public:
  explicit Load(const LoadPlan& plan) {
    int ends[2];
    if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
    const std::string texts[] = {std::to_string(plan.port), plan.path, plan.secret, std::to_string(plan.connections),
                                 std::to_string(plan.seconds), std::to_string(plan.requests), std::to_string(plan.first),
                                 std::to_string(plan.chats)};
    const char* arguments[] = {"load", "--load", texts[0].c_str(), texts[1].c_str(), texts[2].c_str(), texts[3].c_str(), texts[4].c_str(),
                               texts[5].c_str(), texts[6].c_str(), texts[7].c_str(), nullptr};
    child_ = ::fork();
    if (child_ == 0) {
      ::dup2(ends[1], STDOUT_FILENO);
      ::execv("/proc/self/exe", const_cast<char**>(arguments));
      ::_exit(127);
    }
    ::close(ends[1]);
    answer_ = ::fdopen(ends[0], "r");
  }
  void stop() const { ::kill(child_, SIGTERM); }
  LoadResult wait() {
    LoadResult r;
    long long counts[4] = {};
    if (std::fscanf(answer_, "%lld %lld %lld %lld %lf %lf %lf %lf", &counts[0], &counts[1], &counts[2], &counts[3], &r.seconds, &r.p50_ms,
                    &r.p99_ms, &r.p999_ms) != 8)
      std::fprintf(stderr, "the load gave no figures\n");
    r.answered = counts[0], r.refused = counts[1], r.least = counts[2], r.most = counts[3];
    std::fclose(answer_);
    ::waitpid(child_, nullptr, 0);
    return r;
  }

 private:
  pid_t child_ = 0;
  std::FILE* answer_ = nullptr;
};

}  // namespace laoke::bench
