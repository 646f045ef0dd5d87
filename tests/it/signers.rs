//! Keys under a passphrase, signatures made elsewhere, bundles: through the command, there and back.

use std::path::{Path, PathBuf};

use p256::ecdsa::signature::Signer;
use p256::ecdsa::signature::hazmat::PrehashSigner;

use crate::claims::{folder, routec};
use crate::sealed::{file, pae, payload};

const PASSPHRASE: &str = "correct-horse";

/// The key of RFC 6979, appendix A.2.5: its public half as OpenSSL writes it.
const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\nYfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n-----END PUBLIC KEY-----\n";
const PRIVATE: [u8; 32] = [
    0xc9, 0xaf, 0xa9, 0xd8, 0x45, 0xba, 0x75, 0x16, 0x6b, 0x5c, 0x21, 0x57, 0x67, 0xb1, 0xd6, 0x93, 0x4e, 0x50, 0xc3,
    0xdb, 0x36, 0xe8, 0x9b, 0x12, 0x7b, 0x8a, 0x62, 0x2b, 0x12, 0x0f, 0x67, 0x21,
];

/// A folder with an unsigned artifact, the public key and two passphrases.
fn place(name: &str) -> PathBuf {
    let unsigned = file(&payload(), &[]);
    let files =
        [("a.json", unsigned.as_str()), ("p.pub.pem", PUBLIC), ("pw", "correct-horse\n"), ("other", "wrong-horse\n")];
    folder(name, &files)
}

/// Runs a command line; the exit code, and all that it says.
fn run(folder: &Path, line: &str) -> (i32, String) {
    let output = routec(folder, &line.split(' ').collect::<Vec<_>>());
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8_lossy(&said).into_owned())
}

fn read(folder: &Path, name: &str) -> Vec<u8> {
    std::fs::read(folder.join(name)).unwrap()
}

fn verify(folder: &Path, key: &str) -> i32 {
    run(folder, &format!("verify a.json --require-key {key} --at 2026-11-21T00:00:00Z")).0
}

#[test]
fn a_key_under_a_passphrase_signs_only_with_it() {
    for algorithm in ["ed25519", "ecdsa-p256-sha256"] {
        let folder = place(&format!("passphrase-{algorithm}"));
        let made = run(&folder, &format!("keygen k --algorithm {algorithm} --encrypt --passphrase-file pw"));
        assert_eq!(made.0, 0, "{}", made.1);
        assert!(read(&folder, "k.pem").starts_with(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        let unsigned = read(&folder, "a.json");
        let (exit, said) = run(&folder, "sign a.json --key k.pem --passphrase-file other --bundle b.json");
        assert_eq!((exit, said.as_str()), (3, "error: k.pem: the passphrase is wrong, or the file is damaged\n"));
        assert_eq!(read(&folder, "a.json"), unsigned);
        assert!(!folder.join("b.json").exists());
        let (exit, said) = run(&folder, "sign a.json --key k.pem --passphrase-file pw --bundle b.json");
        assert_eq!(exit, 0, "{said}");
        assert!(!(made.1 + &said).contains(PASSPHRASE));
        assert_eq!(verify(&folder, "k.pub.pem"), 0);
        assert_eq!(verify(&folder, "p.pub.pem"), 5);
        let signed = read(&folder, "a.json");
        std::fs::write(folder.join("a.json"), unsigned).unwrap();
        assert_eq!(run(&folder, "attach a.json --key k.pub.pem --bundle b.json").0, 0);
        assert_eq!(read(&folder, "a.json"), signed, "the bundle carries the same signature");
    }
}

#[test]
fn passphrases_that_cannot_be_had_are_named() {
    let folder = place("passphrases");
    std::fs::write(folder.join("two"), "correct-horse\nand more\n").unwrap();
    std::fs::write(folder.join("short"), "1234567\n").unwrap();
    for (from, exit, message) in [
        ("--encrypt --passphrase-file two", 3, "two: the passphrase is more than one line"),
        ("--encrypt --passphrase-file short", 3, "no keys were made: the passphrase is shorter than 8 characters"),
        ("--encrypt --passphrase-file none", 3, "none: No such file"),
        ("--encrypt --passphrase-env R_NONE", 2, "--passphrase-env: there is no environment variable `R_NONE`"),
        ("--passphrase-file pw", 2, "a passphrase is given for a key that is not encrypted: add --encrypt"),
        ("--algorithm rsa", 2, "invalid value 'rsa' for '--algorithm <NAME>': `rsa` is not an algorithm"),
    ] {
        let (found, said) = run(&folder, &format!("keygen k {from}"));
        assert!(said.starts_with(&format!("error: {message}")), "{said}");
        assert_eq!(found, exit, "{from}");
        assert!(!folder.join("k.pem").exists() && !folder.join("k.pub.pem").exists(), "{from}");
    }
}

#[test]
fn what_a_signer_elsewhere_signs_comes_back() {
    let folder = place("elsewhere");
    let output = routec(&folder, &["pae", "a.json"]);
    assert_eq!(String::from_utf8(output.stdout).unwrap(), pae(&payload()));
    assert_eq!(run(&folder, "pae a.json --digest -o digest.bin").0, 0);
    let key = p256::ecdsa::SigningKey::from_slice(&PRIVATE).unwrap();
    let over_message: p256::ecdsa::DerSignature = key.sign(pae(&payload()).as_bytes());
    let over_digest: p256::ecdsa::DerSignature = key.sign_prehash(&read(&folder, "digest.bin")).unwrap();
    for signature in [over_message, over_digest] {
        std::fs::write(folder.join("a.json"), file(&payload(), &[])).unwrap();
        std::fs::write(folder.join("s.bin"), signature.as_bytes()).unwrap();
        assert_eq!(run(&folder, "attach a.json --key p.pub.pem --signature s.bin").0, 0);
        assert_eq!(verify(&folder, "p.pub.pem"), 0);
    }
    let signed = read(&folder, "a.json");
    let (exit, said) = run(&folder, "bundle a.json --key p.pub.pem");
    assert_eq!(exit, 0, "{said}");
    let bundle = read(&folder, "a.json.hfuNWmjI.sigstore.json");
    std::fs::write(folder.join("a.json"), file(&payload(), &[])).unwrap();
    assert_eq!(run(&folder, "attach a.json --key p.pub.pem --bundle a.json.hfuNWmjI.sigstore.json").0, 0);
    assert_eq!(read(&folder, "a.json"), signed);
    assert_eq!(run(&folder, "bundle a.json --key p.pub.pem -o again.json").0, 0);
    assert_eq!(read(&folder, "again.json"), bundle);
}

#[test]
fn a_signature_that_does_not_fit_changes_nothing() {
    let folder = place("misfits");
    let other = payload().replacen("2026-11-20T09:00:00Z", "2026-11-20T09:00:01Z", 1);
    let key = p256::ecdsa::SigningKey::from_slice(&PRIVATE).unwrap();
    let sign = |message: &str| -> Vec<u8> {
        let signature: p256::ecdsa::DerSignature = key.sign(message.as_bytes());
        signature.as_bytes().to_vec()
    };
    let over_other = sign(&pae(&other));
    let side_by_side: p256::ecdsa::Signature = key.sign(pae(&payload()).as_bytes());
    let id = "SHA256:hfuNWmjIYvsBGZ6dpCLTTAEa5LxbZABRHHVoynAxFlo";
    std::fs::write(folder.join("other.json"), file(&other, &[(id, over_other.clone())])).unwrap();
    assert_eq!(run(&folder, "bundle other.json --key p.pub.pem -o other.sigstore.json").0, 0);
    let untouched = read(&folder, "a.json");
    for (signature, message) in [
        (sign(&payload()), "it signs the payload alone; sign the bytes that `routec pae` prints\n"),
        (side_by_side.to_bytes().to_vec(), "64 bytes are r and s side by side, or of Ed25519;"),
        (b"MEUCIQ==\n".to_vec(), "it is text; decode it first"),
        (over_other, "another key, another artifact, or other bytes than `routec pae` prints were signed\n"),
        (Vec::new(), "another key, another artifact, or other bytes than `routec pae` prints were signed\n"),
    ] {
        std::fs::write(folder.join("s.bin"), signature).unwrap();
        let (exit, said) = run(&folder, "attach a.json --key p.pub.pem --signature s.bin");
        let expected = format!("error: s.bin: the signature is not that of key `{id}` (ecdsa-p256-sha256): {message}");
        assert!(said.starts_with(&expected), "{said}");
        assert_eq!(exit, 5);
        assert_eq!(read(&folder, "a.json"), untouched, "{message}");
    }
    let (exit, said) = run(&folder, "attach a.json --key p.pub.pem --bundle other.sigstore.json");
    assert_eq!(
        (exit, said.as_str()),
        (5, "error: other.sigstore.json: the bundle is over another payload than a.json\n")
    );
    assert_eq!(read(&folder, "a.json"), untouched);
    let (exit, said) = run(&folder, "bundle a.json --key p.pub.pem -o none.json");
    assert_eq!((exit, said), (5, format!("error: a.json: key `{id}` has not signed it\n")));
    assert!(!folder.join("none.json").exists());
}
