#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "handlers/carriers.h"
#include "handlers/order_text.h"
#include "handlers/pasted_order.h"

// A message a seller pastes: may be anything, never throws, and what comes out can be stored.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto pasted = laoke::read_pasted_order(text, {"CN", "CNY", {}});
  for (const auto& item : pasted.items)
    if (item.quantity < 1 || item.product.empty()) std::abort();
  if (pasted.amount && pasted.amount->amount_minor < 0) std::abort();
  if (pasted.confidence < 0 || pasted.confidence > 100) std::abort();
  (void)laoke::read_pasted_order(text, {"US", "USD", {}});
  (void)laoke::read_order_text(text, {"CNY", {}});
  (void)laoke::guess_carriers(text, "CN");
  (void)laoke::carrier_typed(text);
  return 0;
}
