#!/usr/bin/env bash
# Compares predicted walks with those of LiteLLM itself, one release of each era: .ci/litellm.sh BINARY NUMBER [FILE...]
set -euo pipefail
binary=$1 number=$2
shift 2
folder=${LITELLM_VENVS:-target/litellm}
mkdir -p "$folder"

# uv unpacks what the three releases share only once, and compiles only what is imported: seconds where pip takes minutes.
uv=$folder/uv/bin/uv
if [ -z "${LITELLM_VENVS:-}" ] && [ ! -x "$uv" ]; then
  { python3 -m venv "$folder/uv" && "$folder/uv/bin/python" -m pip install --quiet uv; } >"$folder/uv.log" 2>&1 || uv=
fi

packages() {
  local python=$1
  shift
  if [ -n "$uv" ]; then "$uv" pip install --quiet --python "$python" "$@"; else "$python" -m pip install --quiet "$@"; fi
}

# 1.109.1 pins a certifi that its own index may not have yet; it runs with what 1.106.2 needs.
environment() {
  local release=$1 python=$folder/$1/bin/python base=$1
  if [ -f "$folder/$release/complete" ] || { [ -n "${LITELLM_VENVS:-}" ] && [ -x "$python" ]; }; then return 0; fi
  python3 -m venv "$folder/$release" || return 1
  if [ "$release" = 1.109.1 ]; then base=1.106.2; fi
  packages "$python" "litellm[proxy]==$base" || return 1
  packages "$python" --no-deps "litellm==$release" || return 1
  touch "$folder/$release/complete"
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

# Side by side: there is something to wait for in each.
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
