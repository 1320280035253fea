// A yardstick: webhooks into PostgreSQL as they are usually written, on the bare HTTP library: each request parses its
// update, borrows one of 16 connections, writes update, contact and message in a transaction of its own and is answered
// after the commit. The same tables and statements as bench/peers/grammy_postgres.mjs.
//   pool_postgres PORT SECRET URL [connections, default 16] [threads, default 128]
#include <httplib.h>
#include <libpq-fe.h>

#include <csignal>
#include <cstdio>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <vector>

namespace {

using nlohmann::json;

struct CloseServer {
  void operator()(PGconn* server) const { PQfinish(server); }
};
using Server = std::unique_ptr<PGconn, CloseServer>;
struct ClearAnswer {
  void operator()(PGresult* answer) const { PQclear(answer); }
};
using Answer = std::unique_ptr<PGresult, ClearAnswer>;

constexpr const char* kTables =
    "CREATE TABLE IF NOT EXISTS updates (update_id BIGINT PRIMARY KEY, at_ms BIGINT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS contacts (contact_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, chat_id BIGINT NOT NULL UNIQUE,"
    " name TEXT NOT NULL, username TEXT NOT NULL, language TEXT NOT NULL, last_in_ms BIGINT NOT NULL);"
    "CREATE TABLE IF NOT EXISTS messages (message_id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, contact_id BIGINT NOT NULL,"
    " platform_message_id BIGINT NOT NULL, text TEXT NOT NULL, at_ms BIGINT NOT NULL)";
constexpr const char* kInsertUpdate = "INSERT INTO updates VALUES ($1, $2) ON CONFLICT DO NOTHING";
constexpr const char* kUpsertContact =
    "INSERT INTO contacts (chat_id, name, username, language, last_in_ms) VALUES ($1, $2, $3, $4, $5) "
    "ON CONFLICT (chat_id) DO UPDATE SET name = excluded.name, username = excluded.username, language = excluded.language, "
    "last_in_ms = excluded.last_in_ms RETURNING contact_id";
constexpr const char* kInsertMessage = "INSERT INTO messages (contact_id, platform_message_id, text, at_ms) VALUES ($1, $2, $3, $4)";

void require(PGconn* server, const Answer& answer) {
  const auto status = PQresultStatus(answer.get());
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(server));
}

Answer ask(PGconn* server, const char* statement, const std::vector<std::string>& values) {
  std::vector<const char*> texts;
  for (const auto& value : values) texts.push_back(value.c_str());
  Answer answer(PQexecPrepared(server, statement, static_cast<int>(texts.size()), texts.data(), nullptr, nullptr, 0));
  require(server, answer);
  return answer;
}

void command(PGconn* server, const char* text) { require(server, Answer(PQexec(server, text))); }

Server connect(const std::string& url) {
  Server server(PQconnectdb(url.c_str()));
  if (PQstatus(server.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(server.get()));
  command(server.get(), "SET client_min_messages = warning");
  return server;
}

class Pool {
 public:
  Pool(const std::string& url, int size) {
    command(connect(url).get(), kTables);
    for (int i = 0; i < size; ++i) {
      auto server = connect(url);
      const auto prepare = [&](const char* name, const char* text) {
        require(server.get(), Answer(PQprepare(server.get(), name, text, 0, nullptr)));
      };
      prepare("update", kInsertUpdate);
      prepare("contact", kUpsertContact);
      prepare("message", kInsertMessage);
      free_.push_back(std::move(server));
    }
  }
  Server take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [this] { return !free_.empty(); });
    auto server = std::move(free_.back());
    free_.pop_back();
    return server;
  }
  void give_back(Server server) {
    {
      const std::lock_guard lock(mutex_);
      free_.push_back(std::move(server));
    }
    returned_.notify_one();
  }

 private:
  std::mutex mutex_;  // guards free_
  std::condition_variable returned_;
  std::vector<Server> free_;
};

std::int64_t now_ms() {
  using namespace std::chrono;
  return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

void write(PGconn* server, const json& update) {
  const auto text = [](const json& object, const char* key) { return object.value(key, std::string()); };
  const auto number = [](const json& object, const char* key) { return std::to_string(object.at(key).get<std::int64_t>()); };
  const std::string now = std::to_string(now_ms());
  const auto first = ask(server, "update", {number(update, "update_id"), now});
  if (std::string_view(PQcmdTuples(first.get())) == "0") return;
  const json& message = update.at("message");
  const json& from = message.at("from");
  const auto contact = ask(server, "contact", {number(message.at("chat"), "id"), text(from, "first_name") + " " + text(from, "last_name"),
                                               text(from, "username"), text(from, "language_code"), now});
  ask(server, "message", {PQgetvalue(contact.get(), 0, 0), number(message, "message_id"), text(message, "text"), number(message, "date") + "000"});
}

int take_update(Pool& pool, const std::string& body) {
  const json update = json::parse(body);
  auto server = pool.take();
  int status = 200;
  try {
    command(server.get(), "BEGIN");
    write(server.get(), update);
    command(server.get(), "COMMIT");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pool_postgres: %s\n", error.what());
    Answer(PQexec(server.get(), "ROLLBACK"));
    status = 500;
  }
  pool.give_back(std::move(server));
  return status;
}

int serve(int port, const std::string& secret, Pool& pool, std::size_t threads) {
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_tcp_nodelay(true);
  server.set_keep_alive_max_count(1'000'000'000);
  server.Post(".*", [&](const httplib::Request& request, httplib::Response& response) {
    const bool authentic = request.get_header_value("X-Telegram-Bot-Api-Secret-Token") == secret;
    response.status = authentic ? take_update(pool, request.body) : 401;
    response.set_content("", "text/plain");
  });
  int listener = -1;
  server.set_socket_options([&listener](int made) { listener = made; });
  if (!server.bind_to_port("127.0.0.1", port) || ::listen(listener, 1024) != 0) {
    std::fprintf(stderr, "pool_postgres: port %d is taken\n", port);
    return 1;
  }
  return server.listen_after_bind() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "pool_postgres PORT SECRET URL [connections] [threads]\n");
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  try {
    Pool pool(argv[3], argc > 4 ? std::atoi(argv[4]) : 16);
    return serve(std::atoi(argv[1]), argv[2], pool, argc > 5 ? std::strtoul(argv[5], nullptr, 10) : 128);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "pool_postgres: %s\n", error.what());
    return 1;
  }
}
