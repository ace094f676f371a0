#!/usr/bin/env bash
# Breaks the machine under the ledger, for long. Run `tools/soak.sh --help`.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
用法 usage: tools/soak.sh [--kills N] [--seed N] [--no-build] [部分 part …]

长时间地破坏账本所在的机器，检验每一次：已答复的一条不少、一条不重，签过的检查点属于同一段历史，
liuhen-verify 核验通过。tools/test.sh 只各取一小部分。不写部分时依次运行全部；第一个失败就停下，退出码为 1。
Breaks the machine under the ledger for long, and looks each time: nothing acknowledged is lost or
there twice, every checkpoint ever signed is of one history, liuhen-verify agrees. tools/test.sh takes
a small sample of each. All parts run in turn if none is named; stops at the first that fails, with
exit code 1.

  steps  存储的每一步出错，写入或未写入     every step of a storage fails, persisted or not   1 min
  power  每次改动前断电，丢掉未落盘的       the power is cut before every change              20 min
  sweep  每个系统调用出错或被杀（strace）   every system call fails, or is where it is killed 60 min
  kill   负载下随机 kill -9 真实服务        kill -9 of the service at random, under load      10 min
  disk   磁盘写满、变为只读，再恢复         the disk is full, or read-only, and comes back    1 min
  fuzz   对每个解析器做模糊测试             hostile input to every reader (tools/fuzz.sh)     10 min each

  --kills N   kill 的次数，默认 300           how many kills, 300 by default
  --seed N    kill 的随机种子，默认取自时间   the seed of their times, by default from the clock
  --fuzz-seconds N  fuzz 的每个目标多久，默认 600   how long each target of fuzz, 600 by default
  --no-build  使用已编译的程序               takes the programs as they are

重现 to reproduce: tools/soak.sh --no-build --seed 种子 kill
需要 needs: tools/setup.sh build test；sweep 需要允许 ptrace，disk 需要 root needs ptrace, and root
TEXT
}
usage_error() { printf '%s\n\n' "$1" >&2; help >&2; exit 2; }

kills=300
fuzz_seconds=600
seed=$(date +%s)
build=1
parts=()
while [ $# -gt 0 ]; do
  case $1 in
    --kills) kills=${2:-}; shift $(( $# > 1 ? 2 : 1 )) ;;
    --kills=*) kills=${1#*=}; shift ;;
    --seed) seed=${2:-}; shift $(( $# > 1 ? 2 : 1 )) ;;
    --seed=*) seed=${1#*=}; shift ;;
    --fuzz-seconds) fuzz_seconds=${2:-}; shift $(( $# > 1 ? 2 : 1 )) ;;
    --fuzz-seconds=*) fuzz_seconds=${1#*=}; shift ;;
    --no-build) build=0; shift ;;
    -h | --help) help; exit 0 ;;
    steps | power | sweep | kill | disk | fuzz) parts+=("$1"); shift ;;
    *) usage_error "未知参数 unknown argument: $1" ;;
  esac
done
[[ $kills =~ ^[1-9][0-9]*$ ]] || usage_error "--kills 后面要有正整数 / needs a positive number"
[[ $seed =~ ^[0-9]+$ ]] || usage_error "--seed 后面要有数字 / needs a number"
[[ $fuzz_seconds =~ ^[1-9][0-9]*$ ]] || usage_error "--fuzz-seconds 后面要有正整数 / needs a positive number"
[ ${#parts[@]} -gt 0 ] || parts=(steps power kill disk sweep fuzz)

no_build=()
[ $build = 1 ] || no_build=(--no-build)
if [ $build = 1 ] && [ "${parts[*]}" != fuzz ]; then
  bash tools/build.sh dev liuhen liuhen-verify ledger_test
fi
export LIUHEN_BIN=$PWD/build/dev/bin LIUHEN_DEMO=$PWD/build/dev/tests/programs/demo/ledger
export LIUHEN_SOAK=1 LIUHEN_KILLS=$kills LIUHEN_SEED=$seed PYTHONDONTWRITEBYTECODE=1

run() {
  case $1 in
    steps) build/dev/bin/ledger_test --gtest_brief=1 --gtest_filter='FailingSteps.*:Recovering.*' ;;
    power) build/dev/bin/ledger_test --gtest_filter='PowerCut.*' ;;
    sweep) for test in sweep sweep_commands sweep_cosigned; do python3 "tests/programs/${test}_test.py" || return; done ;;
    kill) python3 tests/programs/kill_test.py ;;
    fuzz) bash tools/fuzz.sh --seconds "$fuzz_seconds" "${no_build[@]}" ;;
    disk) python3 tests/programs/full_disk_test.py && python3 tests/programs/sync_test.py ;;
  esac
}
for part in "${parts[@]}"; do
  printf '== %s ==\n' "$part"
  if ! run "$part"; then
    printf '%s 失败 failed（--seed %s）\n' "$part" "$seed" >&2
    exit 1
  fi
done
