#!/usr/bin/env bash
# Sets up, builds, creates a demonstration ledger and serves it. Run `tools/run.sh --help`.
set -euo pipefail
exec </dev/null
started_in=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
用法 usage: tools/run.sh [--listen ADDR:PORT] [--dir DIR] [--subjects N] [--once]

安装缺少的软件包，编译，建立一本演示账本（走完登记、抽取、回避、递补、结果、公示的全过程），
然后在本机提供服务。DIR 里已有账本时不重建，直接使用。
Installs what is missing, builds, creates a demonstration ledger (registering, drawing, recusing,
substituting, recording results, publishing) and serves it on this machine. If DIR already holds
a ledger, it is used as it is.

  --listen ADDR:PORT  服务地址 address to serve on            (127.0.0.1:8080)
  --dir DIR           账本目录 directory of the ledger        (./demo，在仓库内 in the repository)
  --subjects N        检查对象数 subjects to generate         (50000，至少 at least 1000)
  --once              不提供服务：走完全过程，核验，打印报告，以核验程序的退出码退出
                      serve nothing: run the scenario, verify it, print the report,
                      and exit with the verifier's code
                      0 已核验 verified · 1 发现违背 violated · 2 无法判定 inconclusive · 3 用法 usage
                      4 没能进行到核验（安装、编译或演示失败）
                        set-up, build or demonstration failed before anything was verified
TEXT
}
usage() { printf '%s\n' "$@" '' >&2; help >&2; exit 3; }

listen=127.0.0.1:8080
dir=$PWD/demo
subjects=50000
once=0
while [ $# -gt 0 ]; do
  case $1 in
    --listen=* | --dir=* | --subjects=*) set -- "${1%%=*}" "${1#*=}" "${@:2}"; continue ;;
    --listen | --dir | --subjects)
      [ -n "${2:-}" ] || usage "$1 后面要有值" "$1 needs a value"
      case $1 in
        --listen) listen=$2 ;;
        --dir) case $2 in /*) dir=$2 ;; *) dir=$started_in/$2 ;; esac ;;
        --subjects) subjects=$2 ;;
      esac
      shift 2 ;;
    --once) once=1; shift ;;
    -h | --help) help; exit 0 ;;
    *) usage "未知参数：$1" "unknown argument: $1" ;;
  esac
done
[[ $listen =~ ^.+:[0-9]+$ ]] || usage "--listen 应为 地址:端口：$listen" "--listen takes ADDR:PORT: $listen"
[[ $subjects =~ ^[1-9][0-9]{3,7}$ ]] || usage "--subjects 应为 1000 以上的整数：$subjects" "--subjects takes a number of 1000 or more: $subjects"
[ ! -e "$dir" ] || [ -d "$dir" ] || usage "不是目录：$dir" "not a directory: $dir"

# 1, 2 and 3 are the verifier's to give; whatever fails before it must not look like a verdict.
bash tools/setup.sh --quiet build || exit 4
bash tools/build.sh release liuhen liuhen-verify || exit 4
bin=$PWD/build/release/bin

# Lies beside DIR while the demonstration runs, so that half of one is never taken for a ledger.
dir=${dir%/}
unfinished=$dir.unfinished
if [ -e "$unfinished" ] && [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
  printf '%s\n' "上次的演示中断了，$dir 里的账本不完整。请删除 $dir 和 $unfinished 后重试，或换一个 --dir。" \
    "The last demonstration was interrupted; the ledger in $dir is incomplete." \
    "Remove $dir and $unfinished and try again, or choose another --dir." >&2
  exit 4
elif [ -d "$dir" ] && [ -n "$(ls -A "$dir")" ]; then
  printf '%s\n' "使用已有的账本：$dir" "using the ledger that is there: $dir"
else
  options=(--dir "$dir" --subjects "$subjects")
  [ ! -d ../shared/data ] || options+=(--data ../shared/data)
  mkdir -p "$(dirname "$dir")"
  : >"$unfinished"
  "$bin/liuhen" demo "${options[@]}" || exit 4
  rm -f "$unfinished"
fi

if [ $once = 1 ]; then
  exec "$bin/liuhen-verify" dir "$dir"
fi

# Where a browser on this machine finds it.
case $listen in
  0.0.0.0:*) open=127.0.0.1:${listen##*:} ;;
  '[::]':*) open="[::1]:${listen##*:}" ;;
  *) open=$listen ;;
esac
cat <<TEXT

浏览器打开  open in a browser                        http://$open/
另开终端核验 verify, from another terminal            $bin/liuhen-verify url http://$open
             or, without the service                  $bin/liuhen-verify dir $dir
停止        stop                                     Ctrl-C

TEXT
exec "$bin/liuhen" serve --dir "$dir" --listen "$listen"
