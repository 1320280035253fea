#include <array>

#include "handlers/calendar.h"
#include "handlers/seller/handlers.h"
#include "handlers/text.h"
#include "storage/shop_stats.h"

// 统计 [今天|本周|本月]: what the shop did.
namespace laoke::seller {
namespace {

struct Period {
  std::string_view key;
  std::int64_t from_ms;
};

std::array<Period, 3> periods(const Chat& chat) {
  return {Period{"seller.stats.today", start_of_day(chat.now_ms(), chat.zone())},
          Period{"seller.stats.week", start_of_week(chat.now_ms(), chat.zone())},
          Period{"seller.stats.month", start_of_month(chat.now_ms(), chat.zone())}};
}

std::string figures_text(const Chat& chat, const Period& period, const storage::ShopFigures& figures) {
  return chat.words({std::string(period.key)}) + "\n" +
         chat.words({"seller.stats.figures",
                     {{"customers", figures.new_customers},
                      {"orders", figures.orders},
                      {"paid", figures.paid_orders},
                      {"turnover", chat.money(figures.turnover_minor)},
                      {"wrote", figures.customers_wrote},
                      {"in", figures.messages_in},
                      {"out", figures.messages_out}}});
}

std::string products_text(const Chat& chat, std::int64_t from_ms) {
  const auto products = storage::top_products(chat.tx(), chat.shop_id(), from_ms, chat.now_ms() + 1, 5);
  if (products.empty()) return "";
  std::string text = "\n\n" + chat.words({"seller.stats.top"});
  for (const auto& product : products)
    text += "\n• " + shorten(product.name, 40) + " ×" + std::to_string(product.quantity);
  return text;
}

}  // namespace

void run_stats(Chat& chat, std::string_view) {
  std::string text;
  const auto all = periods(chat);
  const auto figures = storage::figures_since(chat.tx(), chat.shop_id(), chat.context().shop.currency,
                                              {all[0].from_ms, all[1].from_ms, all[2].from_ms}, chat.now_ms() + 1);
  for (std::size_t i = 0; i < all.size(); ++i) text += (text.empty() ? "" : "\n\n") + figures_text(chat, all[i], figures[i]);
  chat.answer(text + products_text(chat, all.back().from_ms));
}

}  // namespace laoke::seller
