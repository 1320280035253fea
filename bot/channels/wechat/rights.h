#pragma once
#include <array>
#include <atomic>
#include <cstdint>
#include <string>

#include "bot/channels/wechat/settings.h"

namespace laoke::channels::wechat {

// What an account may or may not do; WeChat grants each by itself.
enum class Right { kCustomerMessages, kMassSend, kTemplates, kNotices, kTags, kMedia };
inline constexpr std::size_t kRights = 6;

// The rights of one account: by its type, less what WeChat said it lacks. Any thread.
class Rights {
 public:
  explicit Rights(AccountType type) : type_(type) {}

  // What WeChat refused is asked again after an hour: the seller may have applied for it meanwhile.
  bool has(Right right, std::int64_t now_ms) const;
  void lost(Right right, std::int64_t now_ms);

 private:
  const AccountType type_;
  std::array<std::atomic<std::int64_t>, kRights> lost_until_ms_{};
};

// Which right is missing and what to click, in English and Chinese.
std::string missing_text(Right right);

}  // namespace laoke::channels::wechat
