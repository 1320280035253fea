#pragma once
#include "bot/channels/channel.h"

// Services that follow parcels. They have no contacts and are sent no messages: they take the errand "follow_parcel" and
// tell InboundKind::kParcel.
namespace laoke::channels {

Kind kuaidi100_kind();       // 快递100
Kind seventeentrack_kind();  // "17track"
Kind aftership_kind();

}  // namespace laoke::channels
