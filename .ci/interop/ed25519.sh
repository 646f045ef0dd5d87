# Ed25519 artifacts, openssl as judge and as signer, and what is in them. It is sourced.

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
check "openssl accepts routec's signature" openssl_verify platform.pub.pem pae.bin s.bin
fails "openssl refuses it for another key" openssl_verify other.pub.pem pae.bin s.bin
fails "openssl refuses it for the payload alone" openssl_verify platform.pub.pem p.bin s.bin

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
