#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "bot/channels/channel.h"
#include "bot/channels/json_body.h"
#include "bot/channels/whatsapp/parse.h"
#include "handlers/text.h"

using namespace laoke;

namespace {

std::vector<std::string> whatsapp_seeds() {
  std::vector<std::string> seeds;
  for (const auto& file : std::filesystem::directory_iterator(LAOKE_SOURCE_DIR "/tests/fuzz/seeds/whatsapp")) {
    std::stringstream text;
    text << std::ifstream(file.path()).rdbuf();
    seeds.push_back(text.str());
  }
  std::sort(seeds.begin(), seeds.end());
  return seeds;
}

constexpr const char* kOddValues[] = {"null", "[]",     "{}",        "\"\"",          "0",           "-1",
                                      "1e99", "\"edit\"", "\"system\"", "\"contacts\"", "\"failed\"", "99999999999999999999"};

// One of its values is another, a byte is another, or a piece is missing or stands there twice.
std::string broken(std::string body, std::mt19937& random) {
  const std::size_t at = random() % body.size();
  switch (random() % 4) {
    case 0: body[at] = static_cast<char>(body[at] ^ (1 << (random() % 8))); break;
    case 1: body.erase(at, 1 + random() % 20); break;
    case 2: body.insert(random() % body.size(), body.substr(at, random() % 60)); break;
    default: {
      const std::size_t colon = body.find(':', at), end = body.find_first_of(",}", colon);
      if (end != std::string::npos) body.replace(colon + 1, end - colon - 1, kOddValues[random() % std::size(kOddValues)]);
    }
  }
  return body;
}

}  // namespace

TEST_CASE("WhatsApp callbacks broken in every way become events that can be kept, or nothing", "[whatsapp]") {
  const auto seeds = whatsapp_seeds();
  REQUIRE(seeds.size() >= 6);
  std::mt19937 random(20'260'302);
  int understood = 0, refused = 0;
  for (int round = 0; round < 6'000; ++round) {
    std::string body = seeds[static_cast<std::size_t>(round) % seeds.size()];
    for (int times = round % 3; times >= 0 && !body.empty(); --times) body = broken(body, random);
    try {
      for (const auto& event : channels::whatsapp::parse_callback(channels::json_body(body), "106540352242922")) {
        ++understood;
        const bool whole = !event.key.empty() && !event.external_id.empty() && event.at_ms >= 0 && event.referral.size() <= 64 &&
                           (event.kind != InboundKind::kMoved || !event.new_external_id.empty()) && is_valid_utf8(event.text);
        if (!whole) FAIL("of " << body);
      }
    } catch (const channels::BadPayload&) {
      ++refused;
    }
  }
  CHECK(understood > 1'000);
  CHECK(refused > 1'000);
}
