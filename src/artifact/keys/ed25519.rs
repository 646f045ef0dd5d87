//! Ed25519 keys: pure signatures, verified so that all verifiers agree.

use ed25519_dalek::Signer as _;
use ed25519_dalek::pkcs8::{KeypairBytes, PublicKeyBytes};
use pkcs8::{Document, EncodePrivateKey, EncodePublicKey, PrivateKeyInfoRef, SecretDocument, SubjectPublicKeyInfoRef};

use super::fingerprint::KeyId;
use crate::artifact::json::SealError;

/// The identifier of the algorithm (RFC 8410).
pub(super) const OID: pkcs8::ObjectIdentifier = ed25519_dalek::pkcs8::ALGORITHM_OID;

/// The private half; the library wipes it when dropped.
pub(super) struct Secret(ed25519_dalek::SigningKey);

/// The public half: canonical, and not of small order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Public(ed25519_dalek::VerifyingKey);

impl Secret {
    pub(super) fn generate() -> Result<Self, getrandom::Error> {
        // `KeypairBytes` wipes itself, a plain array would stay on the stack.
        let mut pair = KeypairBytes { secret_key: [0; 32], public_key: None };
        getrandom::fill(&mut pair.secret_key)?;
        Ok(Self(ed25519_dalek::SigningKey::from_bytes(&pair.secret_key)))
    }

    pub(super) fn read(info: PrivateKeyInfoRef<'_>) -> Result<Self, SealError> {
        let pair = KeypairBytes::try_from(info)
            .map_err(|error| SealError::new(format!("not an Ed25519 private key in PKCS#8: {error}")))?;
        let secret = ed25519_dalek::SigningKey::try_from(&pair)
            .map_err(|_| SealError::new("the public key inside the private key file does not belong to it"))?;
        Ok(Self(secret))
    }

    /// PKCS#8 version 1, without the public key: OpenSSL 3.0 reads no other version.
    pub(super) fn to_der(&self) -> pkcs8::Result<SecretDocument> {
        KeypairBytes { secret_key: self.0.to_bytes(), public_key: None }.to_pkcs8_der()
    }

    pub(super) fn public(&self) -> Result<Public, SealError> {
        Public::from_bytes(&self.0.verifying_key().to_bytes())
    }

    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.0.sign(message).to_bytes().to_vec()
    }
}

impl Public {
    pub(super) fn read(info: SubjectPublicKeyInfoRef<'_>) -> Result<Self, SealError> {
        let bytes = PublicKeyBytes::try_from(info)
            .map_err(|error| SealError::new(format!("not an Ed25519 public key in SPKI: {error}")))?;
        Self::from_bytes(&bytes.to_bytes())
    }

    pub(super) fn to_der(&self) -> pkcs8::spki::Result<Document> {
        PublicKeyBytes(self.0.to_bytes()).to_public_key_der()
    }

    pub(super) fn id(&self) -> KeyId {
        KeyId::of_wire(&[b"ssh-ed25519", self.0.as_bytes()])
    }

    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        ed25519_dalek::Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
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
        Ok(Self(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(bytes: [u8; 32]) -> String {
        let der = PublicKeyBytes(bytes).to_public_key_der().unwrap();
        Public::read(der.decode_msg().unwrap()).unwrap_err().to_string()
    }

    /// The bytes of a y coordinate that fits in the first and the last byte, the rest being `middle`.
    fn y(first: u8, middle: u8, last: u8) -> [u8; 32] {
        let mut bytes = [middle; 32];
        bytes[0] = first;
        bytes[31] = last;
        bytes
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
