# Other people's verifiers, installed from PyPI, npm and Debian where that can be had. It is sourced.

# One file with both signatures, one file and one bundle for each.
cp first.json both.json
"$binary" sign --key service.pem both.json >/dev/null
verify platform.pub.pem --extract table.json both.json >/dev/null

python=""
if python3 -m venv venv >log 2>&1 && venv/bin/pip install --quiet --disable-pip-version-check --retries 1 cryptography securesystemslib >log 2>&1; then
  python=venv/bin/python
fi
if [ -n "$python" ]; then
  for key in platform service; do
    artifact=$key.json
    [ "$key" = service ] || artifact=first.json
    split "$artifact"
    check "the Python package cryptography accepts the signature of $key" "$python" - "$key.pub.pem" pae.bin s.bin <<'PY'
import sys

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

key, signed, signature = (open(path, "rb").read() for path in sys.argv[1:])
public = load_pem_public_key(key)
how = [ec.ECDSA(SHA256())] if isinstance(public, ec.EllipticCurvePublicKey) else []
public.verify(signature, signed, *how)
try:
    public.verify(signature, signed + b" ", *how)
except InvalidSignature:
    pass
else:
    sys.exit("it accepts anything")
PY
  done
  check "cryptography reads routec's encrypted keys" "$python" - locked-ed25519 locked-ecdsa-p256-sha256 <<'PY'
import os, sys

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

for name in sys.argv[1:]:
    private = load_pem_private_key(open(name + ".pem", "rb").read(), os.environb[b"PASSPHRASE"])
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert public == open(name + ".pub.pem", "rb").read()
PY
  check "the Python package securesystemslib accepts both signatures of one envelope" \
    "$python" - both.json platform.pub.pem service.pub.pem other.pub.pem <<'PY'
import base64, hashlib, json, sys

from cryptography.hazmat.primitives.serialization import load_pem_public_key
from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import VerificationError
from securesystemslib.signer import SSlibKey

artifact, *paths = sys.argv[1:]
data = json.load(open(artifact, "rb"))
ids = [signature["keyid"] for signature in data["signatures"]]


def keys(path):
    # Which name belongs to which key is for routec to say; here each key is tried under each name.
    public = load_pem_public_key(open(path, "rb").read())
    return [SSlibKey.from_crypto(public, keyid) for keyid in ids]


def accepted(path):
    found = set()
    for key in keys(path):
        try:
            found |= set(Envelope.from_dict(json.loads(json.dumps(data))).verify([key], 1))
        except VerificationError:
            pass
    return found


platform, service, other = map(accepted, paths)
assert len(platform) == len(service) == 1 and platform | service == set(ids) and len(ids) == 2, (platform, service)
assert not other, "it accepts another key"
PY
else
  skip 'cryptography and securesystemslib cannot be installed here'
fi

if command -v npm >/dev/null && cp "$here"/interop/{package.json,package-lock.json,.npmrc,sigstore.mjs} . && npm ci --silent --no-audit --no-fund --ignore-scripts >log 2>&1; then
  for key in platform service; do
    check "@sigstore/verify accepts the bundle of $key" node sigstore.mjs "$key.sigstore.json" "$key.pub.pem"
    fails "but not for another key" node sigstore.mjs "$key.sigstore.json" other.pub.pem
  done
else
  skip 'the npm package @sigstore/verify cannot be installed here'
fi

# cosign looks for its roots of trust on the network even when it is given a key; an empty file keeps it here.
printf '{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}\n' >root.json
kind=urn:routec:attestation:route-table:v1
if command -v cosign >/dev/null || { [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null && apt-get install -y cosign >log 2>&1; }; then
  cosign_bundle() {
    cosign verify-blob-attestation --key "$1" --bundle "$2" --new-bundle-format --trusted-root root.json \
      --insecure-ignore-tlog --type "$kind" "$3"
  }
  cosign_file() {
    cosign verify-blob-attestation --key "$1" --signature both.json --new-bundle-format=false \
      --insecure-ignore-tlog --type "$kind" "$2"
  }
  for key in platform service; do
    check "cosign accepts the bundle of $key for the table" cosign_bundle "$key.pub.pem" "$key.sigstore.json" table.json
    fails "but not for another file" cosign_bundle "$key.pub.pem" "$key.sigstore.json" both.json
    fails "nor for another key" cosign_bundle other.pub.pem "$key.sigstore.json" table.json
    check "cosign accepts the artifact as it is for $key" cosign_file "$key.pub.pem" table.json
    fails "but not for another file" cosign_file "$key.pub.pem" both.json
  done
  fails "nor for another key" cosign_file other.pub.pem table.json
  # Older ones sign statements of their own making only.
  if cosign attest-blob --help 2>&1 | grep -q -- '--statement='; then
    export COSIGN_PASSWORD=$PASSPHRASE
    cosign import-key-pair --key service.pem --output-key-prefix imported >log 2>&1
    cp unsigned.json cosigned.json
    check "cosign signs the payload" cosign attest-blob --key imported.key --statement p.bin --bundle cosigned.sigstore.json \
      --use-signing-config=false --tlog-upload=false --yes
    check "and its bundle is attached" "$binary" attach --key service.pub.pem --bundle cosigned.sigstore.json cosigned.json
    exits 0 "and accepted" verify service.pub.pem cosigned.json
  else
    skip 'this cosign cannot sign a statement as it is'
  fi
else
  skip 'cosign is missing, and the Debian here has no package of it'
fi
