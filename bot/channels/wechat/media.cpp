#include "bot/channels/wechat/media.h"

#include <algorithm>

namespace laoke::channels::wechat {
namespace {

constexpr std::size_t kMostImageBytes = 10 << 20;  // of a temporary picture: the platform's page on uploads
constexpr std::int64_t kMediaLifeMs = 3 * 86'400'000 - 3'600'000;  // three days, fact sheet §7, less an hour
constexpr std::size_t kMostKept = 1000;

struct PictureKind {
  std::string_view begins;
  const char *type, *ending;
};
constexpr PictureKind kPictureKinds[] = {
    {"\xff\xd8\xff", "image/jpeg", "jpg"}, {"\x89PNG\r\n", "image/png", "png"}, {"GIF8", "image/gif", "gif"}};

const PictureKind* kind_of_picture(const std::string& bytes) {
  const auto* const found = std::find_if(std::begin(kPictureKinds), std::end(kPictureKinds),
                                         [&](const PictureKind& kind) { return bytes.starts_with(kind.begins); });
  return found == std::end(kPictureKinds) ? nullptr : found;
}

Reply refused_picture(SendStatus status, std::string words) {
  Reply reply;
  reply.status = status;
  reply.words = std::move(words);
  return reply;
}

}  // namespace

MediaStore::MediaStore(Api& api, const Settings& settings, NowMs now_ms)
    : api_(api), plain_http_(settings.api_base.starts_with("http://")), timeout_(settings.timeout), now_ms_(std::move(now_ms)) {}

MediaStore::Found MediaStore::media_id_of(const std::string& image) {
  if (image.find("://") == std::string::npos) {
    Reply known;
    known.status = SendStatus::kAccepted;
    return {image, known};
  }
  const std::lock_guard lock(mutex_);
  if (const auto kept = kept_.find(image); kept != kept_.end() && now_ms_() < kept->second.until_ms) {
    Reply known;
    known.status = SendStatus::kAccepted;
    return {kept->second.media_id, known};
  }
  return bring_over(image);
}

bool MediaStore::forget(const std::string& image) {
  const std::lock_guard lock(mutex_);
  return kept_.erase(image) != 0;
}

MediaStore::Found MediaStore::bring_over(const std::string& url) {
  std::string bytes;
  if (Reply fetched = download(url, bytes); !fetched.ok()) return {"", std::move(fetched)};
  const PictureKind* const kind = kind_of_picture(bytes);
  if (kind == nullptr) return {"", refused_picture(SendStatus::kRejected, "the picture is no JPEG, PNG or GIF / 图片不是 JPEG、PNG 或 GIF")};
  Reply uploaded = api_.upload("/cgi-bin/media/upload", "type=image", std::string("picture.") + kind->ending, kind->type, bytes);
  // An upload that got lost shows nothing to anybody: the message itself never left.
  if (uploaded.status == SendStatus::kUnknown) uploaded.status = SendStatus::kRetryLater;
  std::string media_id = uploaded.text("media_id");
  if (uploaded.ok() && media_id.empty()) uploaded = refused_picture(SendStatus::kRetryLater, "the answer to the upload holds no media_id");
  if (uploaded.ok()) keep(url, media_id);
  return {std::move(media_id), std::move(uploaded)};
}

Reply MediaStore::download(const std::string& url, std::string& bytes) const {
  if (!is_http_url(url) || !(plain_http_ || url.starts_with("https://")))
    return refused_picture(SendStatus::kRejected, "the picture's address is no https URL / 图片地址不是 https 网址");
  HttpCall call;
  call.method = "GET";
  call.url = url;
  call.timeout = timeout_;
  call.answer_limit_bytes = kMostImageBytes;
  HttpAnswer answer = shared_http_client().call(call);
  const bool passes = answer.status == 0 || answer.status == 429 || answer.status >= 500;
  if (answer.fault == HttpFault::kCutAnswer && answer.status == 200)
    return refused_picture(SendStatus::kRejected, "the picture is larger than 10 MB or came too slowly / 图片超过 10 MB 或下载太慢");
  if (answer.fault != HttpFault::kNone || answer.status != 200)
    return refused_picture(passes ? SendStatus::kRetryLater : SendStatus::kRejected,
                           "the picture could not be fetched: " + (answer.status == 0 ? answer.problem : "HTTP " + std::to_string(answer.status)));
  bytes = std::move(answer.body);
  Reply done;
  done.status = SendStatus::kAccepted;
  return done;
}

void MediaStore::keep(const std::string& url, const std::string& media_id) {
  const std::int64_t now_ms = now_ms_();
  if (kept_.size() >= kMostKept) std::erase_if(kept_, [&](const auto& entry) { return entry.second.until_ms <= now_ms; });
  if (kept_.size() >= kMostKept) kept_.clear();
  kept_[url] = {media_id, now_ms + kMediaLifeMs};
}

}  // namespace laoke::channels::wechat
