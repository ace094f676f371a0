#!/usr/bin/env bash
# Installs the Debian packages that are absent, and nothing else. Run `tools/setup.sh --help`.
set -euo pipefail
exec </dev/null  # package scripts must never wait for an answer

help() {
  cat <<'TEXT'
用法 usage: tools/setup.sh [--quiet] [build|test|browser|bench|fuzz …]

安装缺少的 Debian 软件包；已经装好的不动。不带参数时安装 build、test、browser、bench 和 fuzz。
Installs the Debian packages that are missing and leaves the others alone.
Without arguments: build, test, browser, bench and fuzz.

  build    编译器与库                compiler and libraries
  test     测试框架、Python          test framework, Python
  browser  Chromium 和中文字体       Chromium and a Chinese font, for the tests of the pages
  bench    性能测试库                benchmark library
  fuzz     clang（测试、模糊测试）   clang, for the tests and the fuzz targets
  --quiet  不显示 apt 的输出，除非失败  hides apt's output unless it fails

LIUHEN_SKIP_SETUP=1  什么也不装（自备依赖时）  installs nothing: you have seen to the packages
TEXT
}

# CMake finds RocksDB through Snappy, LZ4, Zstandard, zlib and bzip2, which librocksdb-dev brings along.
build_packages=(g++ cmake ninja-build pkg-config git ca-certificates curl
  libboost1.81-dev librocksdb-dev libsodium-dev libssl-dev libflatbuffers-dev flatbuffers-compiler
  libcli11-dev libcsv-dev zlib1g-dev prometheus-cpp-dev libqrencode-dev)
# libbenchmark-dev: its header is one of those that tests/layout compiles alone.
# prometheus: its promtool reads the metrics and tries the alerts.
# clang compiles the tests sooner; libclang-rt-14-dev holds its sanitizers and libFuzzer.
# librsvg2-bin draws QR codes as a screen would, zbar-tools reads them.
test_packages=(clang libclang-rt-14-dev libgtest-dev libgmock-dev libbenchmark-dev python3 dpkg-dev strace prometheus
  zbar-tools librsvg2-bin
  golang-go golang-golang-x-mod-dev)  # another implementation of transparency logs
browser_packages=(chromium fonts-wqy-microhei)
bench_packages=(libbenchmark-dev libpq-dev postgresql-15 nginx-light)  # the last two are what it is compared with
fuzz_packages=(clang libclang-rt-14-dev)
# npm fetches the sources of blst. Debian's conflicts with a newer Node's own, so whatever npm there is will do.
command -v npm >/dev/null || build_packages+=(npm)
optional_packages=(ccache)  # makes rebuilding faster; its absence stops nothing

say() { printf '%s\n' "$@" >&2; }

quiet=0
wanted=()
for argument in "$@"; do
  case $argument in
    --quiet) quiet=1 ;;
    -h | --help) help; exit 0 ;;
    build | test | browser | bench | fuzz) wanted+=("$argument") ;;
    *) say "未知参数：$argument" "unknown argument: $argument" ''; help >&2; exit 2 ;;
  esac
done
[ ${#wanted[@]} -gt 0 ] || wanted=(build test browser bench fuzz)
[ "${LIUHEN_SKIP_SETUP:-0}" != 1 ] || exit 0

packages=()
for group in "${wanted[@]}"; do
  case $group in
    build) packages+=("${build_packages[@]}") ;;
    test) packages+=("${build_packages[@]}" "${test_packages[@]}") ;;
    browser) packages+=("${browser_packages[@]}") ;;
    bench) packages+=("${build_packages[@]}" "${bench_packages[@]}") ;;
    fuzz) packages+=("${build_packages[@]}" "${fuzz_packages[@]}") ;;
  esac
done

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  say '这不是 Debian 系统，无法自动安装。请自行安装下列软件的对应版本，然后设置 LIUHEN_SKIP_SETUP=1 重试：' \
      'This is not a Debian system, so nothing can be installed automatically. Install the counterparts' \
      'of these packages yourself, set LIUHEN_SKIP_SETUP=1 and try again:' "  ${packages[*]}"
  exit 1
fi

# Prints those of the packages named that are not installed, each once.
absent() {
  local known  # dpkg-query fails when it has never heard of one of them, having listed the others
  known=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "$@" 2>/dev/null || true)
  printf '%s\n' "$@" | sort -u | grep -vxF -f <(sed -n 's/^installed //p' <<<"$known") || true
}

mapfile -t missing < <(absent "${packages[@]}")
[ ${#missing[@]} -gt 0 ] || exit 0  # ccache alone is not worth a download

as_root=()
if [ "$(id -u)" != 0 ]; then
  if ! command -v sudo >/dev/null; then
    say "缺少软件包，而当前用户不是 root，也没有 sudo。请以 root 运行：" \
        "Packages are missing, and this user is neither root nor has sudo. As root, run:" \
        "  apt-get install --no-install-recommends ${missing[*]}"
    exit 1
  fi
  as_root=(sudo)
  [ -t 2 ] || as_root=(sudo -n)  # nobody there to type a password
fi

log=$(mktemp)
policy=/usr/sbin/policy-rc.d
denied=0
leave() {
  rm -f "$log"
  [ $denied = 0 ] || "${as_root[@]}" rm -f "$policy"
}
trap leave EXIT
run() {  # a command as root, its output shown unless --quiet, kept for when it fails
  local status=0
  if [ $quiet = 1 ]; then
    "${as_root[@]}" "$@" >"$log" 2>&1 || status=$?
  else
    "${as_root[@]}" "$@" 2>&1 | tee "$log" >&2 || status=$?
  fi
  return $status
}
apt() {  # --no-remove: a package that conflicts with ours is for its owner to remove
  run env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 apt-get -y -q \
    --no-remove -o DPkg::Lock::Timeout=300 -o Acquire::Retries=3 -o Dpkg::Use-Pty=0 "$@"
}
give_up() {
  [ $quiet = 0 ] || tail -n 30 "$log" >&2
  say '' "无法安装：${missing[*]}" \
      "请检查网络与 apt 软件源（需要 Debian 12 的 main），或由管理员运行：" \
      "Could not install: ${missing[*]}" \
      "Check the network and apt's sources (Debian 12, main), or have an administrator run:" \
      "  apt-get update && apt-get install --no-install-recommends ${missing[*]}"
  exit 1
}

# Prometheus, PostgreSQL and nginx are wanted as programs only: their packages are not to start servers.
if [ ! -e "$policy" ]; then
  denied=1
  printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
  "${as_root[@]}" chmod 755 "$policy"
fi

say "正在安装 ${#missing[@]} 个软件包 / installing ${#missing[@]} packages: ${missing[*]}"
# A failed update is tried once more; if it fails again, the lists already there may still do.
apt update || { sleep 3; apt update; } ||
  say 'apt-get update 失败，改用已有的软件包列表 / failed; trying with the lists there are'
mapfile -t extras < <(absent "${optional_packages[@]}")
if [ ${#extras[@]} -gt 0 ]; then
  apt install --no-install-recommends "${missing[@]}" "${extras[@]}" ||
    apt install --no-install-recommends "${missing[@]}" || give_up
else
  apt install --no-install-recommends "${missing[@]}" || give_up
fi
say '软件包已装好 / packages installed'
