#pragma once
#include <cstdint>
#include <string>

namespace laoke::faults {

// A real filesystem of a few megabytes over a folder, which can be filled to the last block and freed again. It is seen by
// the thread that made it, the threads and processes that one starts later, and nobody else; it goes when this goes.
class SmallDisk {
 public:
  // Why this machine lets us make none, in words; "" when it does. Mounting is for root, and containers often forbid it.
  static std::string why_not();

  // Throws where why_not() says why.
  SmallDisk(std::string folder, std::int64_t bytes);
  ~SmallDisk();
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

  // Until not one block is left; what others free meanwhile is theirs to use.
  void fill();
  void free_up();
  std::int64_t bytes_free() const;

 private:
  std::string filler() const { return folder_ + "/filler"; }

  const std::string folder_;
};

}  // namespace laoke::faults
