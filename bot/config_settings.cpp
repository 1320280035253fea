#include "bot/config.h"

namespace laoke {

const std::vector<Setting>& config_settings() {
  static const std::vector<Setting> all = {
      {"database", "LAOKE_DATABASE", "--database", "", "sqlite:FILE or postgresql://user:password@host/name",
       "sqlite:文件 或 postgresql://用户:密码@主机/库名", "where the shop's data lives (default: sqlite in data_dir)",
       "数据放在哪里（默认：data_dir 里的 sqlite）"},
      {"listen", "LAOKE_LISTEN", "--listen", "127.0.0.1:8080", "ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080",
       "地址:端口，例如 127.0.0.1:8080 或 [::1]:8080", "address and port of the web page, API and callbacks",
       "网页、接口和回调使用的地址与端口"},
      {"public_url", "LAOKE_PUBLIC_URL", "--public-url", "", "https://your.domain, or empty",
       "https://你的域名，或留空", "address at which chat platforms reach this server; empty: channels poll where they can",
       "聊天平台访问本服务器的公网地址；留空则渠道尽量用轮询"},
      {"shop", "LAOKE_SHOP", "--shop", "default", "a shop's short name: a-z, 0-9 and -, at most 63 letters",
       "店铺短名：a-z、0-9 和 -，最多 63 个字符", "the shop that commands work on", "命令作用于哪个店铺"},
      {"log_level", "LAOKE_LOG_LEVEL", "--log-level", "info", "debug, info, warning or error", "debug、info、warning 或 error",
       "how much is logged", "日志详细程度"},
      {"log_format", "LAOKE_LOG_FORMAT", "--log-format", "text", "text or json", "text 或 json", "key=value lines or JSON lines",
       "key=value 行或 JSON 行"},
      {"log_file", "LAOKE_LOG_FILE", "--log-file", "", "a file's path, or empty for standard error", "文件路径，留空则输出到标准错误",
       "where the log goes", "日志写到哪里"},
      {"data_dir", "LAOKE_DATA_DIR", "--data-dir", "var", "a folder's path", "文件夹路径", "folder for the database and other files",
       "数据库及其他文件所在的文件夹"},
      {"language", "LAOKE_LANGUAGE", "--language", "", "zh-CN or en", "zh-CN 或 en", "language of this program's own words (default: the system's)",
       "本程序用语（默认随系统）"},
      {"role", "LAOKE_ROLE", "--role", "all", "all, hooks or worker", "all、hooks 或 worker",
       "with several servers on one PostgreSQL: hooks takes callbacks, API and web page; worker sends and plans; all does both",
       "多台服务器共用一个 PostgreSQL 时：hooks 接收回调、接口和网页；worker 发送并安排；all 两者都做"},
      {"threads", "LAOKE_THREADS", "--threads", "64", "a whole number from 4 to 1024", "4 到 1024 的整数",
       "callbacks handled at once, at most", "最多同时处理多少个回调"},
  };
  return all;
}

}  // namespace laoke
