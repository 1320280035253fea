#pragma once
#include <cstdint>

#include "handlers/context.h"
#include "handlers/inbound_event.h"
#include "storage/contacts.h"
#include "storage/errands.h"

namespace laoke {

// Tags that were put on or taken off on the platform (InboundEvent::tags, untags) are put on and taken off here, made when
// there are none. The facts say "source": "platform", so that nobody carries them back. Names that cannot be a tag of the
// shop are changed as little as needed, or passed over. A kTagged event of an account with `sync_tags` tells all tags there
// are: what was there when last heard of, or was put there by us, and is missing now, was taken off, whatever happened to
// this program in between. `contact` as it belongs to its customer now.
void follow_platform_tags(const Context& context, const storage::Contact& contact, const InboundEvent& event);

// The platform did a "tag" or "untag": it has the tag now, or not any more. Nothing for other errands.
void note_tag_errand(const Context& context, const storage::ErrandRow& errand);

}  // namespace laoke
