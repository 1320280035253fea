#include "handlers/segment/fields.h"

#include <algorithm>

#include "handlers/text.h"
#include "handlers/traditional.h"

namespace laoke {
namespace {

using F = storage::SegmentField;
using V = SegmentValueKind;

// In the order help shows them.
const std::vector<SegmentFieldSpec>& fields() {
  static const std::vector<SegmentFieldSpec> table = {
      {F::kTag, V::kName, false, "tag", "标签", {"tags"}, "tag:VIP", "标签:油性皮肤"},
      {F::kGroup, V::kName, false, "group", "标签组", {"tag_group", "分组", "组"}, "group:skin", "标签组:肤质"},
      {F::kStage, V::kStage, false, "stage", "阶段", {}, "stage:regular", "阶段:老客"},
      {F::kGrade, V::kName, false, "grade", "等级", {"级别"}, "grade:A", "等级:A"},
      {F::kLastOrder, V::kTime, true, "last_order", "末单", {"lastorder", "最近下单", "上次下单", "最后下单"}, "last_order<30d", "末单<30天"},
      {F::kFirstOrder, V::kTime, true, "first_order", "首单", {"firstorder", "首次下单", "第一次下单"}, "first_order:this-month", "首单:本月"},
      {F::kOrders, V::kCount, true, "orders", "订单数", {"order_count", "单数", "下单次数"}, "orders>=3", "订单数>=3"},
      {F::kSpent, V::kMoney, true, "spent", "消费", {"total", "消费额", "消费金额", "累计消费", "累积消费", "花费"}, "spent>=500", "消费>=500"},
      {F::kBought, V::kName, false, "bought", "买过", {"购买", "购买过", "买"}, "bought:soap", "买过:面膜"},
      {F::kOrderState, V::kOrderState, false, "order", "订单", {"order_state", "订单状态"}, "order:placed", "订单:待付款"},
      {F::kCity, V::kText, false, "city", "城市", {"县市"}, "city:Hangzhou", "城市:杭州"},
      {F::kRegion, V::kText, false, "region", "地区", {"province", "state", "省", "省份", "区域"}, "region:Zhejiang", "地区:浙江"},
      {F::kBirthday, V::kBirthday, true, "birthday", "生日", {"bday"}, "birthday:this-month", "生日:本月"},
      {F::kCreated, V::kTime, true, "created", "建档", {"since", "创建", "建立", "添加", "加入"}, "created<7d", "建档<7天"},
      {F::kLastIn, V::kTime, true, "last_in", "来信", {"lastin", "最近来信", "最近消息", "上次来信", "来讯", "最近来讯"}, "last_in>14d", "来信>14天"},
      {F::kNoReply, V::kAge, true, "no_reply", "未回复", {"noreply", "没回", "未回", "没回复", "未回覆", "没回覆"}, "no_reply>14d", "未回复>14天"},
      {F::kOptedOut, V::kYesNo, false, "opted_out", "退订", {"optedout", "已退订", "取消订阅"}, "opted_out:no", "退订:否"},
      {F::kOwner, V::kName, false, "owner", "负责人", {"staff", "归属"}, "owner:Mei", "负责人:小美"},
      {F::kLanguage, V::kName, false, "language", "语言", {"lang"}, "language:en", "语言:en"},
      {F::kChannel, V::kChannel, false, "channel", "渠道", {"平台", "通路"}, "channel:telegram", "渠道:微信"},
      {F::kSource, V::kName, false, "source", "来源", {}, "source:fair", "来源:展会"},
      {F::kName, V::kText, false, "name", "姓名", {"名字", "名称"}, "name:Li", "姓名:李"},
      {F::kPhone, V::kPhone, false, "phone", "电话", {"mobile", "手机", "手机号"}, "phone:138", "电话:138"},
      {F::kEmail, V::kText, false, "email", "邮箱", {"mail", "邮件", "电子邮件", "信箱"}, "email:example.com", "邮箱:qq.com"},
      {F::kReferrer, V::kName, false, "referrer", "推荐人", {"介绍人"}, "referrer:Anna", "推荐人:张三"},
      {F::kAttribute, V::kAttribute, true, "attr", "属性", {"attribute"}, "attr.skin:dry", "属性.肤质:干性"},
      {F::kHas, V::kThing, false, "has", "有", {"no", "无", "没有"}, "has:phone", "有:电话"},
  };
  return table;
}

std::string key_of(std::string_view name) {
  std::string key = word_key(name);
  std::replace(key.begin(), key.end(), '-', '_');
  return key;
}

bool holds(const std::vector<std::string_view>& names, std::string_view key) {
  return std::find(names.begin(), names.end(), key) != names.end();
}

void add(Said& list, std::string_view en, std::string_view zh) {
  list.en += (list.en.empty() ? "" : ", ") + std::string(en);
  list.zh += (list.zh.empty() ? "" : "、") + std::string(zh);
}

Said nearest_of(std::string_view typed, const std::vector<std::string_view>& candidates) {
  const auto found = nearest(simplified(typed), candidates);
  return found.empty() ? Said{} : Said{found.front(), found.front()};
}

}  // namespace

std::span<const SegmentFieldSpec> segment_fields() { return fields(); }

const SegmentFieldSpec& segment_field(storage::SegmentField field) {
  return *std::find_if(fields().begin(), fields().end(), [&](const auto& spec) { return spec.field == field; });
}

const SegmentFieldSpec* find_segment_field(std::string_view name) {
  const std::string key = key_of(name);
  for (const SegmentFieldSpec& spec : fields())
    if (key == spec.en || key == spec.zh || holds(spec.other_names, key)) return &spec;
  return nullptr;
}

bool is_segment_no(std::string_view name) {
  const std::string key = key_of(name);
  return key == "no" || key == "无" || key == "没有";
}

std::span<const SegmentWord> segment_order_states() {
  static const std::vector<SegmentWord> words = {
      {"enquiry", "咨询", {"inquiry", "询价", "询单"}},
      {"placed", "待付款", {"unpaid", "已下单", "下单", "未付款"}},
      {"paid", "已付款", {"付款", "待发货"}},
      {"shipped", "已发货", {"发货", "已出货", "出货"}},
      {"delivered", "已送达", {"已签收", "签收", "送达", "已取货"}},
      {"completed", "已完成", {"完成", "complete"}},
      {"cancelled", "已取消", {"canceled", "取消"}},
      {"refunded", "已退款", {"退款"}},
  };
  return words;
}

std::span<const SegmentWord> segment_channel_kinds() {
  static const std::vector<SegmentWord> words = {
      {"wechat", "微信", {"公众号"}},   {"wecom", "企业微信", {"企微"}},
      {"telegram", "电报", {"tg"}},     {"whatsapp", "whatsapp", {"wa"}},
      {"line", "line", {}},             {"messenger", "messenger", {"facebook"}},
      {"instagram", "instagram", {"ig"}}, {"webchat", "网页", {"web"}},
  };
  return words;
}

std::span<const SegmentWord> segment_stages() {
  static const std::vector<SegmentWord> words = {
      {"lead", "潜客", {}},  {"new", "新客", {}},           {"regular", "老客", {}}, {"loyal", "忠诚客", {}},
      {"fan", "粉丝", {}},   {"distributor", "分销商", {}}, {"lost", "流失", {}},
  };
  return words;
}

std::span<const SegmentWord> segment_things() {
  static const std::vector<SegmentWord> words = {
      {"phone", "电话", {"mobile", "手机", "手机号"}},
      {"birthday", "生日", {}},
      {"order", "订单", {"orders", "下单", "last_order", "末单"}},
      {"address", "地址", {"addresses"}},
      {"tag", "标签", {"tags"}},
      {"email", "邮箱", {"mail", "邮件", "电子邮件", "信箱"}},
      {"owner", "负责人", {"归属"}},
      {"note", "备注", {"notes"}},
      {"contact", "联系方式", {"contacts", "渠道", "channel"}},
      {"referrer", "推荐人", {"介绍人"}},
  };
  return words;
}

const SegmentWord* find_segment_word(std::span<const SegmentWord> words, std::string_view name) {
  const std::string key = key_of(name);
  for (const SegmentWord& word : words)
    if (key == word.code || key == word.zh || holds(word.other_names, key)) return &word;
  return nullptr;
}

Said segment_field_names() {
  Said list;
  for (const SegmentFieldSpec& spec : fields()) {
    const bool attribute = spec.field == F::kAttribute;
    add(list, attribute ? "attr.NAME" : spec.en, attribute ? "属性.名称" : spec.zh);
  }
  add(list, "no", "无");
  return list;
}

Said segment_word_names(std::span<const SegmentWord> words) {
  Said list;
  for (const SegmentWord& word : words) add(list, word.code, word.zh);
  return list;
}

Said nearest_segment_field(std::string_view typed) {
  std::vector<std::string_view> candidates;
  for (const SegmentFieldSpec& spec : fields()) {
    candidates.insert(candidates.end(), {spec.en, spec.zh});
    candidates.insert(candidates.end(), spec.other_names.begin(), spec.other_names.end());
  }
  return nearest_of(typed, candidates);
}

Said nearest_segment_word(std::span<const SegmentWord> words, std::string_view typed) {
  std::vector<std::string_view> candidates;
  for (const SegmentWord& word : words) {
    candidates.insert(candidates.end(), {word.code, word.zh});
    candidates.insert(candidates.end(), word.other_names.begin(), word.other_names.end());
  }
  return nearest_of(typed, candidates);
}

}  // namespace laoke
