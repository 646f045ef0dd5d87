# Signatures that routec never makes: by openssl and by an ssh-agent, over what `routec pae` prints. It is sourced.

check "routec prints the bytes to sign" sh -c '"$0" pae unsigned.json | cmp - pae.bin' "$binary"
check "and their digest" sh -c '"$0" pae --digest unsigned.json >printed.bin; openssl dgst -sha256 -binary pae.bin | cmp - printed.bin' "$binary"

for key in foreign foreign-ec; do
  cp unsigned.json attached.json
  openssl_sign "$key.pem" pae.bin openssl.bin
  check "a signature by openssl is attached ($key)" "$binary" attach --key "$key.pub.pem" --signature openssl.bin attached.json
  exits 0 "and accepted" verify "$key.pub.pem" attached.json
  cp unsigned.json attached.json
  openssl_sign "$key.pem" p.bin wrong.bin
  exits 5 "one over the payload alone is not" "$binary" attach --key "$key.pub.pem" --signature wrong.bin attached.json
  exits 5 "nor one by another key" "$binary" attach --key service.pub.pem --signature openssl.bin attached.json
  check "and nothing is changed" cmp unsigned.json attached.json
done

if command -v ssh-agent >/dev/null && command -v ssh-keygen >/dev/null && command -v ssh-add >/dev/null; then
  eval "$(ssh-agent -s)" >/dev/null
  trap 'kill "$SSH_AGENT_PID" 2>/dev/null; rm -rf "$work"' EXIT
  for kind in ed25519 ecdsa; do
    ssh-keygen -q -t "$kind" -N '' -C '' -f "agent-$kind"
    ssh-add -q "agent-$kind"
    rm "agent-$kind"
    check "the agent signs ($kind)" python3 "$here/interop/agent.py" "agent-$kind.pub" pae.bin "agent-$kind.pub.pem" agent.bin
    cp unsigned.json agent.json
    check "its signature is attached" "$binary" attach --key "agent-$kind.pub.pem" --signature agent.bin agent.json
    exits 0 "and accepted" verify "agent-$kind.pub.pem" agent.json
    split agent.json
    check "under the fingerprint that ssh-keygen prints" \
      test "$(ssh-keygen -lf "agent-$kind.pub" | cut -d ' ' -f 2)" = "$(cat keyid)"
  done
  kill "$SSH_AGENT_PID"
  trap 'rm -rf "$work"' EXIT
else
  skip 'ssh-agent is missing'
fi

# Bundles, without a private key.
for key in platform service; do
  cp unsigned.json bundled.json
  "$binary" sign --key "$key.pem" bundled.json --bundle "$key.sigstore.json" >/dev/null
  check "a bundle needs no private key ($key)" "$binary" bundle --key "$key.pub.pem" bundled.json --output second.sigstore.json
  check "and is the one written when signing" cmp "$key.sigstore.json" second.sigstore.json
  cp unsigned.json grafted.json
  check "its signature comes back into an artifact" "$binary" attach --key "$key.pub.pem" --bundle "$key.sigstore.json" grafted.json
  check "as it was" cmp bundled.json grafted.json
done
