#include <array>

#include "handlers/seller/command.h"
#include "handlers/seller/handlers.h"

namespace laoke::seller {
namespace {

constexpr Role kViewer = Role::kViewer, kOperator = Role::kOperator, kOwner = Role::kOwner;

}  // namespace

// Who may do what: a viewer reads; an operator does the daily work and sends broadcasts to at most kOperatorAudience
// customers (handlers/seller/broadcast.cpp); what costs money or cannot easily be seen (refunds, merges, rules) is the
// owner's.
// The words of Taiwan and Hong Kong stand beside those of the mainland where they are other words (出货, 范本); the
// characters are simplified ones, and what is typed in traditional ones finds them.
std::span<const Command> commands() {
  static const std::vector<Command> kCommands{
      {"tag", {"标签", "打标签"}, {"tag"}, kOperator, run_tag},
      {"untag", {"去标签", "删标签"}, {"untag"}, kOperator, run_untag},
      {"find", {"查", "查询", "找", "客户", "搜索", "搜寻"}, {"find", "card", "show"}, kViewer, run_find},
      {"order", {"订单", "下单"}, {"order"}, kOperator, run_order},
      {"paid", {"付款", "已付", "收款"}, {"paid", "pay"}, kOperator, run_paid},
      {"ship", {"发货", "出货"}, {"ship"}, kOperator, run_ship},
      {"parcel", {"查快递", "查物流", "查包裹", "查宅配"}, {"parcel", "track"}, kOperator, run_parcel},
      {"delivered", {"签收", "已签收", "已取货"}, {"delivered"}, kOperator, run_delivered},
      {"done", {"完成"}, {"done", "complete"}, kOperator, run_done},
      {"cancel", {"取消"}, {"cancel"}, kOperator, run_cancel},
      {"refund", {"退款"}, {"refund"}, kOwner, run_refund},
      {"broadcast", {"群发", "推播"}, {"broadcast", "send"}, kOperator, run_broadcast},
      {"moment", {"朋友圈"}, {"moment", "moments"}, kOperator, run_moment},
      {"preview", {"预览"}, {"preview", "count"}, kViewer, run_preview, true},
      {"segment", {"分组", "分群", "人群", "受众", "分众"}, {"segment", "segments"}, kOperator, run_segment},
      {"template", {"模板", "范本"}, {"template", "templates"}, kOperator, run_template},
      {"pause", {"暂停"}, {"pause"}, kOperator, run_pause},
      {"resume", {"继续", "恢复"}, {"resume", "continue"}, kOperator, run_resume},
      {"todo", {"待办"}, {"todo"}, kViewer, run_todo, true},
      {"task", {"任务", "提醒我"}, {"task", "remind"}, kOperator, run_task},
      {"stats", {"统计", "业绩", "报表"}, {"stats"}, kViewer, run_stats, true},
      {"why", {"为什么", "为何", "为甚么"}, {"why"}, kViewer, run_why},
      {"undelivered", {"未送达", "待确认"}, {"undelivered", "unknown"}, kViewer, run_undelivered},
      {"resend", {"重发"}, {"resend"}, kOperator, run_resend},
      {"leave", {"不重发"}, {"leave"}, kOperator, run_leave},
      {"note", {"备注", "记"}, {"note"}, kOperator, run_note},
      {"birthday", {"生日"}, {"birthday"}, kOperator, run_birthday},
      {"phone", {"手机", "电话"}, {"phone"}, kOperator, run_phone},
      {"address", {"地址"}, {"address"}, kOperator, run_address},
      {"attribute", {"属性"}, {"attribute", "set"}, kOperator, run_attribute},
      {"stage", {"阶段"}, {"stage"}, kOperator, run_stage},
      {"grade", {"等级"}, {"grade"}, kOperator, run_grade},
      {"owner", {"归属", "负责人"}, {"owner", "assign"}, kOperator, run_owner},
      {"rename", {"改名"}, {"rename"}, kOperator, run_rename},
      {"optout", {"退订", "取消订阅"}, {"optout"}, kOperator, run_optout},
      {"optin", {"恢复订阅", "重新订阅"}, {"optin"}, kOperator, run_optin},
      {"merge", {"合并"}, {"merge"}, kOwner, run_merge},
      {"duplicates", {"合并建议"}, {"duplicates"}, kOwner, run_merge_suggestions},
      {"product", {"产品", "商品"}, {"product", "products"}, kOperator, run_product},
      {"rules", {"规则"}, {"rules", "rule"}, kViewer, run_rules},
      {"on", {"开", "打开", "开启", "启用"}, {"on", "enable"}, kOwner, run_rule_on},
      {"off", {"关", "关闭", "停用"}, {"off", "disable"}, kOwner, run_rule_off},
      {"undo", {"撤销", "撤回", "复原"}, {"undo"}, kOperator, run_undo},
      {"language", {"语言"}, {"language", "lang"}, kViewer, run_language},
      {"whoami", {"我是谁"}, {"whoami"}, kViewer, run_who_am_i},
      {"help", {"帮助", "使用说明"}, {"help", "start", "?", "？"}, kViewer, run_help},
  };
  return kCommands;
}

}  // namespace laoke::seller
