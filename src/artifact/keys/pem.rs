//! Keys as PEM text: which file it is, and what to do if it is the wrong one.

use std::fmt;

use pkcs8::der::pem::LineEnding;
use pkcs8::der::zeroize::{Zeroize, Zeroizing};
use pkcs8::{Document, SecretDocument};

use crate::artifact::json::SealError;

const PRIVATE: &str = "PRIVATE KEY";
const ENCRYPTED: &str = "ENCRYPTED PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";

/// The text of a private key file; it is wiped when dropped and never printed by `Debug`.
pub struct SecretPem(Zeroizing<String>);

impl SecretPem {
    /// The text that the bytes of a file are; they are wiped in any case.
    pub fn of_file(bytes: Vec<u8>) -> Result<Self, SealError> {
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self(Zeroizing::new(text))),
            Err(error) => {
                error.into_bytes().zeroize();
                Err(SealError::new("this is not a PEM file; expected a PKCS#8 private key (`-----BEGIN …-----`)"))
            }
        }
    }

    /// The text to write to a file that only its owner can read.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn of_plain(der: &SecretDocument) -> Result<Self, SealError> {
        Self::labelled(der, PRIVATE)
    }

    pub(super) fn of_encrypted(der: &SecretDocument) -> Result<Self, SealError> {
        Self::labelled(der, ENCRYPTED)
    }

    fn labelled(der: &SecretDocument, label: &'static str) -> Result<Self, SealError> {
        let pem = der.to_pem(label, LineEnding::LF);
        pem.map(Self).map_err(|error| SealError::new(format!("the private key cannot be written: {error}")))
    }
}

/// A private key in PKCS#8, as DER.
pub(super) enum PrivateDer {
    Plain(SecretDocument),
    Encrypted(SecretDocument),
}

/// Reads the PEM text of a private key.
pub(super) fn read_private(text: &str) -> Result<PrivateDer, SealError> {
    let kind = match label(text) {
        Some(PRIVATE) => PrivateDer::Plain,
        Some(ENCRYPTED) => PrivateDer::Encrypted,
        Some(PUBLIC) => {
            return Err(SealError::new("this is a public key, signing needs the private key"));
        }
        found => return Err(unusable(found, text, "a PKCS#8 private key")),
    };
    let (_, der) = SecretDocument::from_pem(text)
        .map_err(|error| SealError::new(format!("not a private key in PKCS#8: {error}")))?;
    Ok(kind(der))
}

/// The DER form of a public key in SPKI.
pub(super) fn read_public(text: &str) -> Result<Document, SealError> {
    match label(text) {
        Some(PUBLIC) => {}
        Some(found) if found.ends_with(PRIVATE) => {
            return Err(SealError::new(
                "this is a private key, verifying needs the public key; keep the private key secret",
            ));
        }
        found => return Err(unusable(found, text, "an SPKI public key")),
    }
    let (_, der) =
        Document::from_pem(text).map_err(|error| SealError::new(format!("not a public key in SPKI: {error}")))?;
    Ok(der)
}

/// The PEM text of a public key.
pub(super) fn write_public(der: &Document) -> Result<String, SealError> {
    der.to_pem(PUBLIC, LineEnding::LF)
        .map_err(|error| SealError::new(format!("the public key cannot be written: {error}")))
}

/// The label of the first PEM block.
fn label(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    rest.split_once("-----").map(|(label, _)| label)
}

fn unusable(label: Option<&str>, text: &str, wanted: &str) -> SealError {
    let reason = match label {
        Some("OPENSSH PRIVATE KEY") => {
            "this is an OpenSSH private key, make one with `openssl genpkey -algorithm ed25519`"
        }
        Some("EC PRIVATE KEY" | "EC PARAMETERS") => {
            "this is an EC key in its old form, rewrite it with `openssl pkcs8 -topk8 -nocrypt -in <file>`"
        }
        Some("RSA PRIVATE KEY" | "RSA PUBLIC KEY") => "only Ed25519 and ECDSA P-256 keys are supported",
        Some("CERTIFICATE") => "this is a certificate, extract its key with `openssl x509 -pubkey -noout`",
        None if text.trim_start().starts_with("ssh-") || text.trim_start().starts_with("ecdsa-") => {
            "this is an OpenSSH public key line, SPKI PEM is needed"
        }
        Some(_) => "this PEM file holds something else",
        None => "this is not a PEM file",
    };
    SealError::new(format!("{reason}; expected {wanted} (`-----BEGIN …-----`)"))
}

impl fmt::Debug for SecretPem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("SecretPem(…)")
    }
}
