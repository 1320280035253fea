#include "tests/faults/batches.h"

#include <algorithm>

#include "tests/faults/books.h"

namespace laoke::faults {

void BatchBook::complain(const std::string& what) {
  if (complaints_.size() < kMostComplaints) complaints_.push_back(what);
}

void BatchBook::called(const std::string& key, const std::string& body) {
  if (key.empty()) return complain("a batch came without a key: its repeat could not be recognised");
  const auto [known, fresh] = keys_.try_emplace(key, Known{body});
  if (fresh) return;
  ++repeats_;
  if (known->second.body != body) complain("the batch " + key + " was repeated with another body");
}

void BatchBook::took(const std::string& key, const std::string& mark, const std::vector<std::int64_t>& chats) {
  if (auto& known = keys_[key]; ++known.taken > 1) complain("the batch " + key + " was taken " + std::to_string(known.taken) + " times");
  auto& members = members_[mark];
  for (const auto chat : chats) {
    const auto [place, fresh] = members.try_emplace(chat, key);
    if (fresh) continue;
    complain("chat " + std::to_string(chat) + " of broadcast " + mark + " is " +
             (place->second == key ? "twice in the batch " + key : "in the batches " + place->second + " and " + key));
  }
}

std::int64_t BatchBook::batches() const {
  return std::count_if(keys_.begin(), keys_.end(), [](const auto& entry) { return entry.second.taken > 0; });
}

}  // namespace laoke::faults
