#include "bot/data_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>

namespace laoke {

DataLock::DataLock(const std::string& folder) {
  std::error_code ignored;  // the open below says what is wrong
  if (std::filesystem::create_directories(folder, ignored))
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, ignored);
  const auto path = (std::filesystem::path(folder) / "laoke.lock").string();
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0)
    throw std::runtime_error("data folder " + folder + ": " + std::strerror(errno) +
                             "; choose another with --data-dir or give this user the right to write there");
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    char holder[32] = {};
    const auto length = ::pread(file_, holder, sizeof holder - 1, 0);
    ::close(file_);
    throw std::runtime_error("data folder " + folder + ": a laoke server is running on it" +
                             (length > 0 ? " (process " + std::string(holder, static_cast<std::size_t>(length)) + ")" : "") +
                             "; stop it first, or choose another folder with --data-dir");
  }
  const auto self = std::to_string(::getpid());
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, self.data(), self.size(), 0) < 0) {
    // The number is only for the message above; the lock itself holds.
  }
}

DataLock::~DataLock() { ::close(file_); }

}  // namespace laoke
