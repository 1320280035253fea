#include "handlers/channel_limits.h"

#include <atomic>

namespace laoke {
namespace {

std::atomic<AskLimits> asked{nullptr};

}  // namespace

void ask_channel_limits_of(AskLimits ask) { asked = ask; }

ChannelLimits limits_of(const storage::ChannelRow& channel) {
  const AskLimits ask = asked;
  return ask == nullptr ? ChannelLimits{} : ask(channel);
}

}  // namespace laoke
