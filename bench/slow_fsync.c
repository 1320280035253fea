/* A slower disk for any program: every fsync and fdatasync takes BENCH_FSYNC_US microseconds more (default 2000).
 *   LD_PRELOAD=build/bench/bench/libslow_fsync.so BENCH_FSYNC_US=2000 program */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void wait_more(void) {
  const char *set = getenv("BENCH_FSYNC_US");
  const long us = set != NULL ? strtol(set, NULL, 10) : 2000;
  const struct timespec time = {us / 1000000, us % 1000000 * 1000};
  nanosleep(&time, NULL);
}

int fsync(int file) {
  wait_more();
  return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
  wait_more();
  return (int)syscall(SYS_fdatasync, file);
}
