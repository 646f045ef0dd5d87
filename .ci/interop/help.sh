# What the parts of the interoperability check share: counting, and the parts of artifacts and keys. It is sourced.

created=2026-11-22T09:00:00Z
judged=2026-11-23T00:00:00Z
passed=0
failed=0

ok() { passed=$((passed + 1)); printf 'ok      %s\n' "$1"; }
bad() { failed=$((failed + 1)); printf 'FAILED  %s\n' "$1"; }
skip() { printf 'skipped: %s\n' "$1"; }
finish() { printf '%s passed, %s failed\n' "$passed" "$failed"; test "$failed" -eq 0; }

# check NAME COMMAND…: the command succeeds. What it says is shown where it does not.
check() {
  local name=$1
  shift
  if "$@" >log 2>&1; then ok "$name"; else bad "$name"; sed 's/^/        /' log; fi
}

# exits WANTED NAME COMMAND…: the command ends with this exit code.
exits() {
  local wanted=$1 name=$2 code=0
  shift 2
  "$@" >log 2>&1 || code=$?
  if [ "$code" -eq "$wanted" ]; then ok "$name"; else bad "$name: exit $code, not $wanted"; sed 's/^/        /' log; fi
}

# fails NAME COMMAND…: the command refuses, with whatever exit code it has for that.
fails() {
  local name=$1
  shift
  if "$@" >log 2>&1; then bad "$name"; sed 's/^/        /' log; else ok "$name"; fi
}

# `--allow-dirty`, because a checkout in CI may carry files that are not committed: generated ones, or a change under test.
verify() { local key=$1; shift; "$binary" verify --require-key "$key" --at "$judged" --allow-dirty "$@"; }

build() { "$binary" build "$example" --created-at "$created" --output "$1"; }

# Takes the parts of an artifact apart with nothing but Python's own library: the payload, the bytes that are signed (the
# pre-authentication encoding of DSSE), the one signature and the name of its key.
split() {
  python3 - "$1" <<'PY'
import base64, json, sys

envelope = json.load(open(sys.argv[1], "rb"))
kind = envelope["payloadType"]
payload = base64.b64decode(envelope["payload"], validate=True)
assert kind == "application/vnd.in-toto+json" and len(kind) == 28, kind
open("p.bin", "wb").write(payload)
open("pae.bin", "wb").write(b"DSSEv1 28 application/vnd.in-toto+json %d " % len(payload) + payload)
[signature] = envelope["signatures"]
open("s.bin", "wb").write(base64.b64decode(signature["sig"], validate=True))
open("keyid", "w").write(signature["keyid"] + "\n")
PY
}

is_ed25519() { openssl pkey "$@" -noout -text | grep -q ED25519; }

# The public key in OpenSSH's wire form: the end of its DER form, behind the lengths and the name of the algorithm.
wire() {
  if is_ed25519 -pubin -in "$1"; then
    printf '\0\0\0\013ssh-ed25519\0\0\0\040'
    openssl pkey -pubin -in "$1" -outform DER | tail -c 32
  else
    printf '\0\0\0\023ecdsa-sha2-nistp256\0\0\0\010nistp256\0\0\0\101'
    openssl pkey -pubin -in "$1" -outform DER | tail -c 65
  fi
}
openssh() {
  local name=ecdsa-sha2-nistp256
  if is_ed25519 -pubin -in "$1"; then name=ssh-ed25519; fi
  printf '%s %s\n' "$name" "$(wire "$1" | base64 | tr -d '\n')"
}
fingerprint() { wire "$1" | openssl dgst -sha256 -binary | base64 | tr -d =; }

# openssl_verify KEY MESSAGE SIGNATURE, and openssl_sign KEY MESSAGE SIGNATURE: Ed25519 takes the message, ECDSA its digest.
openssl_verify() {
  if is_ed25519 -pubin -in "$1"; then
    openssl pkeyutl -verify -pubin -inkey "$1" -rawin -in "$2" -sigfile "$3"
  else
    openssl dgst -sha256 -binary "$2" >digest.bin
    openssl pkeyutl -verify -pubin -inkey "$1" -in digest.bin -sigfile "$3"
  fi
}
openssl_sign() {
  if is_ed25519 -in "$1"; then
    openssl pkeyutl -sign -inkey "$1" -rawin -in "$2" -out "$3"
  else
    openssl dgst -sha256 -binary "$2" >digest.bin
    openssl pkeyutl -sign -inkey "$1" -in digest.bin -out "$3"
  fi
}
