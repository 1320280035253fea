#include "bot/channels/wechat/rights.h"

namespace laoke::channels::wechat {
namespace {

constexpr std::int64_t kAskAgainMs = 3'600'000;

struct RightRow {
  Right right;
  bool service, subscription, unverified;  // fact sheet §1
  const char* text;
};
constexpr RightRow kRightRows[] = {
    {Right::kCustomerMessages, true, true, false,
     "this account may not send customer-service messages: have it verified (设置与开发 > 公众号设置 > 微信认证) and switch on 客服消息 under "
     "接口权限, or set account_type to unverified and answer within the reply only / 该账号没有客服消息权限：请先完成微信认证并在「接口权限」开通客服消息，"
     "或把 account_type 设为 unverified（只能被动回复）"},
    {Right::kMassSend, true, false, false,
     "this account may not send to a list of followers: only verified service accounts may (接口权限 > 群发接口); set account_type to "
     "subscription to stop trying / 该账号没有按 OpenID 群发的权限：仅认证的服务号可用（接口权限 > 群发接口）；不是服务号请把 account_type 设为 subscription"},
    {Right::kTemplates, true, false, false,
     "this account may not send template messages: apply under 广告与服务 > 模板消息 / 该账号没有模板消息权限：请在「广告与服务 > 模板消息」申请开通"},
    {Right::kNotices, true, false, false,
     "this account may not send subscription notices: apply under 广告与服务 > 订阅通知 / 该账号没有订阅通知权限：请在「广告与服务 > 订阅通知」申请开通"},
    {Right::kTags, true, true, false,
     "this account may not manage tags: have it verified, then see 接口权限 > 用户管理 / 该账号没有用户标签权限：请完成微信认证并查看「接口权限 > 用户管理」"},
    {Right::kMedia, true, true, false,
     "this account may not upload pictures: have it verified, then see 接口权限 > 素材管理 / 该账号没有上传素材的权限：请完成微信认证并查看「接口权限 > 素材管理」"},
};

const RightRow& row_of(Right right) {
  return kRightRows[static_cast<std::size_t>(right)];
}

}  // namespace

bool Rights::has(Right right, std::int64_t now_ms) const {
  const RightRow& row = row_of(right);
  const bool granted = type_ == AccountType::kService        ? row.service
                       : type_ == AccountType::kSubscription ? row.subscription
                                                             : row.unverified;
  return granted && now_ms >= lost_until_ms_[static_cast<std::size_t>(right)];
}

void Rights::lost(Right right, std::int64_t now_ms) {
  lost_until_ms_[static_cast<std::size_t>(right)] = now_ms + kAskAgainMs;
}

std::string missing_text(Right right) {
  return row_of(right).text;
}

}  // namespace laoke::channels::wechat
