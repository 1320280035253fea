#include <cstdint>
#include <cstdlib>

#include "bot/channels/channel.h"
#include "bot/channels/parcels/kuaidi100_query.h"
#include "handlers/outside_events.h"

namespace {

// Whatever 快递100 answers a question with.
void take_answer(const std::string& body) {
  static const laoke::channels::parcels::CarrierCodes codes(laoke::channels::parcels::Service::kKuaidi100, "");
  const auto news = laoke::channels::parcels::read_kuaidi100_answer(nlohmann::json::parse(body, nullptr, false), "YT1", codes);
  if (news.tracking_no != "YT1" || news.at_ms < 0 || !laoke::is_valid_utf8(news.text) || !laoke::is_valid_utf8(news.refused)) std::abort();
}

}  // namespace

// Whatever stands in a push of a service that follows parcels: the first byte picks the service.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace laoke::channels;
  using nlohmann::json;
  static const std::unique_ptr<Channel> services[] = {
      find_kind("kuaidi100")->make({1, 2, "p", "kuaidi100", {{"key", "k"}}}),
      find_kind("17track")->make({1, 3, "p", "17track", {{"key", "k"}}}),
      find_kind("aftership")->make({1, 4, "p", "aftership", {{"key", "k"}, {"webhook_secret", "s"}}})};
  if (size == 0) return 0;
  const auto& service = services[data[0] % 3];
  RawRequest request;
  request.method = "POST";
  request.body.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  request.query["t"] = "x";
  take_answer(request.body);
  if (service->authentic(request)) std::abort();
  try {
    for (const auto& event : service->parse(request)) {
      if (event.key.empty() || event.kind != laoke::InboundKind::kParcel || !event.parcel) std::abort();
      const auto& news = *event.parcel;
      if (news.tracking_no.empty() || news.tracking_no.size() > 64 || news.at_ms < 0 || news.first_at_ms < 0) std::abort();
      if (!laoke::is_valid_utf8(news.text) || !laoke::is_valid_utf8(news.tracking_no) || !laoke::is_valid_utf8(news.reference)) std::abort();
      if (service->parse(request).at(0).key != event.key) std::abort();
    }
  } catch (const BadPayload&) {
  }
  return 0;
}
