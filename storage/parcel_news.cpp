#include "storage/parcel_news.h"

namespace laoke::storage {
namespace {

#define PARCEL_NEWS_COLUMNS "tracking_no, carrier, stage, text, at_ms, first_at_ms, received_at_ms"
constexpr Sql kParcelNewsKeep{
    "parcel_news.keep",
    "INSERT INTO parcel_news (shop_id, " PARCEL_NEWS_COLUMNS
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (shop_id, tracking_no) DO UPDATE SET carrier = excluded.carrier, "
    "stage = excluded.stage, text = excluded.text, at_ms = excluded.at_ms, first_at_ms = excluded.first_at_ms, "
    "received_at_ms = excluded.received_at_ms WHERE parcel_news.at_ms <= excluded.at_ms"};
constexpr Sql kParcelNewsFind{"parcel_news.find", "SELECT " PARCEL_NEWS_COLUMNS
                                                  " FROM parcel_news WHERE shop_id = $1 AND tracking_no = $2"};
constexpr Sql kParcelNewsRemove{"parcel_news.remove", "DELETE FROM parcel_news WHERE shop_id = $1 AND tracking_no = $2"};
constexpr Sql kParcelNewsForget{"parcel_news.forget", "DELETE FROM parcel_news WHERE shop_id = $1 AND received_at_ms < $2"};
#undef PARCEL_NEWS_COLUMNS
constexpr Sql kParcelQuestionsFind{"parcel_questions.find", "SELECT asked_at_ms FROM parcel_questions WHERE shop_id = $1 AND tracking_no = $2"};
constexpr Sql kParcelQuestionsPut{"parcel_questions.put",
                                  "INSERT INTO parcel_questions (shop_id, tracking_no, asked_at_ms) VALUES ($1, $2, $3) "
                                  "ON CONFLICT (shop_id, tracking_no) DO UPDATE SET asked_at_ms = excluded.asked_at_ms"};
constexpr const Sql* kParcelNewsStatements[] = {&kParcelNewsKeep,   &kParcelNewsFind,      &kParcelNewsRemove,
                                                &kParcelNewsForget, &kParcelQuestionsFind, &kParcelQuestionsPut};

}  // namespace

void keep_parcel_news(Transaction& tx, std::int64_t shop_id, const ParcelNews& n) {
  tx.submit(kParcelNewsKeep,
            {shop_id, n.tracking_no, n.carrier, n.stage, n.text, n.at_ms, n.first_at_ms, n.received_at_ms});
}

std::optional<ParcelNews> take_parcel_news(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no) {
  std::optional<ParcelNews> news;
  tx.query(kParcelNewsFind, {shop_id, tracking_no}, [&](const Row& row) {
    news = ParcelNews{row.string(0),  row.string(1),  row.string(2), row.string(3),
                      row.integer(4), row.integer(5), row.integer(6)};
  });
  if (news) tx.submit(kParcelNewsRemove, {shop_id, tracking_no});
  return news;
}

void forget_parcel_news(Transaction& tx, std::int64_t shop_id, std::int64_t received_before_ms) {
  tx.submit(kParcelNewsForget, {shop_id, received_before_ms});
}

std::int64_t parcel_asked_at(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no) {
  std::int64_t asked_at_ms = 0;
  tx.query(kParcelQuestionsFind, {shop_id, tracking_no}, [&](const Row& row) { asked_at_ms = row.integer(0); });
  return asked_at_ms;
}

void note_parcel_asked(Transaction& tx, std::int64_t shop_id, std::string_view tracking_no, std::int64_t now_ms) {
  tx.submit(kParcelQuestionsPut, {shop_id, tracking_no, now_ms});
}

std::span<const Sql* const> parcel_news_statements() { return kParcelNewsStatements; }

}  // namespace laoke::storage
