#pragma once
#include "handlers/context.h"
#include "handlers/happened.h"
#include "storage/channels.h"

namespace laoke {

// A customer was tagged or untagged here: the accounts of theirs whose setting `sync_tags` is on are to do the same, as
// errands "tag" and "untag" {"external_id", "tag", "group"}. What came from a platform is not carried back.
void sync_tags(const Context& context, const ShopEvent& event);
// Whether the account is in service and its setting is on.
bool follows_tags(const storage::ChannelRow& channel);

}  // namespace laoke
