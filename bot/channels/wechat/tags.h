#pragma once
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "bot/channels/wechat/api.h"

namespace laoke::channels::wechat {

// The account's tags by name. Ids are asked for once and kept for ten minutes; a name WeChat does not have is created when it
// is put on somebody. Any thread, one errand at a time.
class TagBook {
 public:
  TagBook(Api& api, NowMs now_ms);

  // Puts `name` on these openids or takes it off, 50 a call. Doing it twice does no harm. The reply of the call that failed,
  // else of the last.
  Reply put_on(const std::string& name, const std::vector<std::string>& openids);
  Reply take_off(const std::string& name, const std::vector<std::string>& openids);
  // Names of these ids, less WeChat's own; unknown ids are left out.
  std::vector<std::string> names_of(const std::vector<std::int64_t>& ids);

 private:
  Reply load();
  Reply create(const std::string& name);
  Reply find(const std::string& name, bool make, std::int64_t& id);
  Reply change(const char* path, const std::string& name, bool make, const std::vector<std::string>& openids);
  Reply change_all(const char* path, std::int64_t id, const std::vector<std::string>& openids);

  Api& api_;
  const NowMs now_ms_;
  std::mutex mutex_;  // guards the rest, also during calls
  std::map<std::string, std::int64_t> ids_;
  std::int64_t fresh_until_ms_ = 0;
};

}  // namespace laoke::channels::wechat
