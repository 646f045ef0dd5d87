//! Keys as files: PKCS#8 PEM for signing, SPKI PEM for verifying, both named by their OpenSSH fingerprint.

mod algorithm;
mod ecdsa;
mod ed25519;
mod encrypted;
mod fingerprint;
mod pem;

use std::fmt;

use pkcs8::{PrivateKeyInfoRef, SecretDocument, SubjectPublicKeyInfoRef};

use super::json::SealError;
use pem::PrivateDer;

pub use algorithm::Algorithm;
pub use encrypted::{EncryptedKey, Passphrase};
pub use fingerprint::KeyId;
pub use pem::SecretPem;

/// A private key that seals artifacts.
pub struct SigningKey {
    secret: Secret,
    public: VerifyingKey,
}

/// What a private key file holds.
#[derive(Debug)]
pub enum KeyFile {
    /// A key that is ready to sign.
    Plain(Box<SigningKey>),
    /// A key that needs its passphrase first.
    Encrypted(EncryptedKey),
}

/// A public key that is safe to trust: canonical, and not of small order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKey {
    id: KeyId,
    point: Public,
}

// One variant per algorithm; the algorithm follows from the key, never from the file that was signed.
enum Secret {
    Ed25519(ed25519::Secret),
    EcdsaP256Sha256(ecdsa::Secret),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Public {
    Ed25519(ed25519::Public),
    EcdsaP256Sha256(ecdsa::Public),
}

impl KeyFile {
    /// Reads a PKCS#8 PEM file, plain or encrypted, as `openssl genpkey` and `openssl pkcs8 -topk8` write it.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        Ok(match pem::read_private(text)? {
            PrivateDer::Plain(der) => Self::Plain(Box::new(SigningKey::from_der(&der)?)),
            PrivateDer::Encrypted(der) => Self::Encrypted(EncryptedKey::of(der)),
        })
    }
}

impl SigningKey {
    /// A new key from the randomness of the operating system.
    pub fn generate(algorithm: Algorithm) -> Result<Self, SealError> {
        let secret = match algorithm {
            Algorithm::Ed25519 => ed25519::Secret::generate().map(Secret::Ed25519),
            Algorithm::EcdsaP256Sha256 => ecdsa::Secret::generate().map(Secret::EcdsaP256Sha256),
        };
        Self::of_secret(
            secret.map_err(|error| SealError::new(format!("the operating system gave no randomness: {error}")))?,
        )
    }

    /// Reads an unencrypted PKCS#8 PEM file, as `openssl genpkey` writes it.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        match KeyFile::from_pem(text)? {
            KeyFile::Plain(key) => Ok(*key),
            KeyFile::Encrypted(_) => Err(SealError::new("this private key is encrypted, it needs its passphrase")),
        }
    }

    /// Writes the key as PKCS#8 PEM version 1, the only version OpenSSL 3.0 reads.
    pub fn to_pem(&self) -> Result<SecretPem, SealError> {
        SecretPem::of_plain(&self.to_der()?)
    }

    /// The public half of the key.
    pub fn verifying_key(&self) -> &VerifyingKey {
        &self.public
    }

    /// The fingerprint of the public half.
    pub fn id(&self) -> &KeyId {
        self.public.id()
    }

    /// The signature over the message; the same bytes each time.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        match &self.secret {
            Secret::Ed25519(secret) => secret.sign(message),
            Secret::EcdsaP256Sha256(secret) => secret.sign(message),
        }
    }

    fn from_der(der: &SecretDocument) -> Result<Self, SealError> {
        let info: PrivateKeyInfoRef<'_> =
            der.decode_msg().map_err(|error| SealError::new(format!("not a private key in PKCS#8: {error}")))?;
        match info.algorithm.oid {
            ed25519::OID => Self::of_secret(Secret::Ed25519(ed25519::Secret::read(info)?)),
            ecdsa::OID => Self::of_secret(Secret::EcdsaP256Sha256(ecdsa::Secret::read(info)?)),
            _ => Err(unsupported()),
        }
    }

    fn to_der(&self) -> Result<SecretDocument, SealError> {
        let der = match &self.secret {
            Secret::Ed25519(secret) => secret.to_der(),
            Secret::EcdsaP256Sha256(secret) => secret.to_der(),
        };
        der.map_err(|error| SealError::new(format!("the private key cannot be written: {error}")))
    }

    fn of_secret(secret: Secret) -> Result<Self, SealError> {
        let public = match &secret {
            Secret::Ed25519(secret) => Public::Ed25519(secret.public()?),
            Secret::EcdsaP256Sha256(secret) => Public::EcdsaP256Sha256(secret.public()),
        };
        Ok(Self { secret, public: VerifyingKey::of_point(public) })
    }
}

impl VerifyingKey {
    /// Reads an SPKI PEM file, as `openssl pkey -pubout` writes it, and refuses keys under which forgeries verify.
    pub fn from_pem(text: &str) -> Result<Self, SealError> {
        let der = pem::read_public(text)?;
        let info: SubjectPublicKeyInfoRef<'_> =
            der.decode_msg().map_err(|error| SealError::new(format!("not a public key in SPKI: {error}")))?;
        let point = match info.algorithm.oid {
            ed25519::OID => Public::Ed25519(ed25519::Public::read(info)?),
            ecdsa::OID => Public::EcdsaP256Sha256(ecdsa::Public::read(&info)?),
            _ => return Err(unsupported()),
        };
        Ok(Self::of_point(point))
    }

    /// Writes the key as SPKI PEM.
    pub fn to_pem(&self) -> Result<String, SealError> {
        let der = match &self.point {
            Public::Ed25519(point) => point.to_der(),
            Public::EcdsaP256Sha256(point) => point.to_der(),
        };
        pem::write_public(&der.map_err(|error| SealError::new(format!("the public key cannot be written: {error}")))?)
    }

    /// The fingerprint of the key.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// How the key signs.
    pub fn algorithm(&self) -> Algorithm {
        match &self.point {
            Public::Ed25519(_) => Algorithm::Ed25519,
            Public::EcdsaP256Sha256(_) => Algorithm::EcdsaP256Sha256,
        }
    }

    /// Whether the signature is this key's over exactly this message.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match &self.point {
            Public::Ed25519(point) => point.has_signed(message, signature),
            Public::EcdsaP256Sha256(point) => point.has_signed(message, signature),
        }
    }

    fn of_point(point: Public) -> Self {
        let id = match &point {
            Public::Ed25519(point) => point.id(),
            Public::EcdsaP256Sha256(point) => point.id(),
        };
        Self { id, point }
    }
}

fn unsupported() -> SealError {
    SealError::new("the key is of another algorithm, only Ed25519 and ECDSA P-256 keys are supported")
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SigningKey").field("id", self.id()).finish_non_exhaustive()
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
    /// The key of RFC 6979, appendix A.2.5.
    const P: &str = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgya+p2EW6dRZrXCFX\nZ7HWk05Qw9s26JsSe4piKxIPZyGhRANCAARg/tS6JVqdMclh63TGNW1owEm4kjth\n+mzmaWIuYPKftnkD/hAIuLyZpBrp6VYovGTy8bIMLX6fUXejwpTURiKZ\n-----END PRIVATE KEY-----\n";
    const P_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEYP7UuiVanTHJYet0xjVtaMBJuJI7\nYfps5mliLmDyn7Z5A/4QCLi8maQa6elWKLxk8vGyDC1+n1F3o8KU1EYimQ==\n-----END PUBLIC KEY-----\n";

    pub(in super::super) fn key_a() -> SigningKey {
        SigningKey::from_pem(A).unwrap()
    }

    pub(in super::super) fn key_b() -> SigningKey {
        SigningKey::from_pem(B).unwrap()
    }

    pub(in super::super) fn key_p() -> SigningKey {
        SigningKey::from_pem(P).unwrap()
    }

    #[test]
    fn fingerprint_is_the_one_ssh_keygen_prints() {
        assert_eq!(key_a().id().as_str(), "SHA256:lbmsoA0yIEcEiVDRnMWuzm+nV+3ZEEpVIURqFoeSspg");
        assert_eq!(key_b().id().as_str(), "SHA256:ICWTIMFqIa1seHwfScxOpzmnnS/35sGRnuqEN5d9eOM");
        assert_eq!(key_p().id().as_str(), "SHA256:hfuNWmjIYvsBGZ6dpCLTTAEa5LxbZABRHHVoynAxFlo");
    }

    #[test]
    fn pem_files_round_trip_as_openssl_writes_them() {
        for (key, private, public, algorithm) in
            [(key_a(), A, A_PUBLIC, Algorithm::Ed25519), (key_p(), P, P_PUBLIC, Algorithm::EcdsaP256Sha256)]
        {
            assert_eq!(key.to_pem().unwrap().as_str(), private);
            assert_eq!(key.verifying_key().to_pem().unwrap(), public);
            assert_eq!(&VerifyingKey::from_pem(public).unwrap(), key.verifying_key());
            assert_eq!(key.verifying_key().algorithm(), algorithm);
            let made = SigningKey::generate(algorithm).unwrap();
            assert_eq!(SigningKey::from_pem(made.to_pem().unwrap().as_str()).unwrap().id(), made.id());
            assert_ne!(SigningKey::generate(algorithm).unwrap().id(), made.id());
        }
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
        assert!(private("-----BEGIN ENCRYPTED PRIVATE KEY-----").starts_with("not a private key in PKCS#8: PEM error"));
        assert!(private("-----BEGIN OPENSSH PRIVATE KEY-----").starts_with("this is an OpenSSH private key"));
        assert!(public("ssh-ed25519 AAAA me").starts_with("this is an OpenSSH public key line"));
        assert!(public("").starts_with("this is not a PEM file"));
        assert!(public("ecdsa-sha2-nistp256 AAAA me").starts_with("this is an OpenSSH public key line"));
        assert!(private("-----BEGIN EC PRIVATE KEY-----").starts_with("this is an EC key in its old form"));
        assert!(public(&format!("{A_PUBLIC}{A_PUBLIC}")).starts_with("not a public key in SPKI"));
        let other = "the key is of another algorithm, only Ed25519 and ECDSA P-256 keys are supported";
        assert_eq!(private(&A.replace("K2Vw", "K2Vx")), other, "Ed448");
        assert_eq!(public(&A_PUBLIC.replace("K2Vw", "K2Vx")), other, "Ed448");
    }
}
