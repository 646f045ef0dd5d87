//! ECDSA beside Ed25519: each key takes its own kind of signature, in one form, and nothing else.

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, Signature, SigningKey as Theirs};
use routec::artifact::envelope::Envelope;
use routec::artifact::keys::{Algorithm, SigningKey, VerifyingKey};
use routec::artifact::sign::{attach, sign};
use routec::artifact::verify::verify;
use routec::artifact::{State, Trust};

use crate::sealed::{expectation, file, pae, payload};

/// The order of the group of P-256, big-endian: s and its difference to it both verify.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
    0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// Two keys of RFC 6979 (appendix A.2.5) and RFC 8032 (section 7.1, test 1), as OpenSSL writes them.
pub(crate) const ECDSA: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\nZ7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n-----END PRIVATE KEY-----\n";
pub(crate) const ED25519: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n-----END PRIVATE KEY-----\n";

fn keys() -> (SigningKey, SigningKey) {
    (SigningKey::from_pem(ECDSA).unwrap(), SigningKey::from_pem(ED25519).unwrap())
}

/// r and s of the signature over the envelope of the payload, made by the library alone.
fn numbers() -> ([u8; 32], [u8; 32]) {
    let signature: Signature = theirs().sign(pae(&payload()).as_bytes());
    let (r, s) = signature.split_bytes();
    (r.into(), s.into())
}

fn theirs() -> Theirs {
    // The number after the headers of PKCS#8 and SEC 1.
    let der = ECDSA.lines().filter(|line| !line.starts_with('-')).collect::<String>();
    let der = <base64ct::Base64 as base64ct::Encoding>::decode_vec(&der).unwrap();
    Theirs::from_slice(der.get(36..68).unwrap()).unwrap()
}

/// The order minus a number, both big-endian.
fn negated(number: [u8; 32]) -> [u8; 32] {
    let mut difference = [0; 32];
    let mut borrow = false;
    for ((to, from), digit) in difference.iter_mut().zip(ORDER).zip(number).rev() {
        let (value, first) = from.overflowing_sub(digit);
        let (value, second) = value.overflowing_sub(u8::from(borrow));
        (*to, borrow) = (value, first || second);
    }
    difference
}

/// A number as DER writes it: no leading zeros but one before a set high bit.
fn integer(number: &[u8]) -> Vec<u8> {
    let digits: Vec<u8> = number.iter().copied().skip_while(|byte| *byte == 0).collect();
    let pad: &[u8] = if digits.first().is_some_and(|byte| *byte < 0x80) { &[] } else { &[0] };
    tagged(2, &[pad, &digits].concat())
}

fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, u8::try_from(content.len()).unwrap()], content].concat()
}

fn der(r: &[u8], s: &[u8]) -> Vec<u8> {
    tagged(0x30, &[integer(r), integer(s)].concat())
}

/// What becomes of the artifact whose one signature this is, under the name of the key.
fn judge(key: &SigningKey, signature: &[u8]) -> String {
    let trust = Trust::of_keys([key.verifying_key().clone()]).unwrap();
    let file = file(&payload(), &[(key.id().as_str(), signature.to_vec())]);
    let verified = verify(file.as_bytes(), &trust, &expectation(&State::empty()));
    let attached = attach(Envelope::unsigned(payload().into_bytes()), key.verifying_key(), signature);
    assert_eq!(verified.is_ok(), attached.is_ok(), "what is attached is what is accepted");
    match verified {
        Ok(_) => "accepted".to_owned(),
        Err(error) => format!("{}: {error}", error.reason().as_str()),
    }
}

#[test]
fn what_routec_signs_is_what_the_library_signs() {
    let (key, _) = keys();
    let signed = sign(Envelope::unsigned(payload().into_bytes()), &key).unwrap();
    let signature: DerSignature = theirs().sign(pae(&payload()).as_bytes());
    let expected = file(&payload(), &[(key.id().as_str(), signature.as_bytes().to_vec())]);
    assert_eq!(String::from_utf8(signed.to_bytes()).unwrap(), expected);
    assert_eq!(sign(signed.clone(), &key).unwrap(), signed, "no randomness: the same bytes each time");
}

#[test]
fn both_of_s_are_accepted() {
    let (key, _) = keys();
    let (r, s) = numbers();
    assert_ne!(s, negated(s));
    assert_eq!(judge(&key, &der(&r, &s)), "accepted");
    assert_eq!(judge(&key, &der(&r, &negated(s))), "accepted", "services do not choose the smaller one");
}

#[test]
fn every_other_form_of_a_signature_is_refused() {
    let (key, _) = keys();
    let (r, s) = numbers();
    let good = der(&r, &s);
    let (zero, one) = ([0; 32], [&[0; 31][..], &[1]].concat());
    let sequence = |parts: &[&[u8]]| tagged(0x30, &parts.concat());
    let padded = |number: &[u8]| tagged(2, &[&[0, 0], number].concat());
    // Lengths in two bytes, and of no length at all: BER, but not DER.
    let long = [&[0x30, 0x81, good[1]], &good[2..]].concat();
    let indefinite = [&[0x30, 0x80], &good[2..], &[0, 0]].concat();
    for (name, signature) in [
        ("empty", Vec::new()),
        ("r and s side by side", [r, s].concat()),
        ("trailing byte", [&good[..], &[0]].concat()),
        ("trailing byte inside", sequence(&[&integer(&r), &integer(&s), &[0]])),
        ("third number", sequence(&[&integer(&r), &integer(&s), &integer(&one)])),
        ("one number", sequence(&[&integer(&r)])),
        ("cut", good[..good.len() - 1].to_vec()),
        ("long form of the length", long),
        ("indefinite length", indefinite),
        ("leading zeros in r", sequence(&[&padded(&r), &integer(&s)])),
        ("leading zeros in s", sequence(&[&integer(&r), &padded(&s)])),
        ("negative r", sequence(&[&tagged(2, &[&[0x80][..], &r[1..]].concat()), &integer(&s)])),
        ("set instead of sequence", [&[0x31], &good[1..]].concat()),
        ("r is zero", der(&zero, &s)),
        ("s is zero", der(&r, &zero)),
        ("both are zero", der(&zero, &zero)),
        ("empty numbers", sequence(&[&[2, 0], &[2, 0]])),
        ("both are one", der(&one, &one)),
        ("r is the order", der(&ORDER, &s)),
        ("s is the order", der(&r, &ORDER)),
        ("s is above the order", der(&r, &[0xff; 32])),
        ("s before r", der(&s, &r)),
        ("number of 33 bytes", sequence(&[&integer(&r), &integer(&[&[1][..], &s].concat())])),
    ] {
        let expected = format!("unauthentic: the signature of key `{}` does not fit: the file was changed", key.id());
        assert_eq!(judge(&key, &signature), expected, "{name}");
    }
}

#[test]
fn every_flipped_bit_of_a_signature_is_refused() {
    let (key, _) = keys();
    let (r, s) = numbers();
    let good = der(&r, &s);
    for (index, bit) in (0..good.len()).flat_map(|index| (0..8).map(move |bit| (index, bit))) {
        let mut changed = good.clone();
        changed[index] ^= 1 << bit;
        assert!(judge(&key, &changed).starts_with("unauthentic: "), "byte {index}, bit {bit}");
    }
}

#[test]
fn the_key_says_how_a_signature_is_read() {
    let (ecdsa, ed25519) = keys();
    assert_eq!(ecdsa.verifying_key().algorithm(), Algorithm::EcdsaP256Sha256);
    assert_eq!(ed25519.verifying_key().algorithm(), Algorithm::Ed25519);
    let signature = |key: &SigningKey| {
        let signed = sign(Envelope::unsigned(payload().into_bytes()), key).unwrap();
        signed.signatures().next().unwrap().1.to_vec()
    };
    let unfit = |key: &SigningKey| {
        format!("unauthentic: the signature of key `{}` does not fit: the file was changed", key.id())
    };
    assert_eq!(judge(&ecdsa, &signature(&ecdsa)), "accepted");
    assert_eq!(judge(&ed25519, &signature(&ed25519)), "accepted");
    assert_eq!(judge(&ecdsa, &signature(&ed25519)), unfit(&ecdsa), "Ed25519 under the name of ECDSA");
    assert_eq!(judge(&ed25519, &signature(&ecdsa)), unfit(&ed25519), "ECDSA under the name of Ed25519");
    let (r, s) = numbers();
    assert_eq!(judge(&ed25519, &[r, s].concat()), unfit(&ed25519), "r and s as 64 bytes of Ed25519");
}

#[test]
fn a_key_of_one_kind_is_not_read_as_another() {
    let (ecdsa, ed25519) = keys();
    let [ecdsa, ed25519] = [ecdsa, ed25519].map(|key| key.verifying_key().to_pem().unwrap());
    let read = |pem: &str| VerifyingKey::from_pem(pem).map(|key| key.algorithm()).map_err(|error| error.to_string());
    assert_eq!(read(&ecdsa), Ok(Algorithm::EcdsaP256Sha256));
    // The identifier of the curve: prime256v1 becomes prime239v3.
    let other_curve = ecdsa.replacen("KoZIzj0DAQcD", "KoZIzj0DAQYD", 1);
    assert_ne!(other_curve, ecdsa);
    assert_eq!(read(&other_curve).unwrap_err(), "the key is on another curve than P-256, the only one for ECDSA");
    let other_algorithm = ed25519.replacen("K2Vw", "K2Vu", 1);
    assert_ne!(other_algorithm, ed25519);
    assert_eq!(
        read(&other_algorithm).unwrap_err(),
        "the key is of another algorithm, only Ed25519 and ECDSA P-256 keys are supported"
    );
}

#[test]
fn a_private_key_with_the_public_half_of_another_is_refused() {
    // One bit of the public key, and one of the private key.
    for (from, to) in [("RiKZ\n", "RiKY\n"), ("Z7HWk05", "Z7HWk04")] {
        let mixed = ECDSA.replacen(from, to, 1);
        assert_ne!(mixed, ECDSA);
        let error = SigningKey::from_pem(&mixed).unwrap_err().to_string();
        assert_eq!(error, "the public key inside the private key file does not belong to it");
    }
}
