#include "tests/faults/small_disk.h"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <vector>

namespace laoke::faults {
namespace {

constexpr std::size_t kBlock = 64 * 1024, kLastBlock = 512;

std::string failed(const char* what) { return std::string(what) + ": " + std::strerror(errno); }

// "" or why not. Mounts of this thread are nobody else's from then on.
std::string be_alone() {
  if (::geteuid() != 0) return "mounting a small filesystem needs root";
  if (::unshare(CLONE_NEWNS) != 0) return failed("a mount namespace of its own is not permitted");
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return failed("mounts cannot be made private");
  return "";
}

std::string mount_over(const std::string& folder, std::int64_t bytes) {
  const std::string options = "mode=0755,size=" + std::to_string(bytes);
  return ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) == 0 ? "" : failed("mounting a small filesystem is not permitted");
}

}  // namespace

std::string SmallDisk::why_not() {
  if (auto why = be_alone(); !why.empty()) return why;
  std::string folder = (std::filesystem::temp_directory_path() / "laoke-small-disk.XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return failed("there is no temporary folder");
  auto why = mount_over(folder, 1 << 20);
  if (why.empty()) ::umount2(folder.c_str(), MNT_DETACH);
  ::rmdir(folder.c_str());
  return why;
}

SmallDisk::SmallDisk(std::string folder, std::int64_t bytes) : folder_(std::move(folder)) {
  auto why = be_alone();
  if (why.empty()) why = mount_over(folder_, bytes);
  if (!why.empty()) throw std::runtime_error(why);
}

SmallDisk::~SmallDisk() { ::umount2(folder_.c_str(), MNT_DETACH); }

void SmallDisk::fill() {
  const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (file < 0 && errno == ENOSPC) return;  // it is full already
  if (file < 0) throw std::runtime_error(failed("the filler cannot be made"));
  const std::vector<char> bytes(kBlock, 'f');
  for (std::size_t block = kBlock; block >= kLastBlock;)
    if (::write(file, bytes.data(), block) < static_cast<ssize_t>(block)) block /= 2;
  ::close(file);
}

void SmallDisk::free_up() { ::unlink(filler().c_str()); }

std::int64_t SmallDisk::bytes_free() const {
  struct statvfs now {};
  if (::statvfs(folder_.c_str(), &now) != 0) throw std::runtime_error(failed("the small filesystem is gone"));
  return static_cast<std::int64_t>(now.f_bavail) * static_cast<std::int64_t>(now.f_frsize);
}

}  // namespace laoke::faults
