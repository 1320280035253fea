#include "handlers/reasons.h"

namespace laoke::reasons {
namespace {

const std::vector<Reason> kStates = {
    {"planned", "已排队", "planned"},          {"due", "即将发送", "due"},
    {"sending", "正在发送", "sending"},        {"accepted", "已发出", "sent"},
    {"delivered", "已送达", "delivered"},      {"read", "已读", "read"},
    {"deferred", "稍后再发", "waiting"},       {"dropped", "不发送", "not sent"},
    {"failed", "发送失败", "failed"},          {"cancelled", "已取消", "cancelled"},
    {"unknown", "结果不明", "outcome unknown"},
};

std::string look_up(const std::vector<Reason>& list, std::string_view code, std::string_view language) {
  for (const auto& reason : list)
    if (reason.code == code) return std::string(language.starts_with("zh") ? reason.zh : reason.en);
  return std::string(code);
}

}  // namespace

const std::vector<Reason>& all() {
  static const std::vector<Reason> list = {
      {kOptedOut, "客户已退订营销消息", "the customer opted out of marketing"},
      {kNoConsent, "客户还没有同意接收营销消息", "the customer has not agreed to marketing"},
      {kQuietHours, "客户当地正处于免打扰时段", "it is quiet hours where the customer lives"},
      {kDailyCap, "今天已经给这位客户发过营销消息", "the customer already got today's marketing message"},
      {kWeeklyCap, "最近7天给这位客户的营销消息已达上限", "the customer got this week's marketing messages"},
      {kExpired, "已过有效期，过期的消息不再发", "it came too late: the message had expired"},
      {kNoContact, "没有可以联系这位客户的聊天账号", "there is no chat to reach the customer by"},
      {kBlocked, "客户屏蔽或取消了关注", "the customer blocked the bot or left"},
      {kNotACustomer, "这是店员或已合并的记录", "this is staff or a merged record"},
      {kWindowClosed, "平台规定的回复时间窗口已过", "the platform's messaging window is over"},
      {kChannelWaits, "平台要求稍等再发", "the platform asked to wait"},
      {kChannelBroken, "聊天账号连接出错，请检查设置", "the channel is broken: check its settings"},
      {kChannelOff, "聊天账号已停用", "the channel is switched off"},
      {kContactBusy, "对同一位客户发得太快，稍等再发", "messages to this customer come too fast: it waits"},
      {kQuotaUsed, "平台的发送额度已用完", "the platform's quota is used up"},
      {kRetry, "发送没有成功，稍后重试", "sending did not work: it will be tried again"},
      {kRetriesUsedUp, "多次重试都没有成功", "it did not work in many tries"},
      {kRejected, "平台拒绝了这条消息", "the platform refused this message"},
      {kTemplateError, "模板无法生成这条消息", "the template could not make this message"},
      {kTemplateHeld, "平台暂停或停用了它用的审核模板", "the platform paused or disabled the approved template it goes by"},
      {kNoAnswer, "平台没有答复，可能已经送到", "the platform never answered: it may have arrived"},
      {kStopped, "程序停止时正在发送，可能已经送到", "the program stopped while sending: it may have arrived"},
      {kBroadcastCancelled, "群发已取消", "the broadcast was cancelled"},
      {kRuleChanged, "提醒规则已修改", "the reminder's rule was changed"},
      {kNoLongerDue, "情况已变，不再需要提醒", "things have changed: the reminder is not needed any more"},
      {kUndone, "操作已撤销", "it was undone"},
      {kLeft, "不确定有没有送到，店里决定不再发", "it is not known whether it arrived, and the shop decided to leave it"},
      {kAwaitsPerson, "已交给平台，等店员在平台上确认后才会发给客户", "the platform has it: a staff member must confirm it there before it goes out"},
      {kApprovedTemplate, "回复时间窗口已过，按平台审核过的模板发出", "the messaging window is over: sent as the platform's approved template"},
      {kOtherWay, "这个聊天账号发不到，换客户的另一个账号发", "this chat refused it: the customer's next one is tried"},
      {kReceiptFailed, "平台回报没有送达", "the platform reported that it did not arrive"},
  };
  return list;
}

std::string words(std::string_view code, std::string_view language) { return look_up(all(), code, language); }
std::string state_words(std::string_view state, std::string_view language) { return look_up(kStates, state, language); }

}  // namespace laoke::reasons
