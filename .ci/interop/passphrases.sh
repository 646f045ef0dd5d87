# Keys under a passphrase, written by one and read by the other. It is sourced.

export PASSPHRASE=correct-horse WRONG=battery-staple

for algorithm in ed25519 ecdsa-p256-sha256; do
  "$binary" keygen "locked-$algorithm" --algorithm "$algorithm" --encrypt --passphrase-env PASSPHRASE >/dev/null
  check "openssl reads routec's encrypted key ($algorithm)" \
    sh -c "openssl pkey -in locked-$algorithm.pem -passin env:PASSPHRASE -pubout | cmp - locked-$algorithm.pub.pem"
  fails "but not with another passphrase" openssl pkey -in "locked-$algorithm.pem" -passin env:WRONG -noout
done
check "it is encrypted with AES-256" sh -c 'openssl asn1parse -in locked-ed25519.pem | grep -q :aes-256-cbc'
check "after 600,000 rounds" sh -c 'openssl asn1parse -in locked-ed25519.pem | grep -q "INTEGER *:0927C0$"'
check "of HMAC-SHA-256" sh -c 'openssl asn1parse -in locked-ed25519.pem | grep -q :hmacWithSHA256'

for key in foreign foreign-ec; do
  openssl pkey -in "$key.pem" -aes-256-cbc -passout env:PASSPHRASE -out "$key-2048.pem"
  openssl pkcs8 -topk8 -in "$key.pem" -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -passout env:PASSPHRASE -out "$key-600000.pem"
  openssl pkcs8 -topk8 -in "$key.pem" -scrypt -passout env:PASSPHRASE -out "$key-scrypt.pem"
  for kind in 2048 600000 scrypt; do
    cp unsigned.json locked.json
    exits 3 "routec does not read openssl's $key-$kind with another passphrase" \
      "$binary" sign --key "$key-$kind.pem" --passphrase-env WRONG locked.json
    check "nor changes anything" cmp unsigned.json locked.json
    check "routec reads openssl's $key-$kind" "$binary" sign --key "$key-$kind.pem" --passphrase-env PASSPHRASE locked.json
    check "and signs as with the plain key" cmp "$key.json" locked.json
  done
done

# A terminal of its own, at which nobody shows what is typed.
if command -v script >/dev/null; then
  cp unsigned.json asked.json
  printf '%s\n' "$PASSPHRASE" |
    script -qec "\"$binary\" sign --key locked-ed25519.pem asked.json" typed.log >/dev/null 2>&1 || true
  exits 0 "the passphrase is asked for at the terminal" verify locked-ed25519.pub.pem asked.json
  check "and the question says which key it is about" grep -q 'passphrase of locked-ed25519.pem' typed.log
else
  skip 'script is missing, no terminal to ask at'
fi
