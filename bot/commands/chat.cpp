#include "bot/commands/chat.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <charconv>
#include <condition_variable>
#include <iostream>
#include <mutex>
#include <vector>

#include "bot/clock.h"
#include "bot/commands/chat_screen.h"
#include "handlers/text.h"
#include "storage/database_file.h"

namespace laoke::commands {
namespace {

using channels::WebchatClient;
using channels::WebchatSaid;
using std::chrono::milliseconds;

// Lines of one paste reach a terminal together; nobody types a second line so soon.
constexpr milliseconds kSamePaste{40};

// Lines of a file descriptor, with a look ahead in time that std::getline does not have.
class Lines {
 public:
  explicit Lines(int input) : input_(input) {}

  std::optional<std::string> next(milliseconds wait = milliseconds(-1)) {
    while (true) {
      if (const std::size_t end = buffer_.find('\n'); end != std::string::npos) return take(end, end + 1);
      if (ended_) return buffer_.empty() ? std::nullopt : std::optional(take(buffer_.size(), buffer_.size()));
      pollfd one{input_, POLLIN, 0};
      if (::poll(&one, 1, static_cast<int>(wait.count())) == 0) return std::nullopt;
      char bytes[4096];
      const ssize_t got = ::read(input_, bytes, sizeof bytes);
      if (got > 0)
        buffer_.append(bytes, static_cast<std::size_t>(got));
      else
        ended_ = true;
    }
  }

 private:
  std::string take(std::size_t size, std::size_t upto) {
    std::string line = buffer_.substr(0, size);
    buffer_.erase(0, upto);
    if (line.ends_with('\r')) line.pop_back();
    return line;
  }
  const int input_;
  std::string buffer_;
  bool ended_ = false;
};

class Chat {
 public:
  Chat(const ChatSetup& setup, std::ostream& out)
      : setup_(setup), chinese_(setup.language.starts_with("zh")), screen_(out, setup.terminal, setup.columns, chinese_) {}

  int run() {
    Lines lines(setup_.input);
    become(setup_.as);
    if (setup_.terminal) screen_.note(say("直接输入文字聊天；数字键按按钮；/as 名字 换人，/as seller 回到店主，/phone 号码 分享电话，/quit 退出",
                                          "Type to talk; a number presses a button; /as NAME speaks as somebody else, /as seller as the "
                                          "seller again; /phone NUMBER shares a phone; /quit leaves"));
    wait_for_server();
    if (!setup_.first_message.empty() && contact_ == kSellerContact) deliver([&] { return client_->say(setup_.first_message); });
    while (auto line = lines.next()) {
      int rows = 1;
      while (setup_.terminal) {
        const auto more = lines.next(kSamePaste);
        if (!more) break;
        *line += "\n" + *more;
        ++rows;
      }
      screen_.entered(rows);
      if (!obey(std::string(trim(*line)))) break;
      screen_.prompt(contact_);
    }
    client_.reset();
    const std::lock_guard lock(mutex_);
    return reached_ ? 0 : 1;
  }

 private:
  std::string say(const char* zh, const char* en) const { return chinese_ ? zh : en; }

  // False: the person leaves.
  bool obey(const std::string& line) {
    if (line.empty()) return true;
    if (line == "/quit" || line == "/exit") return false;
    if (line.starts_with("/as ")) {
      become(std::string(trim(line.substr(4))));
      return true;
    }
    if (line.starts_with("/phone ")) return deliver([&] { return client_->share_phone(std::string(trim(line.substr(7)))); });
    std::size_t number = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), number);
    if (error == std::errc{} && end == line.data() + line.size())
      if (const auto choice = screen_.choice(number); choice && !choice->button.data.empty())
        return deliver([&] { return client_->press(choice->button.data, choice->message_id); });
    return deliver([&] { return client_->say(line); });
  }

  template <class Post>
  bool deliver(Post post) {
    std::uint64_t before;
    {
      const std::lock_guard lock(mutex_);
      before = heard_;
    }
    const std::string problem = post();
    if (!problem.empty()) screen_.note(say("没有送达：", "not delivered: ") + problem);
    if (problem.empty() && !setup_.terminal) wait_for_answer(before);
    return true;
  }

  void become(const std::string& who) {
    client_.reset();  // its callbacks are over from here on
    constexpr std::string_view kCustomer = "customer:";
    contact_ = who.starts_with(kCustomer) ? who.substr(kCustomer.size()) : who;
    if (contact_.empty()) contact_ = kSellerContact;
    client_ = std::make_unique<WebchatClient>(
        setup_.server, contact_, [this](const WebchatSaid& said) { hear(said); },
        [this](WebchatClient::State state) { connected(state); });
    screen_.prompt(contact_);
  }

  // On the stream's thread; so is connected().
  void hear(const WebchatSaid& said) {
    screen_.said(said);
    {
      const std::lock_guard lock(mutex_);
      ++heard_;
      heard_at_ = std::chrono::steady_clock::now();
    }
    news_.notify_all();
  }

  void connected(WebchatClient::State state) {
    bool tell;
    {
      const std::lock_guard lock(mutex_);
      reached_ = reached_ || state == WebchatClient::State::kConnected;
      tell = !state_ || *state_ != state;
      state_ = state;
    }
    news_.notify_all();
    if (!tell) return;
    if (state == WebchatClient::State::kUnreachable)
      screen_.note(say("连不上 ", "no server at ") + setup_.server.url +
                   say("，正在重试；请先运行 laoke serve 或 deploy/run.sh", "; trying again. Start it with `laoke serve` or deploy/run.sh"));
    if (state == WebchatClient::State::kRefused)
      screen_.note(say("服务器还不认识这个聊天渠道，正在重试", "the server does not know this chat channel yet; trying again"));
  }

  void wait_for_server() {
    std::unique_lock lock(mutex_);
    news_.wait_for(lock, setup_.patience, [this] { return reached_; });
  }

  // Without a terminal the lines come at once: each waits for its answer, so that the order on paper makes sense.
  void wait_for_answer(std::uint64_t before) {
    std::unique_lock lock(mutex_);
    const auto deadline = std::chrono::steady_clock::now() + setup_.patience;
    if (!news_.wait_until(lock, deadline, [&] { return heard_ > before; })) return;
    while (std::chrono::steady_clock::now() < heard_at_ + setup_.quiet) news_.wait_until(lock, heard_at_ + setup_.quiet);
  }

  const ChatSetup& setup_;
  const bool chinese_;
  ChatScreen screen_;
  std::string contact_;
  std::mutex mutex_;  // guards the next five
  std::condition_variable news_;
  bool reached_ = false;
  std::optional<WebchatClient::State> state_;
  std::uint64_t heard_ = 0;
  std::chrono::steady_clock::time_point heard_at_{};
  std::unique_ptr<WebchatClient> client_;
};

}  // namespace

int chat(const ChatSetup& setup, std::ostream& out) { return Chat(setup, out).run(); }

int run_chat(const Config& config, const std::string& as) {
  const auto file = storage::sqlite_file_of(config.database);
  if (file && !storage::schema_version_of_file(*file))
    throw std::runtime_error(config.language == "zh-CN" ? "还没有店铺（" + *file + "）；请先运行 `laoke serve`"
                                                        : "there is no shop in " + *file + " yet; run `laoke serve` first");
  ChatSetup setup = [&] {
    storage::DatabaseOptions options;
    options.url = config.database;
    options.migrate = false;
    options.readers = 1;
    const auto database = storage::open_database(options);
    return prepare_chat(*database, config, as, SystemClock().now_ms());
  }();
  setup.input = STDIN_FILENO;
  setup.terminal = ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) setup.columns = size.ws_col;
  return chat(setup, std::cout);
}

}  // namespace laoke::commands
