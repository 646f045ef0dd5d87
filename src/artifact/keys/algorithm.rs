//! The signature algorithms there are, by the names that files and options use.

use std::fmt;
use std::str::FromStr;

use crate::artifact::json::SealError;

/// How a key signs; it follows from the key, never from the file that was signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Algorithm {
    /// Pure Ed25519 (RFC 8032): 64 bytes.
    Ed25519,
    /// ECDSA over P-256 with SHA-256 (FIPS 186-5): the DER form of r and s, as KMS and HSM give it.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// Every algorithm, the default first.
    pub const ALL: [Self; 2] = [Self::Ed25519, Self::EcdsaP256Sha256];

    /// The name, as trust files and `routec keygen --algorithm` write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ed25519 => "ed25519",
            Self::EcdsaP256Sha256 => "ecdsa-p256-sha256",
        }
    }
}

impl FromStr for Algorithm {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == text).ok_or_else(|| {
            let known = Self::ALL.map(Self::as_str).join("` or `");
            SealError::new(format!("`{}` is not an algorithm: write `{known}`", text.escape_debug()))
        })
    }
}

impl fmt::Display for Algorithm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_algorithm_has_one_name() {
        for algorithm in Algorithm::ALL {
            assert_eq!(algorithm.as_str().parse::<Algorithm>().unwrap(), algorithm);
        }
        for other in ["", "Ed25519", "ed25519ph", "ed25519 ", "ecdsa-p256", "rsa-pss"] {
            let error = other.parse::<Algorithm>().unwrap_err().to_string();
            assert_eq!(error, format!("`{other}` is not an algorithm: write `ed25519` or `ecdsa-p256-sha256`"));
        }
    }
}
