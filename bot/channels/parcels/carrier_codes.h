#pragma once
#include <map>
#include <span>
#include <string>
#include <string_view>

// What the services call the carriers of handlers/carriers.h.
namespace laoke::channels::parcels {

enum class Service { kKuaidi100, k17Track, kAfterShip };

struct CarrierCode {
  std::string_view carrier;  // ours
  std::string_view kuaidi100, seventeentrack, aftership;  // "" not known: the service finds out by itself
};
std::span<const CarrierCode> carrier_codes();

// The table for one service, with what the shop added to it.
class CarrierCodes {
 public:
  // `more`: the setting "carriers", "ane=annengwuliu, dhl=dhlen": ours = theirs, which goes before the table. Throws
  // std::invalid_argument that quotes what is wrong and says what is allowed.
  CarrierCodes(Service service, std::string_view more);

  std::string theirs(std::string_view ours) const;  // "" not known
  std::string ours(std::string_view theirs) const;  // "" not known

 private:
  std::map<std::string, std::string, std::less<>> theirs_, ours_;
};

}  // namespace laoke::channels::parcels
