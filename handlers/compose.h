#pragma once
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/compiled_message.h"
#include "handlers/context.h"
#include "handlers/message_content.h"
#include "handlers/said.h"
#include "handlers/template_values.h"
#include "handlers/text.h"

// From a template and a customer to the message they will read.
namespace laoke {

// What to say: a saved template, or a text of its own.
struct MessageText {
  std::string template_name = {};  // "" : `body` and `extras` are meant
  std::int64_t version = 0;        // as it stood at that version (storage/templates.h); 0: now
  std::string body = {};
  std::string extras = "{}";
};

// Compiled templates, so that one text to a million customers is read and compiled once. One thread; kept as long as
// wanted, over transactions: versions of templates never change. Forgets everything when it grows past kMost.
class MessageCache {
 public:
  static constexpr std::size_t kMost = 256;
  // The compiled message under `key`; `make` is called when it is not there. A text that does not compile is kept too.
  const std::variant<CompiledMessage, Phrase>& get(const std::string& key, std::string_view body,
                                                   std::string_view extras);

  // A saved text with its place above.
  struct Text {
    std::string key, body, extras;
    std::string language;  // what its values are formatted for
  };
  // The text that a pinned version means to `reader` (shop, name, version, language, channel), as `read` finds it the
  // first time; a text that is not there is looked for again.
  std::optional<Text> pinned(const std::string& reader, const std::function<std::optional<Text>()>& read);

 private:
  std::map<std::string, Text> pinned_;
  std::map<std::string, std::variant<CompiledMessage, Phrase>> kept_;
};

// The message as this customer will read it on a channel of this kind. `language` "": the customer's, else the shop's.
// Only rows that the text's variables need are read. The sentence says why there is no message: no such template or
// customer, or a text about an order (product, task) without one.
OrSaid<MessageContent> compose(const Context& context, const MessageText& text, std::int64_t customer_id,
                               std::string_view language, std::string_view channel_kind, const MessageCause& cause = {},
                               MessageCache* cache = nullptr);

// The same for a customer known to exist and not to be merged away, in `language` (not ""), as the sender knows of many
// at once: a text without variables reads nothing more of them.
OrSaid<MessageContent> compose_for_known(const Context& context, const MessageText& text, std::int64_t customer_id,
                                         std::string_view language, std::string_view channel_kind, const MessageCause& cause,
                                         MessageCache& cache);

// What the text itself says about how it may be sent to readers of `language` (not "") on a channel of this kind.
struct TextTraits {
  bool platform_template = false;  // it names a template that the platform approved
  bool same_for_all = false;       // all of them get the same message
};
TextTraits text_traits(const Context& context, const MessageText& text, std::string_view language, std::string_view channel_kind,
                       MessageCache& cache);

// The language a message to this customer is written in.
std::string message_language(const Context& context, std::int64_t customer_id);

// A platform's limit on text: bot/channels/channel.h, Traits.
struct TextLimit {
  TextUnit unit = TextUnit::kUtf16;
  std::size_t limit = 4096;
};
struct MessagePreview {
  MessageContent content;
  std::size_t length = 0;          // of the text in the platform's unit
  std::vector<std::string> parts;  // the messages it becomes
};
// What the customer would get, and how long it is. A text that is not saved yet is checked as for `trigger` first
// (handlers/template_library.h), so a seller sees here what saving would refuse.
OrSaid<MessagePreview> preview(const Context& context, const MessageText& text, std::int64_t customer_id,
                               std::string_view channel_kind, TextLimit limit, const MessageCause& cause = {},
                               std::string_view trigger = "");

}  // namespace laoke
