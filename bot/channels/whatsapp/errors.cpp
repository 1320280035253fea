#include "bot/channels/whatsapp/errors.h"

#include "handlers/text.h"

namespace laoke::channels::whatsapp {
namespace {

using nlohmann::json;

constexpr std::size_t kMostWords = 300;

struct Known {
  int from, to;  // both included
  Meaning meaning;
};

constexpr Meaning kToken{
    SendStatus::kBadConfig, Wait::kNone,
    "访问口令无效或已过期：Meta 商务设置 > 用户 > 系统用户 > 生成新口令（永不过期），再执行 laoke channel set 渠道名 "
    "token=新口令",
    "the token is invalid or expired: Meta Business settings > Users > System users > Generate new token "
    "(never expires), then laoke channel set NAME token=NEW"};
constexpr Meaning kPermission{
    SendStatus::kBadConfig, Wait::kNone,
    "口令缺少权限：商务设置 > 系统用户 > 生成新口令时勾选 whatsapp_business_messaging 和 "
    "whatsapp_business_management，并把 WhatsApp 账号分配给该系统用户",
    "the token lacks a right: Business settings > System users > Generate new token with "
    "whatsapp_business_messaging and whatsapp_business_management, and assign the WhatsApp account to the user"};
constexpr Meaning kLater{SendStatus::kRetryLater, Wait::kNone, "", ""};
constexpr Meaning kCalls{SendStatus::kThrottled, Wait::kMinutes, "", ""};
constexpr Meaning kFast{SendStatus::kThrottled, Wait::kSeconds, "", ""};
constexpr Meaning kNever{SendStatus::kRejected, Wait::kNone, "", ""};
constexpr Meaning kLocked{
    SendStatus::kBadConfig, Wait::kNone,
    "WhatsApp 账号被限制：打开 Meta 商务支持主页 business.facebook.com/business-support-home 查看并申诉",
    "the WhatsApp account is restricted: see and appeal at business.facebook.com/business-support-home"};
constexpr Meaning kUnregistered{
    SendStatus::kBadConfig, Wait::kNone, "号码未注册到 Cloud API：WhatsApp 管理工具 > 电话号码 > 注册",
    "the number is not registered with the Cloud API: WhatsApp Manager > Phone numbers > register it"};
constexpr Meaning kNumberGone{
    SendStatus::kBadConfig, Wait::kNone,
    "找不到这个号码：核对 phone_number_id（Meta 应用 > WhatsApp > API 设置），并确认口令有权使用它",
    "the number is not there: compare phone_number_id (Meta app > WhatsApp > API Setup) and see that the "
    "token may use it"};
constexpr Meaning kTemplateParts{
    SendStatus::kRejected, Wait::kNone, "模板参数的个数或格式与审核通过的模板不符：WhatsApp 管理工具 > 消息模板 里核对",
    "number or form of the parameters differs from the approved template: compare in WhatsApp Manager > "
    "Message templates"};
// These two are the same for everybody the template goes to: nothing is lost by waiting until a person has seen to it.
constexpr Meaning kTemplateMissing{
    SendStatus::kRetryLater, Wait::kHours,
    "没有这个名称和语言的已审核模板：WhatsApp 管理工具 > 消息模板 里新建，或核对名称与语言",
    "there is no approved template of this name and language: create it in WhatsApp Manager > Message "
    "templates, or compare name and language"};
constexpr Meaning kTemplateRefused{SendStatus::kRejected, Wait::kNone,
                                   "模板文字过长或违反政策：在 WhatsApp 管理工具里修改",
                                   "the template's text is too long or against policy: change it in WhatsApp Manager"};
constexpr Meaning kTemplateHeld{SendStatus::kRetryLater, Wait::kHours,
                                "模板因质量低被暂停：在 WhatsApp 管理工具里改进它",
                                "the template is paused for low quality: improve it in WhatsApp Manager"};
constexpr Meaning kTemplateDead{SendStatus::kRetryLater, Wait::kHours, "模板已被停用，请换一个模板",
                                "the template is disabled for good: use another one"};
constexpr Meaning kNotListed{
    SendStatus::kRejected, Wait::kNone,
    "测试号码只能发给已登记的手机：Meta 应用 > WhatsApp > API 设置 > 收件人，添加这个号码",
    "a test number reaches listed phones only: Meta app > WhatsApp > API Setup > To, add this phone"};
constexpr Meaning kUnpaid{
    SendStatus::kBadConfig, Wait::kNone, "付款方式有问题：商务设置 > 账单与付款，为 WhatsApp 账号添加付款方式",
    "a payment problem: Business settings > Billing & payments, add a payment method for the WhatsApp account"};
constexpr Meaning kOut{SendStatus::kRejected, Wait::kNone, "客户在 WhatsApp 里停止了营销消息",
                       "the customer stopped marketing messages in WhatsApp"};
constexpr Meaning kWithheld{
    SendStatus::kRejected, Wait::kNone, "Meta 限制了发给这位客户的营销消息，24 小时内不要再发",
    "Meta withholds marketing from this customer for now: do not send it again within 24 hours"};
constexpr Meaning kSpam{
    SendStatus::kQuotaUsed, Wait::kHours, "号码质量低，WhatsApp 暂时限制发送：在 WhatsApp 管理工具查看质量评分",
    "the number's quality is low and WhatsApp limits it for now: see the rating in WhatsApp Manager"};
constexpr Meaning kNeedsPhone{SendStatus::kRejected, Wait::kNone, "这类消息只能发给手机号，而这位客户没有公开手机号",
                              "this kind of message needs a phone number, and the customer shows none"};

// https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/, March to July 2026; section 7 of the
// facts names those that are known from use alone. error_subcode is gone: the code alone decides.
constexpr Known kKnown[] = {
    {0, 0, kToken},
    {1, 2, kLater},
    {3, 3, kPermission},
    {4, 4, kCalls},
    {10, 10, kPermission},
    {33, 33, kNumberGone},
    {100, 100, kNever},
    {190, 190, kToken},
    {200, 299, kPermission},
    {368, 368, kLocked},
    {613, 613, kFast},
    {80007, 80007, kCalls},
    {130429, 130429, kFast},
    {130472, 130472, kNever},
    {131000, 131000, kLater},
    {131008, 131009, kNever},
    {131016, 131016, kLater},
    {131021, 131021, kNever},
    {131026, 131026, kNever},
    {131030, 131030, kNotListed},
    {131031, 131031, kLocked},
    {131042, 131042, kUnpaid},
    {131045, 131045, kUnregistered},
    {131047, 131047, {SendStatus::kWindowClosed, Wait::kNone, "", ""}},
    {131048, 131048, kSpam},
    {131049, 131049, kWithheld},
    {131050, 131050, kOut},
    {131051, 131053, kNever},
    {131056, 131056, {SendStatus::kContactBusy, Wait::kContact, "", ""}},
    {131062, 131062, kNeedsPhone},
    {132000, 132000, kTemplateParts},
    {132001, 132001, kTemplateMissing},
    {132005, 132007, kTemplateRefused},
    {132012, 132012, kTemplateParts},
    {132015, 132015, kTemplateHeld},
    {132016, 132016, kTemplateDead},
    {132018, 132018, kTemplateParts},
    {133010, 133010, kUnregistered},
    {133016, 133016, {SendStatus::kRetryLater, Wait::kHours, "", ""}},
};

std::string text_in(const json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (!object.is_object() || found == object.end() || !found->is_string()) return "";
  return shorten(found->get<std::string>(), kMostWords);
}

}  // namespace

Meaning meaning_of_http(int http_status) {
  if (http_status == 401) return kToken;
  if (http_status == 403) return kPermission;
  if (http_status == 429) return kFast;
  if (http_status >= 500)
    return {SendStatus::kUnknown, Wait::kNone, "", ""};  // it may have been taken before the failure
  if (http_status == 404 || (http_status >= 300 && http_status < 400))
    return {SendStatus::kBadConfig, Wait::kNone, "这不是 Graph API：核对 graph_base 和 graph_version",
            "this is not the Graph API: compare graph_base and graph_version"};
  if (http_status >= 400) return kNever;
  return {SendStatus::kUnknown, Wait::kNone, "", ""};
}

Meaning meaning_of(const Error& error, int http_status) {
  // Graph says code 100 both for a wrong parameter and for a number the token does not see.
  if (error.code == kNoSuchThing && error.message.find("does not exist") != std::string::npos) return kNumberGone;
  for (const Known& known : kKnown)
    if (error.code >= known.from && error.code <= known.to) return known.meaning;
  if (http_status >= 500) return kLater;  // an error object means that nothing was sent
  return http_status == 0 ? kNever : meaning_of_http(http_status >= 400 ? http_status : 400);
}

std::string told(const Error& error, const Meaning& meaning) {
  std::string text = error.code < 0 ? "error" : std::to_string(error.code);
  if (!error.message.empty()) text += " " + error.message;
  if (!error.details.empty() && error.details != error.message) text += " (" + error.details + ")";
  if (*meaning.zh) text += "; " + std::string(meaning.zh) + " / " + meaning.en;
  return text;
}

Error error_from(const json& object) {
  Error error;
  if (!object.is_object()) return error;
  const auto code = object.find("code");
  if (code != object.end() && code->is_number_integer()) {
    const auto number = code->get<std::int64_t>();
    if (number >= 0 && number <= 100'000'000) error.code = static_cast<int>(number);
  }
  error.message = text_in(object, "message");
  if (error.message.empty()) error.message = text_in(object, "title");
  if (const auto data = object.find("error_data"); data != object.end()) error.details = text_in(*data, "details");
  return error;
}

bool media_failed(int code) {
  return code == 131052 || code == 131053;
}

}  // namespace laoke::channels::whatsapp
