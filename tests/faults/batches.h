#pragma once
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace laoke::faults {

// The calls that carried one message to many, as the platform saw them. A call that is made again because its answer was
// lost must be the same to the letter, or the platform's recognising its key would hide somebody: every call of a key has
// one body, nobody is in it twice, and nobody is in two batches of one broadcast that were both taken.
class BatchBook {
 public:
  // A call came in, whatever becomes of it. `body` is what the platform was sent.
  void called(const std::string& key, const std::string& body);
  // The platform took the batch of this key.
  void took(const std::string& key, const std::string& mark, const std::vector<std::int64_t>& chats);

  std::int64_t batches() const;  // that were taken
  std::int64_t repeats() const { return repeats_; }  // calls of a key that had been called before
  const std::vector<std::string>& complaints() const { return complaints_; }

 private:
  struct Known {
    std::string body;
    int taken = 0;
  };
  void complain(const std::string& what);

  std::map<std::string, Known> keys_;
  std::map<std::string, std::map<std::int64_t, std::string>> members_;  // by mark and chat: the key they were taken under
  std::int64_t repeats_ = 0;
  std::vector<std::string> complaints_;
};

}  // namespace laoke::faults
