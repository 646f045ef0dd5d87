# ECDSA on P-256: openssl as judge and as signer, both ways. It is sourced.

"$binary" keygen service --algorithm ecdsa-p256-sha256 >/dev/null
cp unsigned.json service.json
cp unsigned.json again.json
"$binary" sign --key service.pem service.json >/dev/null
"$binary" sign --key service.pem again.json >/dev/null
check "two ECDSA signatures of the same bytes are the same bytes" cmp service.json again.json
exits 0 "an artifact signed with ECDSA is accepted" verify service.pub.pem service.json
exits 5 "it is refused for an Ed25519 key" verify platform.pub.pem service.json
split service.json
check "openssl reads routec's ECDSA key" openssl pkey -in service.pem -noout
check "openssl derives the same public ECDSA key" sh -c 'openssl pkey -in service.pem -pubout | cmp - service.pub.pem'
check "openssl accepts routec's ECDSA signature" openssl_verify service.pub.pem pae.bin s.bin
fails "openssl refuses it for the payload alone" openssl_verify service.pub.pem p.bin s.bin
check "the key id is the fingerprint computed with openssl" test "SHA256:$(fingerprint service.pub.pem)" = "$(cat keyid)"
if command -v ssh-keygen >/dev/null; then
  openssh service.pub.pem >service.ssh.pub
  check "the key id is the fingerprint that ssh-keygen prints" \
    test "$(ssh-keygen -lf service.ssh.pub | cut -d ' ' -f 2)" = "$(cat keyid)"
else
  skip 'ssh-keygen is missing'
fi

# A key that openssl made, in both of its PEM forms.
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out foreign-ec.pem
openssl pkey -in foreign-ec.pem -pubout -out foreign-ec.pub.pem
cp unsigned.json foreign-ec.json
check "routec signs with an ECDSA key made by openssl" "$binary" sign --key foreign-ec.pem foreign-ec.json
exits 0 "routec accepts the ECDSA public key written by openssl" verify foreign-ec.pub.pem foreign-ec.json
split foreign-ec.json
check "openssl accepts the signature by its own ECDSA key" openssl_verify foreign-ec.pub.pem pae.bin s.bin
openssl pkey -in foreign-ec.pem -pubout -ec_conv_form compressed -out compressed.pub.pem
exits 2 "a compressed public key is refused" verify compressed.pub.pem foreign-ec.json
openssl pkey -pubin -in compressed.pub.pem -pubout -ec_conv_form uncompressed -out rewritten.pub.pem
exits 0 "and accepted once it is rewritten as the message says" verify rewritten.pub.pem foreign-ec.json
openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out p384.pem
exits 3 "a key on another curve does not sign" "$binary" sign --key p384.pem again.json
check "nor changes anything" cmp service.json again.json
