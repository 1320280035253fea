#include "bot/channels/channel.h"
#include "bot/channels/line/line.h"
#include "bot/channels/messenger/messenger.h"
#include "bot/channels/parcels/kinds.h"
#include "bot/channels/shopify/shopify.h"
#include "bot/channels/telegram.h"
#include "bot/channels/webchat.h"
#include "bot/channels/wechat/wechat.h"
#include "bot/channels/wecom/wecom.h"
#include "bot/channels/whatsapp/whatsapp.h"
#include "bot/channels/woocommerce/woocommerce.h"
#include "bot/channels/youzan/youzan.h"

namespace laoke::channels {

// The list of chat platforms. A new platform adds its line here and its own files, nothing else.
const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      telegram_kind(),
      webchat_kind(),
      wechat_kind(),
      wecom_kind(),
      whatsapp_kind(),
      line_kind(),
      messenger_kind(),
      instagram_kind(),
      kuaidi100_kind(),
      seventeentrack_kind(),
      aftership_kind(),
      shopify_kind(),
      woocommerce_kind(),
      youzan_kind(),
  };
  return all;
}

const Kind* find_kind(std::string_view name) {
  for (const Kind& kind : kinds())
    if (kind.name == name) return &kind;
  return nullptr;
}

}  // namespace laoke::channels
