#!/usr/bin/env bash
# Configures a preset if that is needed, and builds it. Run `tools/build.sh --help`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

help() {
  cat <<'TEXT'
用法 usage: tools/build.sh PRESET [TARGET …]

配置（如有需要）并编译，程序在 build/PRESET/bin/ 下。
Configures if needed and builds; programs land in build/PRESET/bin/.

  PRESET       dev · release · asan-ubsan · tsan · fuzz · bench
  LIUHEN_JOBS  并行任务数；默认按核数与内存（每个任务 1.5 GiB）计算
               parallel jobs; by default what cores and memory (1.5 GiB a job) allow
TEXT
}

case ${1:-} in
  -h | --help) help; exit 0 ;;
  '' | -*) help >&2; exit 2 ;;
esac
preset=$1
shift
build=build/$preset

# Memory that a build may use, in MiB: what is free, or less where a control group says so.
memory_mib() {
  local free limit
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null || true)
  free=${free:-4096}
  for limit in /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes; do
    limit=$(cat "$limit" 2>/dev/null || true)
    if [[ $limit =~ ^[0-9]+$ ]] && (( limit / 1048576 < free )); then free=$(( limit / 1048576 )); fi
  done
  echo "$free"
}
parallel_jobs() {
  local cores by_memory
  cores=$(nproc)
  by_memory=$(( $(memory_mib) / 1536 ))
  (( by_memory >= 1 )) || by_memory=1
  echo $(( by_memory < cores ? by_memory : cores ))
}

# A tree configured elsewhere (a copied or renamed checkout) or half-way is configured anew.
stamp=$build/.configured
here=$(pwd -P)
if [ ! -f "$stamp" ] || [ ! -f "$build/build.ninja" ] || [ CMakePresets.json -nt "$stamp" ] ||
   [ "$(cat "$stamp")" != "$here" ]; then
  fresh=()
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" != "$here" ]; then fresh=(--fresh); fi
  if [ ! -f "$stamp" ] && [ -f "$build/CMakeCache.txt" ] &&
     ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$here" "$build/CMakeCache.txt"; then fresh=(--fresh); fi
  rm -f "$stamp"
  cmake "${fresh[@]}" --preset "$preset"
  printf '%s\n' "$here" >"$stamp"
fi

targets=()
[ $# -eq 0 ] || targets=(--target "$@")
export NINJA_STATUS="[%f/%t %es] "
exec cmake --build --preset "$preset" --parallel "${LIUHEN_JOBS:-$(parallel_jobs)}" "${targets[@]}"
