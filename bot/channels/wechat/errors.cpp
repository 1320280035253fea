#include "bot/channels/wechat/errors.h"

#include <algorithm>
#include <iterator>

namespace laoke::channels::wechat {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr seconds kMinuteLimitWait{30}, kMassRunningWait{60};

constexpr const char* kSecretHint =
    "copy AppID and AppSecret again from 基本配置, then `laoke channel set` / 请到「基本配置」重新复制 AppID 和 AppSecret，再用 laoke channel set 更新";
constexpr const char* kAddressHint =
    "add this server's address to the IP list (基本配置 > IP白名单) / 请把本服务器的 IP 加入「基本配置 > IP白名单」";
constexpr const char* kDayHint = "the day's calls are used up, they come back at midnight in Beijing / 当天接口调用次数已用完，北京时间零点恢复";
constexpr const char* kPunishedHint =
    "WeChat restricted the account or this interface, see 通知中心 and 接口权限 in the console / 账号或接口被限制，请查看公众平台「通知中心」和「接口权限」";
constexpr const char* kTemplateHint =
    "this template id is not in the account's template library / 模板 ID 不在该账号的模板库里，请到「模板消息/订阅通知」里核对";
constexpr const char* kParameterHint =
    "a parameter of the template is missing, empty or too long / 模板参数缺失、为空或超长，请按模板的字段逐个核对";
constexpr const char* kTooLongHint = "the text is too long for WeChat / 文字超出微信的长度限制";
constexpr const char* kTagsFullHint = "the account has 100 tags already, delete some / 该账号已有 100 个标签，请先删除不用的";
constexpr const char* kTagsOfUserHint = "this follower has 20 tags already / 该粉丝已有 20 个标签";

struct ErrorRow {
  int code;
  ErrorMeaning meaning;
};
// Fact sheet §6, §8 and §9; 40007, 40013, 40125, 40200, 41004 and 40243 are of the platform's general list of return codes.
// Ascending.
constexpr ErrorRow kErrorRows[] = {
    {-1, {Reaction::kRetryLater, {}, ""}},
    {0, {Reaction::kDone, {}, ""}},
    {40001, {Reaction::kRefreshToken, {}, kSecretHint}},
    {40003, {Reaction::kGone, {}, ""}},
    {40008, {Reaction::kReject, {}, ""}},
    {40013, {Reaction::kConfig, {}, kSecretHint}},
    {40014, {Reaction::kRefreshToken, {}, ""}},
    {40031, {Reaction::kReject, {}, ""}},
    {40032, {Reaction::kReject, {}, ""}},
    {40033, {Reaction::kReject, {}, ""}},
    {40035, {Reaction::kReject, {}, ""}},
    {40037, {Reaction::kReject, {}, kTemplateHint}},
    {40125, {Reaction::kConfig, {}, kSecretHint}},
    {40130, {Reaction::kReject, {}, ""}},
    {40152, {Reaction::kReject, {}, ""}},
    {40164, {Reaction::kConfig, {}, kAddressHint}},
    {40243, {Reaction::kConfig, {}, kSecretHint}},
    {41001, {Reaction::kRefreshToken, {}, ""}},
    {41004, {Reaction::kConfig, {}, kSecretHint}},
    {42001, {Reaction::kRefreshToken, {}, ""}},
    {42007, {Reaction::kRefreshToken, {}, ""}},
    {42010, {Reaction::kRetryLater, {}, ""}},
    {43002, {Reaction::kReject, {}, ""}},
    {43004, {Reaction::kGone, {}, ""}},
    {43019, {Reaction::kGone, {}, ""}},
    // No consent to this notice is not a person who is gone: everything else may still be sent to them.
    {43101, {Reaction::kReject, {}, "the customer did not agree to this notice, or it was used up / 客户没有订阅该通知，或订阅次数已用完"}},
    {44002, {Reaction::kReject, {}, ""}},
    {44004, {Reaction::kReject, {}, ""}},
    {45002, {Reaction::kReject, {}, kTooLongHint}},
    {45009, {Reaction::kQuota, {}, kDayHint}},
    {45011, {Reaction::kThrottled, kMinuteLimitWait, ""}},
    {45015, {Reaction::kWindow, {}, ""}},
    {45028, {Reaction::kQuota, {}, "the account's mass sends are used up / 群发次数已用完"}},
    {45047, {Reaction::kWindow, {}, ""}},
    {45056, {Reaction::kReject, {}, kTagsFullHint}},
    {45057, {Reaction::kReject, {}, ""}},
    {45058, {Reaction::kReject, {}, "this tag belongs to WeChat itself / 这是微信的保留标签，不能修改"}},
    {45059, {Reaction::kReject, {}, kTagsOfUserHint}},
    {45066, {Reaction::kRetryLater, kMassRunningWait, ""}},
    {45067, {Reaction::kReject, {}, ""}},
    {45113, {Reaction::kRight, {}, kPunishedHint}},
    {45157, {Reaction::kReject, {}, "a tag of this name is there already / 标签名已存在"}},
    {45158, {Reaction::kReject, {}, "the tag's name is longer than 30 bytes / 标签名超过 30 字节"}},
    {45159, {Reaction::kReject, {}, ""}},
    {46004, {Reaction::kGone, {}, ""}},
    {47001, {Reaction::kReject, {}, ""}},
    {47003, {Reaction::kReject, {}, kParameterHint}},
    {48001, {Reaction::kRight, {}, ""}},
    {48002, {Reaction::kGone, {}, ""}},
    {48003, {Reaction::kRight, {}, "open 群发功能 in the console once and agree to its terms / 请先在公众平台打开一次「群发功能」并同意协议"}},
    {48004, {Reaction::kRight, {}, kPunishedHint}},
    {48006, {Reaction::kQuota, {}, kDayHint}},
    {48008, {Reaction::kRight, {}, kPunishedHint}},
    {49003, {Reaction::kReject, {}, "this openid belongs to another account / 该 OpenID 不属于这个公众号"}},
    {50001, {Reaction::kRight, {}, kPunishedHint}},
    {50002, {Reaction::kConfig, {}, kPunishedHint}},
    {50005, {Reaction::kGone, {}, ""}},
    {89504, {Reaction::kRight, {}, "an administrator must confirm in the console / 需要管理员在公众平台确认"}},
    {89505, {Reaction::kRight, {}, "an administrator must confirm in the console / 需要管理员在公众平台确认"}},
    {9500001, {Reaction::kRetryLater, {}, ""}},
    {9500002, {Reaction::kRetryLater, {}, ""}},
};
static_assert(std::is_sorted(std::begin(kErrorRows), std::end(kErrorRows),
                             [](const ErrorRow& a, const ErrorRow& b) { return a.code < b.code; }));

}  // namespace

ErrorMeaning meaning_of(int errcode) {
  const auto* const found = std::lower_bound(std::begin(kErrorRows), std::end(kErrorRows), errcode,
                                             [](const ErrorRow& row, int code) { return row.code < code; });
  if (found == std::end(kErrorRows) || found->code != errcode) return {};
  return found->meaning;
}

SendStatus status_of(Reaction reaction) {
  switch (reaction) {
    case Reaction::kDone: return SendStatus::kAccepted;
    case Reaction::kRefreshToken:
    case Reaction::kRetryLater: return SendStatus::kRetryLater;
    case Reaction::kThrottled: return SendStatus::kThrottled;
    case Reaction::kQuota: return SendStatus::kQuotaUsed;
    case Reaction::kWindow: return SendStatus::kWindowClosed;
    case Reaction::kGone: return SendStatus::kContactGone;
    case Reaction::kConfig: return SendStatus::kBadConfig;
    case Reaction::kRight:
    case Reaction::kReject: return SendStatus::kRejected;
  }
  return SendStatus::kRejected;
}

milliseconds until_beijing_midnight(std::int64_t now_ms) {
  constexpr std::int64_t kDayMs = 86'400'000, kBeijingMs = 8 * 3'600'000;
  return milliseconds(kDayMs - (now_ms + kBeijingMs) % kDayMs);
}

}  // namespace laoke::channels::wechat
