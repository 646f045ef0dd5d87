//! ECDSA keys on P-256: signatures over SHA-256, in DER, as key management services and hardware give them.

use p256::ecdsa::signature::{Signer as _, Verifier as _};
use p256::ecdsa::{DerSignature, SigningKey, VerifyingKey};
use p256::elliptic_curve::ALGORITHM_OID;
use pkcs8::der::{ErrorKind, Tag, zeroize::Zeroizing};
use pkcs8::{
    AssociatedOid, Document, EncodePrivateKey, EncodePublicKey, PrivateKeyInfoRef, SecretDocument,
    SubjectPublicKeyInfoRef,
};

use super::fingerprint::KeyId;
use crate::artifact::json::SealError;

/// The identifier of the algorithm, whatever the curve (RFC 5480).
pub(super) const OID: pkcs8::ObjectIdentifier = ALGORITHM_OID;

/// The first byte of a point that is written with both coordinates (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// What is wrong with a key in SEC 1 whose public half is that of another.
const MISFIT: ErrorKind = ErrorKind::Value { tag: Tag::BitString };

/// The private half; the library wipes it when dropped.
pub(super) struct Secret(p256::SecretKey);

/// The public half: a point of the curve other than the one at infinity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Public(VerifyingKey);

impl Secret {
    pub(super) fn generate() -> Result<Self, getrandom::Error> {
        loop {
            let mut bytes = Zeroizing::new([0; 32]);
            getrandom::fill(bytes.as_mut_slice())?;
            // One number in 2^32 is not below the order of the group: then another one.
            if let Ok(secret) = p256::SecretKey::from_slice(bytes.as_slice()) {
                return Ok(Self(secret));
            }
        }
    }

    pub(super) fn read(info: PrivateKeyInfoRef<'_>) -> Result<Self, SealError> {
        is_p256(info.algorithm.parameters_oid())?;
        let written = info.public_key.map(|bits| bits.raw_bytes().to_vec());
        let foreign = || SealError::new("the public key inside the private key file does not belong to it");
        // The library compares the public key of SEC 1 itself, and says so by the kind of the field.
        let differs = |error: &pkcs8::Error| matches!(error, pkcs8::Error::Asn1(error) if error.kind() == MISFIT);
        let secret = p256::SecretKey::try_from(info).map_err(|error| {
            if differs(&error) {
                foreign()
            } else {
                SealError::new(format!("not a P-256 private key in PKCS#8: {error}"))
            }
        })?;
        let own = secret.public_key().to_sec1_bytes();
        if written.is_some_and(|written| *written != *own) { Err(foreign()) } else { Ok(Self(secret)) }
    }

    /// PKCS#8 version 1; the public key is inside, as OpenSSL writes it.
    pub(super) fn to_der(&self) -> pkcs8::Result<SecretDocument> {
        self.0.to_pkcs8_der()
    }

    pub(super) fn public(&self) -> Public {
        Public(self.0.public_key().into())
    }

    /// Deterministic (RFC 6979): the same key and message give the same bytes, and no randomness can betray the key.
    pub(super) fn sign(&self, message: &[u8]) -> Vec<u8> {
        let signature: DerSignature = SigningKey::from(&self.0).sign(message);
        signature.as_bytes().to_vec()
    }
}

impl Public {
    pub(super) fn read(info: &SubjectPublicKeyInfoRef<'_>) -> Result<Self, SealError> {
        is_p256(info.algorithm.parameters_oid())?;
        match info.subject_public_key.as_bytes() {
            Some([UNCOMPRESSED, ..]) => {}
            // One key has one file: what is compared, hashed or embedded elsewhere is the same everywhere.
            Some([2 | 3, ..]) => {
                return Err(SealError::new(
                    "the public key is compressed, write both coordinates with `openssl pkey -pubin -in <file> -pubout -ec_conv_form uncompressed`",
                ));
            }
            Some(_) | None => return Err(SealError::new("the public key is not a point with both coordinates")),
        }
        let bytes = info.subject_public_key.raw_bytes();
        let key = VerifyingKey::from_sec1_bytes(bytes)
            .map_err(|_| SealError::new("the public key is not a point of the curve"))?;
        Ok(Self(key))
    }

    pub(super) fn to_der(&self) -> pkcs8::spki::Result<Document> {
        p256::PublicKey::from(self.0).to_public_key_der()
    }

    /// The wire form names the curve twice (RFC 5656, section 3.1).
    pub(super) fn id(&self) -> KeyId {
        KeyId::of_wire(&[b"ecdsa-sha2-nistp256", b"nistp256", self.0.to_sec1_point(false).as_bytes()])
    }

    /// Takes r and s in DER only, and both s and its negative: services do not choose the smaller one.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        DerSignature::from_bytes(signature).is_ok_and(|signature| self.0.verify(message, &signature).is_ok())
    }
}

fn is_p256(curve: pkcs8::spki::Result<pkcs8::ObjectIdentifier>) -> Result<(), SealError> {
    match curve {
        Ok(curve) if curve == p256::NistP256::OID => Ok(()),
        Ok(_) => Err(SealError::new("the key is on another curve than P-256, the only one for ECDSA")),
        Err(_) => Err(SealError::new("the key does not name its curve; P-256 by its name is the only one for ECDSA")),
    }
}

#[cfg(test)]
mod tests {
    use pkcs8::der::asn1::BitStringRef;

    use super::super::tests::key_p;
    use super::super::{Public as AnyPublic, VerifyingKey as AnyKey};
    use super::*;

    /// What becomes of a public key whose point is written like this.
    fn read(point: &[u8]) -> Result<Public, String> {
        let info = SubjectPublicKeyInfoRef {
            algorithm: pkcs8::AlgorithmIdentifierRef { oid: OID, parameters: Some((&p256::NistP256::OID).into()) },
            subject_public_key: BitStringRef::from_bytes(point).unwrap(),
        };
        Public::read(&info).map_err(|error| error.to_string())
    }

    fn point(key: &AnyKey) -> Vec<u8> {
        let AnyPublic::EcdsaP256Sha256(Public(key)) = &key.point else { panic!("{key:?}") };
        key.to_sec1_point(false).as_bytes().to_vec()
    }

    fn digit(mut hex: String, digit: u8) -> String {
        hex.push(char::from_digit(digit.into(), 16).unwrap());
        hex
    }

    /// Appendix A.2.5 of RFC 6979: the signatures of its key with SHA-256 over two words.
    #[test]
    fn signatures_are_those_of_the_standard() {
        for (message, r, s) in [
            (
                "sample",
                "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
                "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8",
            ),
            (
                "test",
                "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367",
                "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083",
            ),
        ] {
            let signature = key_p().sign(message.as_bytes());
            let hex = |bytes: &[u8]| bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).fold(String::new(), digit);
            let pad = |number: &str| if number < "8" { format!("0220{number}") } else { format!("022100{number}") };
            let numbers = pad(r) + &pad(s);
            assert_eq!(hex(&signature), format!("30{:02x}{numbers}", numbers.len() / 2));
            assert!(key_p().verifying_key().has_signed(message.as_bytes(), &signature));
        }
    }

    #[test]
    fn points_have_one_form_and_lie_on_the_curve() {
        let good = point(key_p().verifying_key());
        assert_eq!(read(&good).map(|key| key.id()), Ok(key_p().id().clone()));
        let (x, y) = (&good[1..33], &good[33..]);
        let compressed = [&[3], x].concat();
        let error = read(&compressed).unwrap_err();
        assert!(error.starts_with("the public key is compressed, write both coordinates with `openssl"), "{error}");
        let beyond = [&[4], &[0xff; 32][..], y].concat();
        let no_point = "the public key is not a point with both coordinates";
        let off_curve = "the public key is not a point of the curve";
        for (name, point, message) in [
            ("infinity", vec![0], no_point),
            ("nothing", vec![], no_point),
            ("hybrid", [&[7], x, y].concat(), no_point),
            ("zeros", [&[4], &[0; 64][..]].concat(), off_curve),
            ("x and y swapped", [&[4], y, x].concat(), off_curve),
            ("x above the modulus", beyond, off_curve),
            ("one byte short", good[..64].to_vec(), off_curve),
            ("one byte long", [&good[..], &[0]].concat(), off_curve),
        ] {
            assert_eq!(read(&point).unwrap_err(), message, "{name}");
        }
    }
}
