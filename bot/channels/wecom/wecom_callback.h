#pragma once
#include <cstdint>
#include <pugixml.hpp>
#include <string>

#include "handlers/inbound_event.h"

namespace laoke::channels::wecom {

// A decrypted callback: what happened, and what the adapter should ask the platform for because of it.
struct Callback {
  InboundEvent event;
  enum class Ask {
    kNothing,
    kName,      // a customer was added: who is it?
    kTags,      // a customer's note or tags were changed by hand
    kFollowed,  // one member and a customer parted: has anybody else the customer?
    kTagNames,  // tags of the corporation changed: `id` is one of them
    kMessages,  // 微信客服 has messages: `id` is the open_kfid, `token` good for one page
  } ask = Ask::kNothing;
  std::string id, token;
};

// `message` is the root of the decrypted XML. The key is made of every field, since two things of one second differ in
// one of them only, and is the same when WeCom repeats a callback. Throws BadPayload.
Callback read_callback(pugi::xml_node message);

}  // namespace laoke::channels::wecom
