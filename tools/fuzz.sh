#!/usr/bin/env bash
# Runs the fuzz targets. Run `tools/fuzz.sh --help`.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
用法 usage: tools/fuzz.sh [--seconds N] [--no-build] [target …]
            tools/fuzz.sh --seeds

编译并依次运行模糊测试；不写目标时运行全部（tests/fuzz/*.cc）。第一个失败就停下，退出码为 1。
新发现的输入留在 build/fuzz/corpus/，使程序崩溃的输入留在 build/fuzz/crashes/。
目标 canary 必须崩溃：它证明模糊测试确实能找到问题。
Builds the fuzz targets and runs one after another; all of them (tests/fuzz/*.cc) if none is named.
Stops at the first that fails, with exit code 1. What they find is kept in build/fuzz/corpus/, and
inputs that crash the program in build/fuzz/crashes/. The target canary has to crash: that shows
that the fuzzers can find something.

  --seconds N  每个目标的时间，默认 600  time for each target, 600 by default
  --no-build   使用已编译的程序           takes the programs as they are
  --seeds      格式变化之后：重写 tests/fuzz/corpus/ 中由格式得出的种子，其余不动
               after a change of formats: writes the seeds in tests/fuzz/corpus/ that follow from
               them anew, and leaves the others

重现 to reproduce: build/fuzz/bin/fuzz_note build/fuzz/crashes/note-crash-…
需要 needs: tools/setup.sh fuzz
TEXT
}
usage_error() { printf '%s\n\n' "$1" >&2; help >&2; exit 2; }

seconds=600
build=1
seeds=0
targets=()
while [ $# -gt 0 ]; do
  case $1 in
    --seconds) seconds=${2:-}; shift $(( $# > 1 ? 2 : 1 )) ;;
    --seconds=*) seconds=${1#*=}; shift ;;
    --no-build) build=0; shift ;;
    --seeds) seeds=1; shift ;;
    -h | --help) help; exit 0 ;;
    -*) usage_error "未知参数 unknown argument: $1" ;;
    *) targets+=("$1"); shift ;;
  esac
done
[[ $seconds =~ ^[1-9][0-9]*$ ]] || usage_error "--seconds 后面要有正整数 / needs a positive number"
if [ $seeds = 1 ]; then
  [ ${#targets[@]} -eq 0 ] || usage_error '--seeds 不带目标 / takes no target'
  if [ $build = 1 ]; then bash tools/build.sh fuzz fuzz_seeds; fi
  exec build/fuzz/bin/fuzz_seeds tests/fuzz/corpus
fi
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*.cc; do targets+=("$(basename "$source" .cc)"); done
fi
for target in "${targets[@]}"; do
  [ -f "tests/fuzz/$target.cc" ] || usage_error "没有这个目标 no such target: $target"
done

if [ $build = 1 ]; then bash tools/build.sh fuzz "${targets[@]/#/fuzz_}"; fi
crashes=build/fuzz/crashes
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$crashes"
rm -f "$crashes"/canary-*

# One target for that many seconds; its exit code.
run() {
  local target=$1 found=build/fuzz/corpus/$1 dictionary=()
  mkdir -p "$found"
  [ ! -f "tests/fuzz/$target.dict" ] || dictionary=(-dict="tests/fuzz/$target.dict")
  # Whatever a target writes goes with the folder of this run, however the target ends.
  TMPDIR=$scratch "build/fuzz/bin/fuzz_$target" "$found" "tests/fuzz/corpus/$target" "${dictionary[@]}" \
    -max_total_time="$seconds" -timeout=60 -rss_limit_mb=4096 -max_len=131072 -print_final_stats=1 \
    -artifact_prefix="$crashes/$target-"
}

for target in "${targets[@]}"; do
  printf '%s：%s 秒 seconds\n' "$target" "$seconds"
  status=0
  run "$target" || status=$?
  if [ "$target" = canary ]; then
    # 77 is what libFuzzer ends with after a crash, and it leaves the input.
    if [ $status != 77 ] || ! compgen -G "$crashes/canary-crash-*" > /dev/null; then
      echo "canary 没有崩溃（退出码 $status）：模糊测试找不到问题 / did not crash (exit code $status): the fuzzers find nothing" >&2
      exit 1
    fi
    rm -f "$crashes"/canary-*
    echo 'canary 如期崩溃 / crashed, as it has to'
  elif [ $status != 0 ]; then
    printf '%s 失败，输入在 %s / failed, the input is in %s\n' "$target" "$crashes" "$crashes" >&2
    exit 1
  fi
done
