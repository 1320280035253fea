#pragma once
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "bot/channel_host.h"
#include "handlers/dispatch.h"
#include "storage/database.h"

namespace laoke {

// The web chat over several servers: one of them says a message, the reader's event stream may hang at another. Who says
// it writes it down, the others repeat it in their rooms, within the second at which node() looks.
class WebchatRelay {
 public:
  WebchatRelay(storage::Database& database, ChannelHost& channels, std::string node_id)
      : database_(database), channels_(channels), node_id_(std::move(node_id)) {}

  // In the transaction that records what was sent.
  void write_down(storage::Transaction& tx, std::span<const Outcome> outcomes) const;
  // What other nodes said since the last call. One thread.
  void repeat_others();

 private:
  storage::Database& database_;
  ChannelHost& channels_;
  const std::string node_id_;
  std::map<std::int64_t, std::int64_t> heard_;  // shop -> line_no
};

}  // namespace laoke
