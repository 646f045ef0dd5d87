//! The DSSE envelope: a payload, the key ids and signatures over it, and its one form as a file.

use std::collections::BTreeMap;

use base64ct::{Base64, Base64Url, Encoding};
use serde_json::{Map, Value};

use super::json::{self, SealError};

/// The media type of the payload, part of what is signed.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";

/// The largest file that is read.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;

/// The most signatures an envelope carries.
pub const MAX_SIGNATURES: usize = 16;

/// A payload with at most [`MAX_SIGNATURES`] signatures, each under another key id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    payload: Vec<u8>,
    signatures: BTreeMap<String, Vec<u8>>,
}

/// The bytes that a key signs for this payload: DSSE's pre-authentication encoding.
pub fn pae(payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {PAYLOAD_TYPE} {} ", PAYLOAD_TYPE.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

impl Envelope {
    /// An envelope nobody has signed yet.
    pub fn unsigned(payload: Vec<u8>) -> Self {
        Self { payload, signatures: BTreeMap::new() }
    }

    /// Reads an envelope as DSSE allows it, signed or not: members in any order, unknown members ignored, either base64.
    ///
    /// This is for adding signatures. What it accepts proves nothing; verification uses [`Envelope::from_sealed_bytes`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        if bytes.len() > MAX_BYTES {
            return Err(SealError::new(format!("the file is larger than {MAX_BYTES} bytes")));
        }
        let value = json::parse_strict(bytes)
            .map_err(|error| SealError::new(format!("the file is not strict JSON: {error}")))?;
        let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if !text.starts_with(b"{") || !text.ends_with(b"}") {
            return Err(SealError::new("the file is not one JSON object followed by at most one line feed"));
        }
        let envelope = members(&value, "the envelope", &["payload", "payloadType", "signatures"])?;
        let payload_type = text_of(envelope, "payloadType")?;
        if payload_type != PAYLOAD_TYPE {
            return Err(SealError::new(format!(
                "`payloadType` is `{}`, not `{PAYLOAD_TYPE}`",
                payload_type.escape_debug()
            )));
        }
        let Some(Value::Array(list)) = envelope.get("signatures") else {
            return Err(SealError::new("`signatures` is not a list"));
        };
        let mut read = Self::unsigned(base64_of(envelope, "payload")?);
        for entry in list {
            let entry = members(entry, "a signature", &["keyid", "sig"])?;
            let key_id = text_of(entry, "keyid")?;
            // A key id is shown to people before anything is proven, so it must not steer their terminal.
            if key_id.is_empty() || !key_id.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(SealError::new("a `keyid` is empty or holds other than visible ASCII characters"));
            }
            if read.signatures.contains_key(key_id) {
                return Err(SealError::new(format!("key `{key_id}` has two signatures")));
            }
            read.insert(key_id, base64_of(entry, "sig")?)?;
        }
        Ok(read)
    }

    /// Reads a signed envelope in exactly the bytes that [`Envelope::to_bytes`] writes.
    ///
    /// DSSE would ignore unknown members, member order, white space and the base64 alphabet; none of them is signed. A
    /// sealed file has one form, so that every changed byte is refused and no tool that reads the file again can find in
    /// it anything that was not verified.
    pub fn from_sealed_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let envelope = Self::from_bytes(bytes)?;
        if envelope.signatures.is_empty() {
            return Err(SealError::new("the file is not signed"));
        }
        if envelope.to_bytes() != bytes {
            return Err(SealError::new("the file is not byte for byte as `routec sign` writes it"));
        }
        Ok(envelope)
    }

    /// The file: canonical JSON and one line feed, signatures sorted by key id.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = String::from("{\"payload\":");
        json::write_string(&mut out, &Base64::encode_string(&self.payload));
        out.push_str(",\"payloadType\":");
        json::write_string(&mut out, PAYLOAD_TYPE);
        out.push_str(",\"signatures\":[");
        for (index, (key_id, signature)) in self.signatures.iter().enumerate() {
            out.push_str(if index == 0 { "{\"keyid\":" } else { ",{\"keyid\":" });
            json::write_string(&mut out, key_id);
            out.push_str(",\"sig\":");
            json::write_string(&mut out, &Base64::encode_string(signature));
            out.push('}');
        }
        out.push_str("]}\n");
        out.into_bytes()
    }

    /// The payload, exactly as it is signed.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The bytes that a key signs for this envelope.
    pub fn pae(&self) -> Vec<u8> {
        pae(&self.payload)
    }

    /// The key ids and signatures, sorted by key id; nothing about them is proven.
    pub fn signatures(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.signatures.iter().map(|(key_id, signature)| (key_id.as_str(), signature.as_slice()))
    }

    /// Adds the signature of a key, or replaces the one it has.
    pub(super) fn insert(&mut self, key_id: &str, signature: Vec<u8>) -> Result<(), SealError> {
        if self.signatures.len() >= MAX_SIGNATURES && !self.signatures.contains_key(key_id) {
            return Err(SealError::new(format!("an envelope carries at most {MAX_SIGNATURES} signatures")));
        }
        self.signatures.insert(key_id.to_owned(), signature);
        Ok(())
    }
}

/// The members of an object, none of which could be mistaken for a known one.
fn members<'v>(value: &'v Value, what: &str, known: &[&str]) -> Result<&'v Map<String, Value>, SealError> {
    let Value::Object(object) = value else {
        return Err(SealError::new(format!("{what} is not an object")));
    };
    for name in object.keys().filter(|name| !known.contains(&name.as_str())) {
        if let Some(like) = known.iter().find(|like| fold(like) == fold(name)) {
            return Err(SealError::new(format!(
                "{what} has a member `{}`, which some readers take for `{like}`",
                name.escape_debug()
            )));
        }
    }
    Ok(object)
}

/// Folds case as Go's JSON reader does, for which `ſ` is an `s` and the Kelvin sign a `k`.
fn fold(name: &str) -> String {
    name.to_uppercase().to_lowercase()
}

fn text_of<'v>(object: &'v Map<String, Value>, name: &str) -> Result<&'v str, SealError> {
    object.get(name).and_then(Value::as_str).ok_or_else(|| SealError::new(format!("`{name}` is not a string")))
}

fn base64_of(object: &Map<String, Value>, name: &str) -> Result<Vec<u8>, SealError> {
    decode_base64(name, text_of(object, name)?)
}

/// Decodes either base64, padded and in its one form.
pub(super) fn decode_base64(name: &str, text: &str) -> Result<Vec<u8>, SealError> {
    let decoded = if text.contains(['-', '_']) { Base64Url::decode_vec(text) } else { Base64::decode_vec(text) };
    decoded.map_err(|_| SealError::new(format!("`{name}` is not padded, canonical base64")))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The payload is the bytes fb ff fe: `+//+` in one alphabet and `-__-` in the other.
    const SIGNED: &str = r#"{"payload":"+//+","payloadType":"application/vnd.in-toto+json","signatures":[{"keyid":"a","sig":"AQ=="},{"keyid":"b","sig":"Ag=="}]}"#;

    fn read(text: &str) -> Result<Envelope, SealError> {
        Envelope::from_bytes(text.as_bytes())
    }

    fn error(text: &str) -> String {
        read(text).unwrap_err().to_string()
    }

    fn refused(from: &str, to: &str) -> String {
        assert!(SIGNED.contains(from), "{from}");
        error(&SIGNED.replacen(from, to, 1))
    }

    #[test]
    fn pae_is_what_dsse_says() {
        assert_eq!(pae(b"{}"), b"DSSEv1 28 application/vnd.in-toto+json 2 {}");
        assert_eq!(pae("é\n".as_bytes()), "DSSEv1 28 application/vnd.in-toto+json 3 é\n".as_bytes());
        assert_eq!(pae(b""), b"DSSEv1 28 application/vnd.in-toto+json 0 ");
    }

    #[test]
    fn the_file_has_one_form() {
        let file = format!("{SIGNED}\n");
        let envelope = Envelope::from_sealed_bytes(file.as_bytes()).unwrap();
        assert_eq!(envelope.payload(), [0xfb, 0xff, 0xfe]);
        assert_eq!(envelope.to_bytes(), file.as_bytes());
        assert_eq!(envelope.signatures().collect::<Vec<_>>(), [("a", &[1][..]), ("b", &[2][..])]);
        let unsigned = Envelope::unsigned(b"{}".to_vec());
        assert_eq!(
            String::from_utf8(unsigned.to_bytes()).unwrap(),
            "{\"payload\":\"e30=\",\"payloadType\":\"application/vnd.in-toto+json\",\"signatures\":[]}\n"
        );
        assert_eq!(Envelope::from_bytes(&unsigned.to_bytes()).unwrap(), unsigned);
        assert_eq!(
            Envelope::from_sealed_bytes(&unsigned.to_bytes()).unwrap_err().to_string(),
            "the file is not signed"
        );
    }

    #[test]
    fn what_dsse_tolerates_can_be_signed_but_is_not_sealed() {
        let sealed = read(SIGNED).unwrap();
        let first = r#"{"keyid":"a","sig":"AQ=="}"#;
        let second = r#"{"keyid":"b","sig":"Ag=="}"#;
        let forms = [
            SIGNED.to_owned(),
            SIGNED.replace("+//+", "-__-") + "\n",
            SIGNED.replace("{\"payload\"", "{ \"payload\"") + "\n",
            SIGNED.replace("{\"payload\"", "{\"note\":1.5,\"payload\"") + "\n",
            SIGNED.replace("\"sig\"", "\"cert\":\"x\",\"\\u0073ig\"") + "\n",
            SIGNED.replace(first, r#"{"sig":"AQ==","keyid":"a"}"#) + "\n",
            SIGNED.replace(&format!("{first},{second}"), &format!("{second},{first}")) + "\n",
        ];
        for form in &forms {
            assert_eq!(read(form).as_ref(), Ok(&sealed), "{form}");
            let error = Envelope::from_sealed_bytes(form.as_bytes()).unwrap_err();
            assert_eq!(error.to_string(), "the file is not byte for byte as `routec sign` writes it", "{form}");
        }
    }

    #[test]
    fn members_that_look_alike_are_refused() {
        for (from, to) in [
            ("{\"payload\"", "{\"Payload\":\"e30=\",\"payload\""),
            ("{\"payload\"", "{\"payloadtype\":\"x\",\"payload\""),
            ("{\"payload\"", "{\"\u{17f}ignatures\":[],\"payload\""),
            ("{\"keyid\"", "{\"SIG\":\"AQ==\",\"keyid\""),
            ("{\"keyid\"", "{\"\u{212a}eyid\":\"c\",\"keyid\""),
        ] {
            assert!(refused(from, to).contains("which some readers take for"), "{to}");
        }
        assert!(
            refused("{\"payload\"", "{\"payload\":\"e30=\",\"payload\"").contains("member `payload` is given twice")
        );
        assert!(refused("{\"keyid\"", "{\"sig\":\"AQ==\",\"keyid\"").contains("member `sig` is given twice"));
    }

    #[test]
    fn malformed_envelopes_are_refused() {
        let no_payload = "`payload` is not padded, canonical base64";
        let no_key_id = "a `keyid` is empty or holds other than visible ASCII characters";
        for (from, to, message) in [
            ("vnd.in-toto", "", "`payloadType` is `application/+json`, not `application/vnd.in-toto+json`"),
            ("payloadType", "type", "`payloadType` is not a string"),
            ("\"+//+\"", "7", "`payload` is not a string"),
            ("+//+", "+//", no_payload),
            ("+//+", "+/_+", no_payload),
            ("+//+", "+//\\n+", no_payload),
            ("+//+", "+/ +", no_payload),
            ("+//+", "+//+!", no_payload),
            ("AQ==", "AQ", "`sig` is not padded, canonical base64"),
            ("AQ==", "AR==", "`sig` is not padded, canonical base64"),
            ("AQ==", "A===", "`sig` is not padded, canonical base64"),
            ("\"keyid\":\"a\",", "", "`keyid` is not a string"),
            ("\"a\"", "\"\"", no_key_id),
            ("\"a\"", "\"\\u001b[2J\"", no_key_id),
            ("\"a\"", "\"b\"", "key `b` has two signatures"),
            ("[{\"keyid\":\"a\"", "[0,{\"keyid\":\"a\"", "a signature is not an object"),
            ("signatures\":[", "signatures\":7,\"x\":[", "`signatures` is not a list"),
        ] {
            assert_eq!(refused(from, to), message, "{from} -> {to}");
        }
    }

    #[test]
    fn nothing_stands_around_the_object() {
        for text in [
            format!(" {SIGNED}"),
            format!("{SIGNED} "),
            format!("{SIGNED}\n\n"),
            format!("{SIGNED}\r\n"),
            format!("[{SIGNED}]"),
        ] {
            let error = error(&text);
            assert!(error.starts_with("the file is not one JSON object"), "{error}");
        }
        assert!(error(&format!("\u{feff}{SIGNED}")).ends_with("begins with a byte order mark"));
        assert!(error(&format!("{SIGNED}{SIGNED}")).contains("trailing characters"));
        assert!(error(&" ".repeat(MAX_BYTES + 1)).starts_with("the file is larger than"));
    }

    #[test]
    fn there_are_at_most_sixteen_signatures() {
        let mut envelope = Envelope::unsigned(Vec::new());
        for index in 0..MAX_SIGNATURES {
            envelope.insert(&format!("k{index}"), vec![1]).unwrap();
        }
        assert!(envelope.insert("k0", vec![2]).is_ok());
        let message = "an envelope carries at most 16 signatures";
        assert_eq!(envelope.insert("other", vec![1]).unwrap_err().to_string(), message);
        let file = String::from_utf8(envelope.to_bytes()).unwrap().replacen(
            "\"signatures\":[",
            "\"signatures\":[{\"keyid\":\"z\",\"sig\":\"\"},",
            1,
        );
        assert_eq!(read(&file).unwrap_err().to_string(), message);
    }
}
