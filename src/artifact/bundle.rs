//! Sigstore bundles (v0.3): one signature of an artifact in the form that cosign and its kin read and write.
//!
//! A bundle carries exactly one signature over an envelope and says which key or certificate it belongs to. Of a bundle that
//! somebody else wrote, only the payload and the signature are looked at: the key comes from the caller.

use base64ct::{Base64, Encoding};
use serde::{Deserialize, Serialize};

use super::envelope::{Envelope, MAX_BYTES, PAYLOAD_TYPE, decode_base64};
use super::json::{SealError, canonical, parse_strict};
use super::keys::VerifyingKey;

/// The media type of a bundle (sigstore/protobuf-specs, `sigstore_bundle.proto`).
pub const BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle.v0.3+json";

/// What the media types of all versions begin with.
const ANY_BUNDLE_TYPE: &str = "application/vnd.dev.sigstore.bundle";

/// The payload and the signature in a bundle; nothing about them is proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    payload: Vec<u8>,
    signature: Vec<u8>,
}

/// The bundle as it is written; of what other tools write, everything else is passed over.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wire {
    media_type: String,
    verification_material: Material,
    #[serde(skip_serializing_if = "Option::is_none")]
    dsse_envelope: Option<WireEnvelope>,
}

/// Whose signature it is: a key that the reader knows by the hint. Certificates are not read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Material {
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKey>,
}

#[derive(Serialize, Deserialize)]
struct PublicKey {
    #[serde(default)]
    hint: String,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireEnvelope {
    payload: String,
    payload_type: String,
    signatures: Vec<WireSignature>,
}

#[derive(Serialize, Deserialize)]
struct WireSignature {
    sig: String,
    #[serde(default)]
    keyid: String,
}

/// The bundle with the signature of this key, in one form: canonical JSON and one line feed.
///
/// # Errors
/// Where the key has not signed the envelope, or its signature does not fit.
pub fn export(envelope: &Envelope, key: &VerifyingKey) -> Result<Vec<u8>, SealError> {
    let id = key.id().as_str();
    let Some((_, signature)) = envelope.signatures().find(|(key_id, _)| *key_id == id) else {
        return Err(SealError::new(format!("key `{id}` has not signed it")));
    };
    if !key.has_signed(&envelope.pae(), signature) {
        return Err(SealError::new(format!("the signature of key `{id}` does not fit: the file was changed")));
    }
    let wire = Wire {
        media_type: BUNDLE_TYPE.to_owned(),
        verification_material: Material { public_key: Some(PublicKey { hint: id.to_owned() }) },
        dsse_envelope: Some(WireEnvelope {
            payload: Base64::encode_string(envelope.payload()),
            payload_type: PAYLOAD_TYPE.to_owned(),
            signatures: vec![WireSignature { sig: Base64::encode_string(signature), keyid: id.to_owned() }],
        }),
    };
    let value = serde_json::to_value(wire).map_err(|error| SealError::new(error.to_string()))?;
    let mut bytes = canonical(&value)?;
    bytes.push(b'\n');
    Ok(bytes)
}

impl Bundle {
    /// Reads a bundle of any version that holds a signed statement.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        if bytes.len() > MAX_BYTES {
            return Err(SealError::new(format!("the bundle is larger than {MAX_BYTES} bytes")));
        }
        let value =
            parse_strict(bytes).map_err(|error| SealError::new(format!("the bundle is not strict JSON: {error}")))?;
        if value.get("messageSignature").is_some() {
            return Err(SealError::new(
                "the bundle signs a bare file, not a statement: sign with `cosign attest-blob --statement`",
            ));
        }
        let wire: Wire = serde_json::from_value(value)
            .map_err(|error| SealError::new(format!("the file is not a Sigstore bundle: {error}")))?;
        if !wire.media_type.starts_with(ANY_BUNDLE_TYPE) {
            return Err(SealError::new(format!(
                "`mediaType` is `{}`, not `{BUNDLE_TYPE}`",
                wire.media_type.escape_debug()
            )));
        }
        let Some(envelope) = wire.dsse_envelope else {
            return Err(SealError::new("the bundle has no `dsseEnvelope`"));
        };
        if envelope.payload_type != PAYLOAD_TYPE {
            return Err(SealError::new(format!(
                "`payloadType` is `{}`, not `{PAYLOAD_TYPE}`",
                envelope.payload_type.escape_debug()
            )));
        }
        let [signature] = envelope.signatures.as_slice() else {
            return Err(SealError::new("a bundle has exactly one signature"));
        };
        Ok(Self {
            payload: decode_base64("payload", &envelope.payload)?,
            signature: decode_base64("sig", &signature.sig)?,
        })
    }

    /// The payload that the signature is said to be over.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signature.
    pub fn signature(&self) -> &[u8] {
        &self.signature
    }
}

#[cfg(test)]
mod tests {
    use super::super::keys::tests::{key_a, key_p};
    use super::super::sign::{attach, sign, tests::payload_with};
    use super::*;

    fn signed() -> Envelope {
        let payload = payload_with("/predicate/verdict", "pass".into());
        sign(sign(Envelope::unsigned(payload), &key_a()).unwrap(), &key_p()).unwrap()
    }

    #[test]
    fn a_bundle_carries_one_signature_there_and_back() {
        for key in [key_a(), key_p()] {
            let bytes = export(&signed(), key.verifying_key()).unwrap();
            let bundle = Bundle::from_bytes(&bytes).unwrap();
            assert_eq!(bundle.payload(), signed().payload());
            let grafted = attach(Envelope::unsigned(bundle.payload), key.verifying_key(), &bundle.signature).unwrap();
            assert_eq!(export(&grafted, key.verifying_key()).unwrap(), bytes);
            let text = String::from_utf8(bytes).unwrap();
            let id = key.id();
            for part in [
                r#"{"dsseEnvelope":{"payload":"eyJf"#.to_owned(),
                r#""payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":""#.to_owned(),
                format!(r#""mediaType":"{BUNDLE_TYPE}","verificationMaterial":{{"publicKey":{{"hint":"{id}"}}}}}}"#),
            ] {
                assert!(text.contains(&part), "{part} in {text}");
            }
        }
    }

    #[test]
    fn only_a_signature_that_fits_is_exported() {
        let unsigned = Envelope::unsigned(signed().payload().to_vec());
        let error = export(&unsigned, key_a().verifying_key()).unwrap_err().to_string();
        assert_eq!(error, format!("key `{}` has not signed it", key_a().id()));
        let mut swapped = unsigned;
        swapped.insert(key_a().id().as_str(), key_p().sign(&signed().pae())).unwrap();
        let error = export(&swapped, key_a().verifying_key()).unwrap_err().to_string();
        assert_eq!(error, format!("the signature of key `{}` does not fit: the file was changed", key_a().id()));
    }

    #[test]
    fn what_is_no_bundle_of_a_statement_is_refused() {
        let text = String::from_utf8(export(&signed(), key_a().verifying_key()).unwrap()).unwrap();
        for (from, to, message) in [
            ("{\"dsseEnvelope\"", "{\"messageSignature\":{},\"dsseEnvelope\"", "the bundle signs a bare file"),
            ("{\"dsseEnvelope\"", "{\"dsse\"", "the bundle has no `dsseEnvelope`"),
            ("vnd.dev.sigstore.bundle.v0.3", "vnd.other", "`mediaType` is `application/vnd.other+json`, not"),
            ("vnd.in-toto", "vnd.other", "`payloadType` is `application/vnd.other+json`, not"),
            ("\"signatures\":[", "\"signatures\":[{\"sig\":\"AQ==\"},", "a bundle has exactly one signature"),
            ("\"payload\":\"", "\"payload\":\" ", "`payload` is not padded, canonical base64"),
            ("\"payload\":", "\"payload\":\"\",\"payload\":", "the bundle is not strict JSON"),
            ("\"verificationMaterial\"", "\"material\"", "the file is not a Sigstore bundle: missing field"),
        ] {
            assert!(text.contains(from), "{from}");
            let error = Bundle::from_bytes(text.replacen(from, to, 1).as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with(message), "{error}");
        }
    }
}
