#!/usr/bin/env bash
# Sets up, builds and runs every test. Run `tools/test.sh --help`.
set -euo pipefail
exec </dev/null
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
用法 usage: tools/test.sh [--preset NAME] [-- CTEST-ARGUMENT …]

安装缺少的软件包，编译，运行全部测试，最后一行是 ctest 自己的统计。dev 还短时运行每个模糊测试，
并用另一个编译器编译人们实际运行的程序（release），走完 tools/run.sh --once 的全过程。
测试失败或一个测试也没有时，退出码不为零。
Installs what is missing, builds, runs every test and closes with ctest's own count. Under dev it
also runs every fuzz target for a few seconds, builds what people run (release, by another
compiler) and goes the whole way of tools/run.sh --once with it.
Exits non-zero if a test fails, or if there are none.

  --preset NAME  dev（默认 default）· asan-ubsan · tsan
  -- …           交给 ctest，例如 passed on to ctest, for example: -- -R '^crypto\.'
TEXT
}

preset=dev
while [ $# -gt 0 ]; do
  case $1 in
    --preset) preset=${2:?--preset 后面要有名称 / needs a name}; shift 2 ;;
    --preset=*) preset=${1#*=}; shift ;;
    -h | --help) help; exit 0 ;;
    --) shift; break ;;
    *) printf '未知参数 unknown argument: %s\n\n' "$1" >&2; help >&2; exit 2 ;;
  esac
done

bash tools/setup.sh --quiet build test fuzz
# Without a browser the tests of the pages are skipped, and say so; all others run.
bash tools/setup.sh --quiet browser ||
  printf '%s\n' '没有 Chromium：页面测试将跳过' 'no Chromium: the tests of the pages will be skipped' >&2
bash tools/build.sh "$preset"
if [ "$preset" = dev ]; then
  bash tools/build.sh fuzz fuzz_targets
  bash tools/build.sh release
fi
exec ctest --preset "$preset" --parallel "$(nproc)" --no-tests=error --no-label-summary "$@"
