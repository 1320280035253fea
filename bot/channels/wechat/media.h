#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "bot/channels/wechat/api.h"

namespace laoke::channels::wechat {

// Pictures as WeChat wants them: uploaded first, then named by a media id that lives three days. Any thread; one picture is
// brought over at a time, so that many messages with the same one upload it once.
class MediaStore {
 public:
  MediaStore(Api& api, const Settings& settings, NowMs now_ms);

  // The media id of `image`: of an https URL the picture behind it, anything else is taken for a media id already. Not ok():
  // why not.
  struct Found {
    std::string media_id;
    Reply reply;
    bool ok() const { return reply.ok(); }
  };
  Found media_id_of(const std::string& image);
  // WeChat does not know its media id any more. False when there is no picture to upload again.
  bool forget(const std::string& image);

 private:
  struct Kept {
    std::string media_id;
    std::int64_t until_ms = 0;
  };
  Found bring_over(const std::string& url);
  Reply download(const std::string& url, std::string& bytes) const;
  void keep(const std::string& url, const std::string& media_id);

  Api& api_;
  const bool plain_http_;  // only where api_base is plain http itself: on one's own machine
  const std::chrono::milliseconds timeout_;
  const NowMs now_ms_;
  std::mutex mutex_;  // guards the rest
  std::map<std::string, Kept> kept_;  // by URL
};

}  // namespace laoke::channels::wechat
