#!/usr/bin/env bash
# Whether other tools agree with routec about artifacts: usage `interop.sh BINARY`. Works in a folder of its own.
set -euo pipefail

binary=$(realpath "${1:?usage: interop.sh BINARY}")
example=$(realpath "$(dirname "$0")/../examples/acme")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

created=2026-11-22T09:00:00Z
judged=2026-11-23T00:00:00Z
passed=0
failed=0

ok() { passed=$((passed + 1)); printf 'ok      %s\n' "$1"; }
bad() { failed=$((failed + 1)); printf 'FAILED  %s\n' "$1"; }
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

# The public key as OpenSSH writes it: the last 32 bytes of its DER form, behind the lengths and the name of the algorithm.
openssh() {
  { printf '\0\0\0\013ssh-ed25519\0\0\0\040'; openssl pkey -pubin -in "$1" -outform DER | tail -c 32; } >blob
  printf 'ssh-ed25519 %s\n' "$(base64 <blob | tr -d '\n')"
}
fingerprint() {
  { printf '\0\0\0\013ssh-ed25519\0\0\0\040'; openssl pkey -pubin -in "$1" -outform DER | tail -c 32; } |
    openssl dgst -sha256 -binary | base64 | tr -d =
}

# Nothing below means anything if these fail.
"$binary" keygen platform >/dev/null
"$binary" keygen other >/dev/null
build first.json >/dev/null
build second.json >/dev/null
cp first.json unsigned.json

check "two builds of the same files are the same bytes" cmp first.json second.json
exits 5 "an unsigned artifact is refused" verify platform.pub.pem unsigned.json

"$binary" sign --key platform.pem first.json >/dev/null
"$binary" sign --key platform.pem second.json >/dev/null
check "two signatures of the same bytes are the same bytes" cmp first.json second.json
exits 0 "a signed artifact is accepted" verify platform.pub.pem first.json
exits 5 "a signature by another key is refused" verify other.pub.pem first.json

# openssl as the judge of routec's signature.
split first.json
check "openssl reads routec's private key" openssl pkey -in platform.pem -noout
check "openssl accepts routec's signature" \
  openssl pkeyutl -verify -pubin -inkey platform.pub.pem -rawin -in pae.bin -sigfile s.bin
exits 1 "openssl refuses it for another key" \
  openssl pkeyutl -verify -pubin -inkey other.pub.pem -rawin -in pae.bin -sigfile s.bin
exits 1 "openssl refuses it for the payload alone" \
  openssl pkeyutl -verify -pubin -inkey platform.pub.pem -rawin -in p.bin -sigfile s.bin

# openssl as the signer: Ed25519 leaves no choice, so both must come to the same 64 bytes.
openssl pkeyutl -sign -inkey platform.pem -rawin -in pae.bin -out openssl.bin
check "openssl's signature by the same key is 64 bytes" test "$(wc -c <openssl.bin)" -eq 64
check "openssl's signature by the same key is routec's" cmp s.bin openssl.bin
openssl pkey -in platform.pem -pubout -out derived.pub.pem
check "openssl derives the same public key" cmp platform.pub.pem derived.pub.pem

# A key that openssl made.
openssl genpkey -algorithm ed25519 -out foreign.pem
openssl pkey -in foreign.pem -pubout -out foreign.pub.pem
cp unsigned.json foreign.json
check "routec signs with a key made by openssl" "$binary" sign --key foreign.pem foreign.json
exits 0 "routec accepts the public key written by openssl" verify foreign.pub.pem foreign.json
split foreign.json
check "openssl accepts the signature by its own key" \
  openssl pkeyutl -verify -pubin -inkey foreign.pub.pem -rawin -in pae.bin -sigfile s.bin

# A signature that routec never saw: openssl's, put by Python into the envelope.
openssl pkeyutl -sign -inkey foreign.pem -rawin -in pae.bin -out grafted.bin
python3 - unsigned.json grafted.bin "SHA256:$(fingerprint foreign.pub.pem)" grafted.json <<'PY'
import base64, json, sys

unsigned, signature, keyid, out = sys.argv[1:]
envelope = json.load(open(unsigned, "rb"))
sig = base64.b64encode(open(signature, "rb").read()).decode()
envelope["signatures"] = [{"keyid": keyid, "sig": sig}]
# There is one way only to write an envelope, so that no byte of a file can change unseen.
open(out, "w", newline="\n").write(json.dumps(envelope, sort_keys=True, separators=(",", ":")) + "\n")
PY
exits 0 "routec accepts an envelope that openssl signed and Python wrote" verify foreign.pub.pem grafted.json
check "it is the envelope that routec writes" cmp foreign.json grafted.json

# Two signers in one file.
cp first.json both.json
check "a second key signs" "$binary" sign --key foreign.pem both.json
exits 0 "both signatures are accepted" verify platform.pub.pem --require-key foreign.pub.pem both.json
exits 5 "a third one that is required is missed" verify platform.pub.pem --require-key other.pub.pem both.json

# The name of a key is its OpenSSH fingerprint.
split first.json
check "the key id is the fingerprint computed with openssl" test "SHA256:$(fingerprint platform.pub.pem)" = "$(cat keyid)"
if command -v ssh-keygen >/dev/null; then
  openssh platform.pub.pem >platform.ssh.pub
  check "the key id is the fingerprint that ssh-keygen prints" \
    test "$(ssh-keygen -lf platform.ssh.pub | cut -d ' ' -f 2)" = "$(cat keyid)"
else
  printf 'skipped: ssh-keygen is missing\n'
fi

# The table that is handed out is the subject of the statement.
check "the verified table is handed out" verify platform.pub.pem --extract table.json first.json
check "its SHA-256 is the subject's digest" python3 - p.bin table.json <<'PY'
import hashlib, json, sys

payload, table = (open(path, "rb").read() for path in sys.argv[1:])
statement = json.loads(payload)
[subject] = statement["subject"]
assert subject["digest"] == {"sha256": hashlib.sha256(table).hexdigest()}, subject
assert json.loads(table) == statement["predicate"]["table"]
canonical = json.dumps(statement, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
assert canonical == payload, "the payload is not canonical JSON"
PY

# One bit of one byte, at 64 places spread over the whole file.
size=$(wc -c <first.json)
accepted=""
for number in $(seq 0 63); do
  place=$((number * (size - 1) / 63))
  python3 - first.json flipped.json "$place" "$((number % 8))" <<'PY'
import sys

source, target, place, bit = sys.argv[1:]
data = bytearray(open(source, "rb").read())
data[int(place)] ^= 1 << int(bit)
open(target, "wb").write(data)
PY
  code=0
  verify platform.pub.pem flipped.json >log 2>&1 || code=$?
  [ "$code" -eq 5 ] || accepted+=" byte $place bit $((number % 8)): exit $code;"
done
check "an artifact with one wrong bit is refused, at each of 64 places$accepted" test -z "$accepted"

# Other people's verifiers.
python=""
if python3 -m venv venv >log 2>&1 && venv/bin/pip install --quiet --disable-pip-version-check --retries 1 cryptography securesystemslib >log 2>&1; then
  python=venv/bin/python
fi
if [ -n "$python" ]; then
  check "the Python package cryptography accepts the signature" "$python" - platform.pub.pem pae.bin s.bin <<'PY'
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key

key, signed, signature = (open(path, "rb").read() for path in sys.argv[1:])
public = load_pem_public_key(key)
public.verify(signature, signed)
try:
    public.verify(signature, signed + b" ")
except InvalidSignature:
    pass
else:
    sys.exit("it accepts anything")
PY
  check "the Python package securesystemslib accepts the envelope" "$python" - first.json platform.pub.pem other.pub.pem <<'PY'
import json, sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

artifact, public, other = sys.argv[1:]
data = json.load(open(artifact, "rb"))
[signature] = data["signatures"]


def key(path):
    return SSlibKey.from_crypto(load_pem_public_key(open(path, "rb").read()), signature["keyid"], "ed25519")


envelope = Envelope.from_dict(json.loads(json.dumps(data)))
assert list(envelope.verify([key(public)], 1)) == [signature["keyid"]]
try:
    envelope.verify([key(other)], 1)
except VerificationError:
    pass
else:
    sys.exit("it accepts another key")
PY
else
  printf 'skipped: cryptography and securesystemslib cannot be installed here\n'
fi

finish
