#!/usr/bin/env bash
# Installs what is missing, builds, and runs a shop with its web page on this machine. With a terminal on its input it
# also opens a chat, in which you play the seller and the customers; leaving the chat stops the server.
#   deploy/run.sh [options of `laoke serve`]
set -euo pipefail
cd "$(dirname "$0")/.."

deploy/setup.sh
[ -f build/release/build.ninja ] || cmake --preset release >/dev/null
echo "Building (a few minutes the first time, seconds after that) ..."
cmake --build --preset release -- --quiet
laoke=build/release/laoke

if ! [ -t 0 ] || ! [ -t 1 ]; then exec "$laoke" serve "$@"; fi

mkdir -p var
"$laoke" serve "$@" >var/serve.log 2>&1 &
server=$!
trap 'kill -TERM "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT

address=${LAOKE_LISTEN:-127.0.0.1:8080}
previous=
for argument in "$@"; do
  case $argument in --listen=*) address=${argument#--listen=} ;; esac
  [ "$previous" != --listen ] || address=$argument
  previous=$argument
done
host=${address%:*}
host=${host#[}
host=${host%]}
# Bash's own /dev/tcp: nothing more to install.
ready() { (exec 3<>"/dev/tcp/$host/${address##*:}") 2>/dev/null; }
for _ in $(seq 100); do
  kill -0 "$server" 2>/dev/null || { cat var/serve.log >&2; exit 1; }
  if ready; then break; fi
  sleep 0.1
done

cat <<TEXT

  Laoke runs.  老客已启动。
    web page 网页    http://$address/
    log 日志         var/serve.log
    data 数据        var/

  Try in the chat below 在下面的聊天里试试:
    /as 小美                 be a customer, say 你好         扮演顾客，说“你好”
    /as seller               be the seller again            回到店主
    +油性皮肤 小美           tag her                         打标签
    订单 小美 面膜x2 198     note an order                   记订单
    付款 #1001 · 发货 #1001 顺丰 SF1234567890               paid, shipped 付款、发货
    帮助                     everything else                 更多
    /quit                    stop                            退出

  A Telegram bot next 接入 Telegram:
    $laoke channel add tg --kind telegram --set token=...
TEXT
"$laoke" chat "$@" || true
