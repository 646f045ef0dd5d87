//! The name of a key: the OpenSSH fingerprint of its public half.

use std::borrow::Borrow;
use std::fmt;

use base64ct::{Base64Unpadded, Encoding};
use sha2::{Digest, Sha256};

/// The OpenSSH fingerprint of a public key: `SHA256:` and 43 characters, as `ssh-keygen -l` prints it.
///
/// Other fingerprints make Go verifiers (cosign among them) skip the signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(String);

impl KeyId {
    /// The fingerprint as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Eight characters of the fingerprint that can be part of a file name; they tell a few keys apart and prove nothing.
    pub fn short(&self) -> String {
        let text = self.0.strip_prefix("SHA256:").unwrap_or(&self.0);
        text.chars().take(8).map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
    }

    /// The fingerprint of a key with these fields in its wire form (RFC 4253, section 6.6).
    pub(super) fn of_wire(fields: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for field in fields {
            // Every field is far below 4 GiB; the length is a big-endian u32.
            hash.update(u32::try_from(field.len()).unwrap_or(u32::MAX).to_be_bytes());
            hash.update(field);
        }
        Self(format!("SHA256:{}", Base64Unpadded::encode_string(&hash.finalize())))
    }
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
