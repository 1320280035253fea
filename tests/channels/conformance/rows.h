#pragma once
#include "tests/support/conformance.h"

namespace laoke::test::conformance {

Row telegram_row();
Row webchat_row();
Row wecom_row();
Row wechat_row();
Row whatsapp_row();
Row line_row();
Row messenger_row();
Row instagram_row();

std::vector<Row> all_rows();  // in the registry's order

}  // namespace laoke::test::conformance
