// A yardstick: the bare HTTP library that answers 200 to everything, its known traps avoided (docs/performance.md).
//   bare_http PORT [threads, default 64]
#include <httplib.h>

#include <csignal>
#include <cstdio>

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "bare_http PORT [threads]\n");
    return 2;
  }
  const std::size_t threads = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 64;
  ::signal(SIGPIPE, SIG_IGN);
  httplib::Server server;
  server.new_task_queue = [threads] { return new httplib::ThreadPool(threads); };
  server.set_tcp_nodelay(true);  // off by default: every kept-alive answer would wait for a delayed acknowledgement
  server.set_keep_alive_max_count(1'000'000'000);
  server.Post(".*", [](const httplib::Request&, httplib::Response& response) { response.set_content("", "text/plain"); });
  // Its own backlog is 5: more connections at once would wait a second for their next try.
  int listener = -1;
  server.set_socket_options([&listener](int made) { listener = made; });
  if (!server.bind_to_port("127.0.0.1", std::atoi(argv[1])) || ::listen(listener, 1024) != 0) {
    std::fprintf(stderr, "bare_http: port %s is taken\n", argv[1]);
    return 1;
  }
  return server.listen_after_bind() ? 0 : 1;
}
