#include "tests/support/postgres_server.h"

#include <array>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace laoke::test {

PostgresServer::PostgresServer() {
  // The server's user must be able to walk into it.
  std::filesystem::permissions(dir_.path(), std::filesystem::perms::others_exec, std::filesystem::perm_options::add);
  url_ = command("start");
  while (!url_.empty() && url_.back() == '\n') url_.pop_back();
}

PostgresServer::~PostgresServer() {
  try {
    stop();
  } catch (const std::exception&) {
    // It was stopped, or its folder goes with it.
  }
}

void PostgresServer::stop() { command("stop"); }
void PostgresServer::restart() { command("restart"); }

std::string PostgresServer::command(const std::string& word) {
  const std::string line = std::string(LAOKE_SOURCE_DIR) + "/deploy/postgres.sh " + word + " '" + dir_.file("server") + "'";
  std::FILE* pipe = popen(line.c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error(line);
  std::string said;
  std::array<char, 256> part;
  while (const auto count = std::fread(part.data(), 1, part.size(), pipe)) said.append(part.data(), count);
  if (pclose(pipe) != 0) throw std::runtime_error(line + " failed");
  return said;
}

}  // namespace laoke::test
