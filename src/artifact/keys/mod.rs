//! Keys as files: PKCS#8 PEM for signing, SPKI PEM for verifying, both named by their OpenSSH fingerprint.

use std::borrow::Borrow;
use std::fmt;

use base64ct::{Base64Unpadded, Encoding};
use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::spki::der::{pem::LineEnding, zeroize::Zeroizing};
use ed25519_dalek::pkcs8::{
    DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey, KeypairBytes, PublicKeyBytes,
};
use sha2::{Digest, Sha256};

use super::json::SealError;

const PRIVATE_LABEL: &str = "PRIVATE KEY";
const PUBLIC_LABEL: &str = "PUBLIC KEY";

/// The OpenSSH fingerprint of a public key: `SHA256:` and 43 characters, as `ssh-keygen -l` prints it.
///
/// Other fingerprints make Go verifiers (cosign among them) skip the signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

/// A private key that seals artifacts.
pub struct SigningKey {
    secret: Secret,
    public: VerifyingKey,
}

/// A public key that is safe to trust: canonical, and not of small order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    id: KeyId,
    point: Public,
}

/// The text of a private key file; it is wiped when dropped and never printed by `Debug`.
pub struct SecretPem(Zeroizing<String>);

// One variant per algorithm; the algorithm follows from the key, never from the file that was signed.
enum Secret {
    Ed25519(ed25519_dalek::SigningKey),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Public {
    Ed25519(ed25519_dalek::VerifyingKey),
}

impl SigningKey {
    /// A new Ed25519 key from the randomness of the operating system.
    pub fn generate() -> Result<Self, SealError> {
        // `KeypairBytes` wipes itself, a plain array would stay on the stack.
        let mut pair = KeypairBytes { secret_key: [0; 32], public_key: None };
        getrandom::fill(&mut pair.secret_key)
            .map_err(|error| SealError::new(format!("the operating system gave no randomness: {error}")))?;
        Self::from_pair(&pair)
    }

    /// Reads an unencrypted PKCS#8 PEM file, as `openssl genpkey -algorithm ed25519` writes it.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        match label(text) {
            Some(PRIVATE_LABEL) => {}
            Some(PUBLIC_LABEL) => {
                return Err(SealError::new("this is a public key, signing needs the private key"));
            }
            found => return Err(unusable(found, text, "an unencrypted PKCS#8 private key")),
        }
        let pair = KeypairBytes::from_pkcs8_pem(text)
            .map_err(|error| SealError::new(format!("not an Ed25519 private key in PKCS#8: {error}")))?;
        Self::from_pair(&pair)
    }

    /// Writes the key as PKCS#8 PEM version 1, the only version OpenSSL 3.0 reads.
    pub fn to_pem(&self) -> Result<SecretPem, SealError> {
        let Secret::Ed25519(secret) = &self.secret;
        let pair = KeypairBytes { secret_key: secret.to_bytes(), public_key: None };
        let pem = pair.to_pkcs8_pem(LineEnding::LF);
        pem.map(SecretPem).map_err(|error| SealError::new(format!("the private key cannot be written: {error}")))
    }

    /// The public half of the key.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The fingerprint of the public half.
    pub fn id(&self) -> &KeyId {
        self.public.id()
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let Secret::Ed25519(secret) = &self.secret;
        secret.sign(message).to_bytes().to_vec()
    }

    fn from_pair(pair: &KeypairBytes) -> Result<Self, SealError> {
        let secret = ed25519_dalek::SigningKey::try_from(pair)
            .map_err(|_| SealError::new("the public key inside the private key file does not belong to it"))?;
        let public = VerifyingKey::from_bytes(&secret.verifying_key().to_bytes())?;
        Ok(Self { secret: Secret::Ed25519(secret), public })
    }
}

impl VerifyingKey {
    /// Reads an SPKI PEM file, as `openssl pkey -pubout` writes it, and refuses keys under which forgeries verify.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        match label(text) {
            Some(PUBLIC_LABEL) => {}
            Some(found) if found.ends_with(PRIVATE_LABEL) => {
                return Err(SealError::new(
                    "this is a private key, verifying needs the public key; keep the private key secret",
                ));
            }
            found => return Err(unusable(found, text, "an SPKI public key")),
        }
        let bytes = PublicKeyBytes::from_public_key_pem(text)
            .map_err(|error| SealError::new(format!("not an Ed25519 public key in SPKI: {error}")))?;
        Self::from_bytes(&bytes.to_bytes())
    }

    /// Writes the key as SPKI PEM.
    pub fn to_pem(&self) -> Result<String, SealError> {
        let Public::Ed25519(point) = &self.point;
        let pem = PublicKeyBytes(point.to_bytes()).to_public_key_pem(LineEnding::LF);
        pem.map_err(|error| SealError::new(format!("the public key cannot be written: {error}")))
    }

    /// The fingerprint of the key.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// Whether the signature is this key's over exactly this message.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let Public::Ed25519(point) = &self.point;
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| point.verify_strict(message, &signature).is_ok())
    }

    fn from_bytes(bytes: &[u8; 32]) -> Result<Self, SealError> {
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes)
            .map_err(|_| SealError::new("the public key is not a point of the curve"))?;
        let point = key.to_edwards();
        if key.is_weak() {
            return Err(SealError::new("the public key is weak (of small order): anybody can sign for it"));
        }
        if point.compress().as_bytes() != bytes {
            return Err(SealError::new("the public key is not written in its canonical form"));
        }
        if !point.is_torsion_free() {
            return Err(SealError::new("the public key has a part of small order: verifiers would disagree about it"));
        }
        Ok(Self { id: KeyId::of_wire("ssh-ed25519", bytes), point: Public::Ed25519(key) })
    }
}

impl KeyId {
    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of_wire(algorithm: &str, key: &[u8; 32]) -> Self {
        let mut hash = Sha256::new();
        for field in [algorithm.as_bytes(), key] {
            // Both fields are far below 4 GiB; the length is a big-endian u32 in the wire form of RFC 4253.
            hash.update(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            hash.update(field);
        }
        Self(format!("SHA256:{}", Base64Unpadded::encode_string(&hash.finalize())))
    }
}

impl SecretPem {
    /// The text to write to a file that only its owner can read.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The label of the first PEM block.
fn label(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    rest.split_once("-----").map(|(label, _)| label)
}

fn unusable(label: Option<&str>, text: &str, wanted: &str) -> SealError {
    let reason = match label {
        Some("ENCRYPTED PRIVATE KEY") => {
            "this private key is encrypted, decrypt it first with `openssl pkey -in <file> -out <file>`"
        }
        Some("OPENSSH PRIVATE KEY") => {
            "this is an OpenSSH private key, make one with `openssl genpkey -algorithm ed25519`"
        }
        Some("EC PRIVATE KEY" | "RSA PRIVATE KEY" | "RSA PUBLIC KEY") => "only Ed25519 keys are supported",
        Some("CERTIFICATE") => "this is a certificate, extract its key with `openssl x509 -pubkey -noout`",
        None if text.trim_start().starts_with("ssh-") => "this is an OpenSSH public key line, SPKI PEM is needed",
        Some(_) => "this PEM file holds something else",
        None => "this is not a PEM file",
    };
    SealError::new(format!("{reason}; expected {wanted} (`-----BEGIN …-----`)"))
}

impl Borrow<str> for KeyId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("id", self.id()).finish_non_exhaustive()
    }
}

impl fmt::Debug for SecretPem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretPem(…)")
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Seed 00 01 … 1f.
    const A: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";
    const A_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAA6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg=\n-----END PUBLIC KEY-----\n";
    /// Seed 20 21 … 3f.
    const B: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEICAhIiMkJSYnKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/\n-----END PRIVATE KEY-----\n";
    const P256_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEFNS+L0tF7Di+svWQONERJWaO/6/P\nvG1NyQ/DWrTy7tENvuCTWHNvXnOA1Izfjmt2BRCvXZStS7pxeBKkNRvDhQ==\n-----END PUBLIC KEY-----\n";

    pub(in super::super) fn key_a() -> SigningKey {
        SigningKey::from_pem(A).unwrap()
    }

    pub(in super::super) fn key_b() -> SigningKey {
        SigningKey::from_pem(B).unwrap()
    }

    fn refused(bytes: [u8; 32]) -> String {
        let pem = PublicKeyBytes(bytes).to_public_key_pem(LineEnding::LF).unwrap();
        VerifyingKey::from_pem(&pem).unwrap_err().to_string()
    }

    /// The bytes of a y coordinate that fits in the first and the last byte, the rest being `middle`.
    fn y(first: u8, middle: u8, last: u8) -> [u8; 32] {
        let mut bytes = [middle; 32];
        bytes[0] = first;
        bytes[31] = last;
        bytes
    }

    #[test]
    fn fingerprint_is_the_one_ssh_keygen_prints() {
        assert_eq!(key_a().id().as_str(), "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg");
        assert_eq!(key_b().id().as_str(), "SHA256:ICWTIMFqIa1seHwfScxOpzmnnS/35sGRnuqEN5d9eOM");
    }

    #[test]
    fn pem_files_round_trip_as_openssl_writes_them() {
        assert_eq!(key_a().to_pem().unwrap().as_str(), A);
        assert_eq!(key_a().verifying_key().to_pem().unwrap(), A_PUBLIC);
        assert_eq!(&VerifyingKey::from_pem(A_PUBLIC).unwrap(), key_a().verifying_key());
        let made = SigningKey::generate().unwrap();
        assert_eq!(SigningKey::from_pem(made.to_pem().unwrap().as_str()).unwrap().id(), made.id());
        assert_ne!(SigningKey::generate().unwrap().id(), made.id());
    }

    #[test]
    fn secrets_are_not_printed() {
        assert_eq!(format!("{:?}", key_a()), format!("SigningKey {{ id: {:?}, .. }}", key_a().id()));
        assert_eq!(format!("{:?}", key_a().to_pem().unwrap()), "SecretPem(…)");
    }

    #[test]
    fn the_wrong_file_is_named() {
        let private = |text: &str| SigningKey::from_pem(text).unwrap_err().to_string();
        let public = |text: &str| VerifyingKey::from_pem(text).unwrap_err().to_string();
        assert_eq!(private(A_PUBLIC), "this is a public key, signing needs the private key");
        assert_eq!(public(A), "this is a private key, verifying needs the public key; keep the private key secret");
        assert!(private("-----BEGIN ENCRYPTED PRIVATE KEY-----").starts_with("this private key is encrypted"));
        assert!(private("-----BEGIN OPENSSH PRIVATE KEY-----").starts_with("this is an OpenSSH private key"));
        assert!(public("ssh-ed25519 AAAA me").starts_with("this is an OpenSSH public key line"));
        assert!(public("").starts_with("this is not a PEM file"));
        assert!(public(P256_PUBLIC).starts_with("not an Ed25519 public key in SPKI"));
        assert!(public(&format!("{A_PUBLIC}{A_PUBLIC}")).starts_with("not an Ed25519 public key in SPKI"));
    }

    #[test]
    fn keys_under_which_forgeries_verify_are_refused() {
        let weak = "the public key is weak (of small order): anybody can sign for it";
        assert_eq!(refused(y(1, 0, 0)), weak, "the identity");
        assert_eq!(refused(y(0xec, 0xff, 0x7f)), weak, "order two");
        assert_eq!(refused(y(0, 0, 0)), weak, "order four");
        assert_eq!(refused(y(0xee, 0xff, 0x7f)), weak, "the identity as p + 1");
        let canonical = "the public key is not written in its canonical form";
        assert_eq!(refused(y(0xf0, 0xff, 0x7f)), canonical, "p + 3");
    }

    #[test]
    fn a_key_with_a_part_of_small_order_is_refused() {
        let half = ed25519_dalek::VerifyingKey::from_bytes(&y(0xec, 0xff, 0x7f)).unwrap().to_edwards();
        let honest = ed25519_dalek::SigningKey::from_bytes(&[7; 32]).verifying_key().to_edwards();
        let mixed = (honest + half).compress().to_bytes();
        assert_eq!(refused(mixed), "the public key has a part of small order: verifiers would disagree about it");
    }
}
