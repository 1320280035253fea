#pragma once
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <thread>
#include <vector>

// What the benchmarks share: time, medians, a folder that goes away, the memory of this process.
namespace laoke::bench {

inline double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

// Processor time of the whole process, all threads.
inline double processor_seconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

// What this process had read from and written to its files so far, in KiB (the kernel's cache included, sockets not).
struct FileTraffic {
  double read_kib = 0, written_kib = 0;
};
inline FileTraffic file_traffic() {
  FileTraffic traffic;
  if (std::FILE* file = std::fopen("/proc/self/io", "r")) {
    unsigned long long read = 0, written = 0;
    if (std::fscanf(file, "rchar: %llu wchar: %llu", &read, &written) == 2)
      traffic = {static_cast<double>(read) / 1024, static_cast<double>(written) / 1024};
    std::fclose(file);
  }
  return traffic;
}

// Resident memory of this process in MiB.
inline double resident_mib() {
  long pages = 0, resident = 0;
  if (std::FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

// The most this process ever held, in MiB.
inline double peak_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

// The most this process held above its start, looked at while `work` runs.
inline double growth_mib(const std::function<void()>& work) {
  const double before = resident_mib();
  std::atomic<double> most = before;
  std::atomic<bool> over = false;
  std::thread watch([&] {
    for (; !over; std::this_thread::sleep_for(std::chrono::milliseconds(10))) most = std::max(most.load(), resident_mib());
  });
  work();
  over = true;
  watch.join();
  return most - before;
}

// In the temporary folder; TMPDIR says where (on a disk: in memory an fsync costs nothing).
struct Folder {
  std::filesystem::path path;
  explicit Folder(const std::string& name) {
    path = std::filesystem::temp_directory_path() / (name + "." + std::to_string(::getpid()));
    std::filesystem::create_directories(path);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string url(const std::string& file) const { return "sqlite:" + (path / file).string(); }
};

}  // namespace laoke::bench
