#!/usr/bin/env bash
# Compares predicted walks with those of LiteLLM itself, one release of each era: .ci/litellm.sh BINARY NUMBER [FILE...]
set -euo pipefail
binary=$1 number=$2
shift 2
folder=${LITELLM_VENVS:-target/litellm}
mkdir -p "$folder"

# 1.109.1 pins a certifi that its own index may not have yet; it runs with what 1.106.2 needs.
environment() {
  local release=$1 python=$folder/$1/bin/python
  if [ ! -x "$python" ] || ! "$python" -c 'import litellm.proxy.proxy_server' 2>/dev/null; then
    python3 -m venv "$folder/$release" || return 1
    local base=$release
    if [ "$release" = 1.109.1 ]; then base=1.106.2; fi
    "$python" -m pip install --quiet "litellm[proxy]==$base" || return 1
    "$python" -m pip install --quiet --no-deps "litellm==$release" || return 1
  fi
}

compare() {
  local release=$1
  shift
  if ! environment "$release" >"$folder/$release.log" 2>&1; then
    printf 'skipped: LiteLLM %s (its Python packages cannot be had here)\n' "$release"
    return 0
  fi
  local python=$folder/$release/bin/python
  "$python" tests/litellm/compare.py --routec "$binary" --python "$python" --release "$release" --random "$number" "$@"
}

# Side by side: most of the time is spent waiting for packages.
running=()
for release in 1.92.0 1.101.6 1.109.1; do
  compare "$release" "$@" &
  running+=("$!")
done
status=0
for one in "${running[@]}"; do
  wait "$one" || status=1
done
exit "$status"
