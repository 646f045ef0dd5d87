#!/usr/bin/env bash
# Whether other tools agree with routec about artifacts: usage `interop.sh BINARY`. Works in a folder of its own.
set -euo pipefail

binary=$(realpath "${1:?usage: interop.sh BINARY}")
here=$(realpath "$(dirname "$0")")
example=$here/../examples/acme
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# The parts go on with the keys and artifacts of those before them.
for part in help ed25519 ecdsa passphrases signers verifiers; do
  # shellcheck source=/dev/null
  . "$here/interop/$part.sh"
done

finish
