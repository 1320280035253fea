#include "tests/channels/conformance/rows.h"

namespace laoke::test::conformance {

std::vector<Row> all_rows() {
  return {
      telegram_row(),
      webchat_row(),
      wecom_row(),
      wechat_row(),
      whatsapp_row(),
      line_row(),
      messenger_row(),
      instagram_row(),
  };
}

}  // namespace laoke::test::conformance
