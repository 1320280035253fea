#pragma once
#include <string>
#include <vector>

#include "bot/channels/whatsapp/graph.h"
#include "bot/channels/whatsapp/settings.h"

namespace laoke::channels::whatsapp {

// Checks token and number, subscribes the app to the account (with waba_id) and makes this number's callbacks come to
// `public_hook_url` when that is https. Throws std::runtime_error with what to do.
void connect_number(const GraphApi& api, const Settings& settings, const std::string& public_hook_url);
// The same checks as lines, with the templates that are there and what is wrong with some.
std::vector<ProbeLine> probe_number(const GraphApi& api, const Settings& settings);

}  // namespace laoke::channels::whatsapp
