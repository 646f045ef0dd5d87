//! Private keys under a passphrase: encrypted PKCS#8 (PBES2 of RFC 8018), as OpenSSL writes and reads it.

use std::fmt;

use pkcs8::der::{self, zeroize::Zeroizing};
use pkcs8::pkcs5::{self, EncryptionScheme, pbes2};
use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};

use super::SigningKey;
use super::pem::SecretPem;
use crate::artifact::json::SealError;

/// How often a new passphrase is hashed with HMAC-SHA-256 (OWASP, Password Storage Cheat Sheet).
///
/// PBKDF2 and not scrypt, because OpenSSL refuses scrypt beyond 32 MiB of memory, which is less than OWASP asks for.
const ITERATIONS: u32 = 600_000;

/// The most iterations of PBKDF2 that are run for a file: seconds, not hours.
const MOST_ITERATIONS: u32 = 10_000_000;

/// The most blocks of 128 bytes that scrypt fills for a file: 256 MiB.
const MOST_BLOCKS: u64 = 1 << 21;

/// The fewest bytes of a new passphrase.
const SHORTEST: usize = 8;

/// What unlocks a private key; it is wiped when dropped and never printed by `Debug`.
pub struct Passphrase(Zeroizing<Vec<u8>>);

/// A private key nobody has unlocked yet.
pub struct EncryptedKey {
    der: SecretDocument,
}

impl Passphrase {
    /// The passphrase that a line holds, with or without its end, in the bytes that OpenSSL would take.
    pub fn of_line(line: Vec<u8>) -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new(line);
        let end = bytes.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(bytes.len());
        if !matches!(bytes.get(end..), Some(b"" | b"\n" | b"\r\n")) {
            return Err(SealError::new("the passphrase is more than one line"));
        }
        bytes.truncate(end);
        if bytes.is_empty() {
            return Err(SealError::new("the passphrase is empty"));
        }
        if bytes.contains(&0) {
            return Err(SealError::new("the passphrase holds a null byte, which no other tool can be given"));
        }
        Ok(Self(bytes))
    }

    /// Whether the other is the same, for one that is typed twice.
    pub fn is(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl EncryptedKey {
    pub(super) fn of(der: SecretDocument) -> Self {
        Self { der }
    }

    /// The key, or why this passphrase does not give it.
    pub fn decrypt(&self, passphrase: &Passphrase) -> Result<SigningKey, SealError> {
        let info: EncryptedPrivateKeyInfoRef<'_> = self.der.decode_msg().map_err(|error: der::Error| {
            let unknown = matches!(
                error.kind(),
                der::ErrorKind::OidUnknown { .. } | der::ErrorKind::Value { tag: der::Tag::ObjectIdentifier }
            );
            if unknown { old() } else { SealError::new(format!("not an encrypted private key: {error}")) }
        })?;
        let scheme = affordable(&info.encryption_algorithm)?;
        let wrong = || SealError::new("the passphrase is wrong, or the file is damaged");
        let mut buffer = Zeroizing::new(info.encrypted_data.as_bytes().to_vec());
        let der = scheme
            .decrypt_in_place(&passphrase.0, &mut buffer)
            .map_err(|error| if matches!(error, pkcs5::Error::DecryptFailed) { wrong() } else { old() })?;
        // A wrong passphrase leaves padding that looks right once in 256 times, but then no key.
        let der = SecretDocument::try_from(der).map_err(|_| wrong())?;
        SigningKey::from_der(&der)
    }
}

impl SigningKey {
    /// Writes the key as encrypted PKCS#8 PEM: AES-256-CBC, under a passphrase hashed 600,000 times with HMAC-SHA-256.
    pub fn to_encrypted_pem(&self, passphrase: &Passphrase) -> Result<SecretPem, SealError> {
        if passphrase.0.len() < SHORTEST {
            return Err(SealError::new(format!("the passphrase is shorter than {SHORTEST} characters")));
        }
        let failed = |error: &dyn fmt::Display| SealError::new(format!("the private key cannot be encrypted: {error}"));
        let mut random = [[0; 16]; 2];
        getrandom::fill(random.as_flattened_mut()).map_err(|error| failed(&error))?;
        let [salt, iv] = random;
        let scheme = pbes2::Parameters::generate_pbkdf2_sha256_aes256cbc(ITERATIONS, &salt, iv)
            .map_err(|error| failed(&error))?;
        let plain = self.to_der()?;
        let info: pkcs8::PrivateKeyInfoRef<'_> = plain.decode_msg().map_err(|error| failed(&error))?;
        let der = info.encrypt_with_params(scheme, &passphrase.0).map_err(|error| failed(&error))?;
        SecretPem::of_encrypted(&der)
    }
}

/// The scheme, unless it is too weak to be had, or too dear: the file would decide how long routec computes.
fn affordable(scheme: &EncryptionScheme) -> Result<&pbes2::Parameters, SealError> {
    let EncryptionScheme::Pbes2(parameters) = scheme else {
        return Err(old());
    };
    let too_dear = match (parameters.kdf.pbkdf2(), parameters.kdf.scrypt()) {
        (Some(pbkdf2), _) => pbkdf2.iteration_count > MOST_ITERATIONS,
        (None, Some(scrypt)) => {
            let blocks = u64::from(scrypt.block_size) * u64::from(scrypt.parallelization);
            scrypt.cost_parameter.saturating_mul(blocks) > MOST_BLOCKS
        }
        (None, None) => return Err(old()),
    };
    if too_dear {
        return Err(SealError::new(
            "the passphrase would have to be hashed for too long: at most 10,000,000 iterations or 256 MiB are taken",
        ));
    }
    Ok(parameters)
}

fn old() -> SealError {
    SealError::new(
        "the private key is encrypted in another scheme than AES with PBKDF2 (HMAC-SHA-2) or scrypt, rewrite it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000 -in <file>`",
    )
}

impl fmt::Debug for Passphrase {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Passphrase(…)")
    }
}

impl fmt::Debug for EncryptedKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("EncryptedKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{key_a, key_p};
    use super::super::{Algorithm, KeyFile};
    use super::*;

    /// `openssl pkey -aes-256-cbc`.
    const ITERATED_2048: &str = "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiwQUeNK4mCwQICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEOus54X9hPJvuYgGY8xc0EIEQG8Nu6GgQI61IS8p4q9ZByAnV4wDwIV7AGyMW2N+zGteSdeH9M0HFSV7bSKOzPaz7rh3VDiHVfyKDldJyHDVK2s=";
    /// `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`.
    const ITERATED_600000: &str = "MIHtMFgGCSqGSIb3DQEFDTBLMCoGCSqGSIb3DQEFDDAdBAhcgLw2d/Dl/wIDCSfAMAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBBeOcmRn4EqYPu+s40aGEGKBIGQTxyrYx0SDeyTOekx/Jr1vHf9Lb5CK0vSQygUOvvMr7pTunZ8hd+7oXuMoWk3IMx3PzHf8/ak70JAtz+55tEftOGBjlUj63s/9RrhdhvZ+T9k8cEXn0APkHd9eEA4/lI2hp0ZB4yc8D84V9kUL0GriwQxZw6GL2q9LHTe+XxqcDBvEbalcVv6BljEyT4mvhhz";
    /// `openssl pkcs8 -topk8 -scrypt`.
    const SCRYPT: &str = "MIHkME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAgjlh52gO5+KAICQAACAQgCAQEwHQYJYIZIAWUDBAEqBBDqL+xcMzDkPVZFv8GCAB70BIGQdS4mpQU/TJ3VugMU6jOPDB6dtsdcMuzaFaGqybuRlGb1/ydWr/nEMGXYhqtKdT6nXrl1kkIUYSL9wlLCX55Uv2RwyVAQTey7iHhMmxU5KYpFSGZ2US/1oA0OWaFMPB59HqcPsgV50cdsiOdaDWxykJkCxvFcQV7K6cTlkcde64wLQCb7ThU6vM7knHUI5aGS";
    /// `openssl pkcs8 -topk8 -v1 PBE-SHA1-3DES`.
    const PBES1: &str = "MFgwHAYKKoZIhvcNAQwBAzAOBAhlo1k06vCgugICCAAEOPaxkYdNDPYlhjMPj666bNx2/RuUDBpQBADZlFlKjv1XoV7sDaUYNupUVNtVNqMBt+7GXproVXTE";
    /// `openssl pkcs8 -topk8 -v2 des3`.
    const DES: &str = "MIGKME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAixWH/pOmUOPgICCAAwDAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIoGsMA5qUizYEOKhc4DCNI/yqVzR8lUPBx30GFuKuZdRvpWLTbAchUF2WgbpTl9e4ullxPRqh1pl4v9Ub40McXcju";
    /// `openssl pkcs8 -topk8 -v2 aes-128-cbc -v2prf hmacWithSHA1`.
    const SHA1: &str = "MIGNMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAj8oRRv1lbLugICCAAwHQYJYIZIAWUDBAECBBBJxxATShSr5/KYPm94mtAMBEAGepckuOhfH8ladmF0JCfQdycCNRJd8Tsqa7sKGStEnJcJeVaJca/C8seumGG+SCcLJMa0HnrjQiMPYRaEwK//";
    /// `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 10000001`.
    const TOO_OFTEN: &str = "MIGdMFkGCSqGSIb3DQEFDTBMMCsGCSqGSIb3DQEFDDAeBAggarc1AN8OrgIEAJiWgTAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQwwYNYq9BKwIXIaiYcKIingRASQFdFWFty0CrJgJiMFhYaDxKOwSqL1Kig8fBVmUN1WgB0M/5AzkCeGGlqgZhU9W4/nCYtL5IpulL/8IuEtjb9w==";
    /// `openssl pkcs8 -topk8 -scrypt -scrypt_N 4096 -scrypt_r 8 -scrypt_p 100`.
    const TOO_WIDE: &str = "MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAh9uvwkktc8tQICEAACAQgCAWQwHQYJYIZIAWUDBAEqBBCh59cAqrM+Ve3HlV34s7bQBEDeoJXHtJyolgJnZcQ3/UntLmZ+vuGgoI2N7iarY1S+8wmxr+siqfr6WIgBEZsxODd/hrlAGYrfKcKUpgcZJm3j";

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::of_line(text.into()).unwrap()
    }

    fn encrypted(pem: &str) -> EncryptedKey {
        let KeyFile::Encrypted(key) = KeyFile::from_pem(pem).unwrap() else { panic!("{pem}") };
        key
    }

    /// The key in the file that OpenSSL wrote under `correct-horse`.
    fn decrypt(base64: &str, with: &str) -> Result<SigningKey, String> {
        let lines: String =
            base64.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap().to_owned() + "\n").collect();
        let pem = format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{lines}-----END ENCRYPTED PRIVATE KEY-----\n");
        encrypted(&pem).decrypt(&passphrase(with)).map_err(|error| error.to_string())
    }

    #[test]
    fn what_openssl_encrypts_is_read() {
        for (file, key) in [(ITERATED_2048, key_a()), (ITERATED_600000, key_p()), (SCRYPT, key_p())] {
            assert_eq!(decrypt(file, "correct-horse").unwrap().id(), key.id());
            let wrong = "the passphrase is wrong, or the file is damaged";
            for passphrase in ["correct-hors", "correct-horse ", "Correct-horse"] {
                assert_eq!(decrypt(file, passphrase).unwrap_err(), wrong);
            }
        }
        for file in [PBES1, DES, SHA1] {
            let error = decrypt(file, "correct-horse").unwrap_err();
            assert!(error.starts_with("the private key is encrypted in another scheme than AES"), "{error}");
        }
        for file in [TOO_OFTEN, TOO_WIDE] {
            let error = decrypt(file, "correct-horse").unwrap_err();
            assert!(error.starts_with("the passphrase would have to be hashed for too long"), "{error}");
        }
    }

    #[test]
    fn what_is_encrypted_is_read_again() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let file = key.to_encrypted_pem(&passphrase("päßwörd\n")).unwrap();
            assert_eq!(encrypted(file.as_str()).decrypt(&passphrase("päßwörd")).unwrap().id(), key.id());
            let again = key.to_encrypted_pem(&passphrase("päßwörd")).unwrap();
            assert_ne!(file.as_str(), again.as_str(), "salt and initialization vector are random");
        }
    }

    #[test]
    fn a_passphrase_is_one_line() {
        let read = |text: &str| Passphrase::of_line(text.into()).map(|it| it.0.to_vec()).map_err(|it| it.to_string());
        for (line, found) in [
            ("a b", Ok("a b")),
            ("a b\n", Ok("a b")),
            ("a b\r\n", Ok("a b")),
            (" a\t", Ok(" a\t")),
            ("", Err("the passphrase is empty")),
            ("\n", Err("the passphrase is empty")),
            ("a\nb", Err("the passphrase is more than one line")),
            ("a\n\n", Err("the passphrase is more than one line")),
            ("a\0", Err("the passphrase holds a null byte, which no other tool can be given")),
        ] {
            assert_eq!(read(line), found.map(|text| text.as_bytes().to_vec()).map_err(ToOwned::to_owned), "{line:?}");
        }
        let error = key_a().to_encrypted_pem(&passphrase("1234567")).unwrap_err();
        assert_eq!(error.to_string(), "the passphrase is shorter than 8 characters");
    }

    #[test]
    fn passphrases_are_not_printed() {
        assert_eq!(format!("{:?}", passphrase("correct-horse")), "Passphrase(…)");
    }
}
