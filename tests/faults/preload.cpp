// libfaults.so: loaded into a node with LD_PRELOAD, stands between it and the C library. Writes and syncs of the
// database's files can fail or be held for a power loss, and the wall clock can be wrong. It allocates nothing.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "tests/faults/fault_control.h"

using namespace laoke::faults;

namespace {

constexpr int kMostFiles = 4096;
constexpr size_t kLongestWrite = 1 << 17;  // SQLite writes a page, or a frame of one

FaultControl* control = nullptr;
int log_file = -1;
std::atomic<FileKind> kinds[kMostFiles];
pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;  // guards the rest
int pending[kFileKinds];
char old_bytes[kLongestWrite];

template <class F>
F next(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

__attribute__((constructor)) void begin() {
  const char* path = getenv(kControlVariable);
  if (path == nullptr) return;
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* memory = mmap(nullptr, sizeof(FaultControl), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (memory != MAP_FAILED) control = static_cast<FaultControl*>(memory);
  if (const char* log = getenv(kWriteLogVariable)) log_file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

bool ends_with(const char* text, const char* end) {
  const size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

void note_open(int file, const char* path) {
  if (file < 0 || file >= kMostFiles) return;
  kinds[file] = ends_with(path, ".db")         ? FileKind::kDatabase
                : ends_with(path, ".db-wal")     ? FileKind::kWal
                : ends_with(path, ".db-journal") ? FileKind::kJournal
                                                 : FileKind::kNone;
}

FileKind kind_of(int file) {
  return control != nullptr && file >= 0 && file < kMostFiles ? kinds[file].load() : FileKind::kNone;
}

bool strikes(const std::atomic<int>& permille) {
  const int chance = permille;
  if (chance <= 0) return false;
  thread_local unsigned seed = static_cast<unsigned>(reinterpret_cast<uintptr_t>(&seed) ^ static_cast<uintptr_t>(getpid()));
  if (rand_r(&seed) % 1000 >= chance) return false;
  ++control->struck;
  return true;
}

void append(const void* bytes, size_t length) {
  if (write(log_file, bytes, length) != static_cast<ssize_t>(length)) abort();  // a log with holes would lie
}

ssize_t logged_write(FileKind kind, int file, const void* bytes, size_t length, off64_t offset) {
  static const auto real_write = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  static const auto real_read = next<ssize_t (*)(int, void*, size_t, off64_t)>("pread64");
  pthread_mutex_lock(&log_mutex);
  struct stat64 now {};
  fstat64(file, &now);
  const ssize_t had = real_read(file, old_bytes, length, offset);
  const WriteRecord record{kind, static_cast<int32_t>(length), static_cast<int32_t>(had > 0 ? had : 0), 0, offset, now.st_size};
  append(&record, sizeof record);
  append(old_bytes, static_cast<size_t>(record.old_bytes));
  append(bytes, length);
  ++pending[static_cast<int>(kind)];
  const ssize_t written = real_write(file, bytes, length, offset);
  pthread_mutex_unlock(&log_mutex);
  return written;
}

void logged_sync(FileKind kind) {
  pthread_mutex_lock(&log_mutex);
  const WriteRecord record{kind, -1, 0, 0, 0, 0};
  append(&record, sizeof record);
  pending[static_cast<int>(kind)] = 0;
  int left = 0;
  for (const int count : pending) left += count;
  if (left == 0 && ftruncate(log_file, 0) != 0) abort();
  pthread_mutex_unlock(&log_mutex);
}

int sync_with(const char* name, int file) {
  const FileKind kind = kind_of(file);
  if (kind != FileKind::kNone && strikes(control->sync_fails_permille)) {
    errno = control->error;
    return -1;
  }
  if (kind == FileKind::kNone || control->power_loss == 0 || log_file < 0) return next<int (*)(int)>(name)(file);
  logged_sync(kind);  // the kernel outlives the node: only the simulated disk must know
  return 0;
}

int64_t offset_ms(clockid_t id) {
  return control != nullptr && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) ? control->clock_offset_ms.load() : 0;
}

void shift(timespec& time, int64_t ms) {
  const int64_t ns = time.tv_nsec + (ms % 1000) * 1'000'000;
  const int64_t carry = ns < 0 ? -1 : ns / 1'000'000'000;
  time.tv_sec += ms / 1000 + carry;
  time.tv_nsec = ns - carry * 1'000'000'000;
}

}  // namespace

extern "C" {

int open64(const char* path, int flags, ...) {
  static const auto real = next<int (*)(const char*, int, ...)>("open64");
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  const int file = real(path, flags, mode);
  note_open(file, path);
  return file;
}

int close(int file) {
  static const auto real = next<int (*)(int)>("close");
  if (file >= 0 && file < kMostFiles) kinds[file] = FileKind::kNone;
  return real(file);
}

ssize_t pwrite64(int file, const void* bytes, size_t length, off64_t offset) {
  static const auto real = next<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  const FileKind kind = kind_of(file);
  if (kind == FileKind::kNone) return real(file, bytes, length, offset);
  if (strikes(control->write_fails_permille)) {
    // A full disk often takes a part first.
    if (control->error == ENOSPC && length > 512 && (control->struck & 1) != 0) return real(file, bytes, 512, offset);
    errno = control->error;
    return -1;
  }
  if (control->power_loss == 0 || log_file < 0 || length > kLongestWrite) return real(file, bytes, length, offset);
  return logged_write(kind, file, bytes, length, offset);
}

int fdatasync(int file) { return sync_with("fdatasync", file); }
int fsync(int file) { return sync_with("fsync", file); }

int clock_gettime(clockid_t id, timespec* time) {
  static const auto real = next<int (*)(clockid_t, timespec*)>("clock_gettime");
  const int code = real(id, time);
  if (const int64_t ms = offset_ms(id); code == 0 && ms != 0) shift(*time, ms);
  return code;
}

int gettimeofday(timeval* __restrict time, void* __restrict) {
  timespec now{};
  const int code = clock_gettime(CLOCK_REALTIME, &now);
  *time = {now.tv_sec, now.tv_nsec / 1000};
  return code;
}

time_t time(time_t* out) {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
}
