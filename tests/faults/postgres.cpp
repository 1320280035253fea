#include "tests/faults/postgres.h"

#include <cstdio>
#include <filesystem>
#include <stdexcept>

namespace laoke::faults {
namespace {

std::string output_of(const std::string& command) {
  std::FILE* const pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + command);
  std::string text;
  char buffer[512];
  while (const auto length = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, length);
  if (::pclose(pipe) != 0) throw std::runtime_error(command + ": " + text);
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

}  // namespace

PostgresServer::PostgresServer(std::string folder) : folder_(std::move(folder)) {
  namespace fs = std::filesystem;
  // The server runs as a user of its own, who must reach its folder.
  fs::permissions(fs::path(folder_).parent_path(), fs::perms(0755));
  url_ = run("start");
  url_ = url_.substr(url_.rfind("postgresql://"));
}

PostgresServer::~PostgresServer() {
  try {
    run("stop");
  } catch (const std::exception&) {
    // It is stopped already, or its folder is gone.
  }
}

std::string PostgresServer::run(const std::string& what) const {
  return output_of(std::string(LAOKE_SOURCE_DIR) + "/deploy/postgres.sh " + what + " '" + folder_ + "'");
}

void PostgresServer::restart() { run("restart"); }

void PostgresServer::cut_connections() {
  output_of("psql '" + url_ + "' -qAtc 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND usename IS NOT NULL'");
}

}  // namespace laoke::faults
