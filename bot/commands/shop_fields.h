#pragma once
#include <string>

#include "storage/shops.h"

namespace laoke::commands {

// Sets what "name=value" says: name, time_zone, language, currency, country, or a setting of handlers/shop_settings.h.
// Throws CommandError with what is allowed and the nearest right value; the shop is then as it was.
void set_shop_field(storage::Shop& shop, const std::string& language, const std::string& typed);

}  // namespace laoke::commands
