// The examples of a proxy stand before the server: what they refuse never arrives.
#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace {

std::string example(const std::string& name) {
  std::ifstream file(std::string(LAOKE_SOURCE_DIR) + "/deploy/" + name);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// What stands between `begin` and the next closing brace; "" when it is not there.
std::string block(const std::string& text, const std::string& begin) {
  const auto from = text.find(begin);
  return from == std::string::npos ? "" : text.substr(from, text.find('}', from) - from);
}

}  // namespace

TEST_CASE("the proxy examples let through the largest callback the server takes", "[http]") {
  CHECK_THAT(block(example("nginx.example.conf"), "location /hooks/ {"), Catch::Contains("client_max_body_size 4m;") && Catch::Contains("proxy_pass"));
  const auto caddy = example("Caddyfile.example");
  CHECK_THAT(caddy, Catch::Contains("@callbacks path /hooks/*"));
  CHECK_THAT(block(caddy, "request_body @callbacks {"), Catch::Contains("max_size 4MiB"));
  CHECK_THAT(caddy, !Catch::Contains("request_body {"));
}

TEST_CASE("the proxy examples keep the numbers inside and send the chat's events on at once", "[http]") {
  for (const char* name : {"nginx.example.conf", "Caddyfile.example"}) {
    INFO(name);
    CHECK_THAT(example(name), Catch::Contains("/metrics") && Catch::Contains("404") && Catch::Contains("/webchat/"));
  }
}
