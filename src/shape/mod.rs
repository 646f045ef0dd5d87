//! The shape of documents as JSON Schema: made from the document types, and what a validator says turned into findings
//! with places.

mod lookup;
mod refusal;

use jsonschema::Validator;
use jsonschema::error::{TypeKind, ValidationErrorKind};
use schemars::generate::SchemaSettings;
use schemars::transform::{RecursiveTransform, Transform};
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value as Json};

use crate::diagnostic::{Diagnostic, nearest, or_list, quote};
use crate::model::{Catalog, Expectations, Kind, Policy, Project, RouteTable};
use crate::source::Place;
use crate::syntax::{NodeId, Value};

use self::lookup::Lookup;

pub(crate) use refusal::refusal;

/// How the `$id` of a published schema begins.
pub const BASE: &str = "urn:routec:schema:v1:";

/// The JSON Schema of a kind of document: draft-07, for editors.
pub fn of(kind: Kind) -> Json {
    let mut schema = match kind {
        Kind::Project => generate::<Project>(),
        Kind::RouteTable => generate::<RouteTable>(),
        Kind::Catalog => generate::<Catalog>(),
        Kind::Policy => generate::<Policy>(),
        Kind::Expectations => generate::<Expectations>(),
    };
    if let Some(object) = schema.as_object_mut() {
        object.insert("$id".to_owned(), format!("{BASE}{}", kind.slug()).into());
    }
    schema
}

/// The schema of a type, as editors need it.
pub(crate) fn generate<T: JsonSchema>() -> Json {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    RecursiveTransform(for_editors).transform(&mut schema);
    schema.to_value()
}

/// What editors need: no `null` for what may be left out, and enums as one list with a text for each word.
fn for_editors(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    object.remove("default");
    object.remove("format");
    if let Some(Json::Array(types)) = object.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            object.insert("type".to_owned(), only);
        }
    }
    let without_null = match object.get("anyOf") {
        Some(Json::Array(options)) => {
            let kept: Vec<Json> =
                options.iter().filter(|option| option.get("type") != Some(&"null".into())).cloned().collect();
            (kept.len() < options.len()).then_some(kept)
        }
        _ => None,
    };
    if let Some(kept) = without_null {
        object.remove("anyOf");
        if let [Json::Object(only)] = kept.as_slice() {
            let own = object.remove("description");
            object.extend(only.clone());
            object.extend(own.map(|own| ("description".to_owned(), own)));
        } else {
            object.insert("anyOf".to_owned(), Json::Array(kept));
        }
    }
    // The YAML language server shows the description beside a `$ref`, and not that beside an `allOf` of one.
    let only = match object.get("allOf").and_then(Json::as_array).map(Vec::as_slice) {
        Some([Json::Object(only)]) if only.len() == 1 => only.get("$ref").cloned(),
        _ => None,
    };
    if let Some(reference) = only {
        object.remove("allOf");
        object.insert("$ref".to_owned(), reference);
    }
    merge_words(object);
}

/// `oneOf` of documented constants becomes `enum`, which editors complete and validators explain.
fn merge_words(object: &mut Map<String, Json>) {
    let Some(Json::Array(options)) = object.get("oneOf") else { return };
    let words: Option<Vec<(Json, Json)>> = options
        .iter()
        .map(|option| {
            let word = option.get("const").or_else(|| option.get("enum").and_then(|all| all.get(0)))?;
            Some((word.clone(), option.get("description").cloned().unwrap_or_default()))
        })
        .collect();
    let Some(words) = words else { return };
    let (words, texts): (Vec<Json>, Vec<Json>) = words.into_iter().unzip();
    object.remove("oneOf");
    object.insert("type".to_owned(), "string".into());
    object.insert("enum".to_owned(), Json::Array(words));
    object.insert("enumDescriptions".to_owned(), Json::Array(texts.clone()));
    object.insert("markdownEnumDescriptions".to_owned(), Json::Array(texts));
}

/// One thing wrong with the shape of a document.
#[derive(Debug)]
pub struct ShapeError {
    /// The finding.
    pub diagnostic: Diagnostic,
    /// What must be taken out for the rest to be readable.
    pub remove: NodeId,
    /// The key of what is taken out, if it has one.
    pub key: Option<String>,
    /// Whether it says only that something is missing, which may be the trace of an earlier removal.
    pub is_absence: bool,
}

/// Everything wrong with the shape of a document, in the order of the schema.
pub fn check(kind: Kind, root: Value<'_>) -> Vec<ShapeError> {
    let schema = of(kind);
    let Ok(validator) = compile(&schema) else { return Vec::new() };
    let json = root.to_json();
    let (mut lookup, mut errors) = (Lookup::new(root), Vec::new());
    for error in validator.iter_errors(&json) {
        let segments: Vec<String> = error.instance_path().into_iter().map(|segment| segment.to_string()).collect();
        explain(&error, &schema, (&mut lookup, &segments), &mut errors);
    }
    errors
}

/// Whether a document has the shape its schema asks for.
pub fn accepts(kind: Kind, json: &Json) -> bool {
    compile(&of(kind)).is_ok_and(|validator| validator.is_valid(json))
}

fn compile(schema: &Json) -> Result<Validator, Box<dyn std::error::Error>> {
    Ok(jsonschema::options().with_draft(jsonschema::Draft::Draft7).build(schema)?)
}

#[expect(clippy::wildcard_enum_match_arm, reason = "every other keyword says the same: not of the unit wanted")]
fn explain(
    error: &jsonschema::ValidationError<'_>,
    schema: &Json,
    (lookup, path): (&mut Lookup<'_>, &[String]),
    errors: &mut Vec<ShapeError>,
) {
    let found = lookup.at(path);
    let here = found.value;
    let key = found.key.and_then(Value::raw_text).map(str::to_owned);
    let name = key.as_deref().map_or_else(|| "the document".to_owned(), quote);
    let name = if found.is_item { format!("an item of {name}") } else { name };
    let at =
        |place: Place, rule: &'static str, label: String, message: String| Diagnostic::new(rule, place, label, message);
    let point = if matches!(here.shape(), crate::syntax::Shape::Mapping | crate::syntax::Shape::Sequence) {
        found.key.filter(|_| !found.is_item).map_or_else(|| first_line(here), Value::place)
    } else {
        here.place()
    };
    let mut push = |diagnostic: Diagnostic, remove: NodeId, is_absence: bool| {
        errors.push(ShapeError { diagnostic, remove, key: key.clone(), is_absence });
    };
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => {
            let known = known_keys(error, schema);
            for unknown in unexpected {
                let Some((key, value)) = lookup.entry_at(path, unknown) else { continue };
                let message = format!("unknown key {}", quote(unknown));
                let diagnostic = at(key.place(), "unknown-key", "not a key here".to_owned(), message);
                let help = match nearest(unknown, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean {}?", quote(near)),
                    None => format!("keys here: {}", or_list(known.iter().map(String::as_str), 12)),
                };
                push(diagnostic.help(help), value.id(), false);
            }
        }
        ValidationErrorKind::Required { property } => {
            let missing = property.as_str().unwrap_or_default();
            let message = format!("{name} lacks the key {}", quote(missing));
            let mut diagnostic = at(point, "missing-key", format!("{} is missing here", quote(missing)), message);
            if let Some(text) = describe(error, schema, missing) {
                diagnostic = diagnostic.help(format!("{missing}: {text}"));
            }
            push(diagnostic, here.id(), true);
        }
        ValidationErrorKind::Type { kind } => {
            let wanted = match kind {
                TypeKind::Single(one) => one.to_string(),
                TypeKind::Multiple(_) => "another type".to_owned(),
            };
            let wanted = type_words(&wanted, error, schema);
            let (message, help) = wrong_type(here, &name, &wanted);
            push(at(point, "wrong-type", format!("{wanted} is wanted here"), message).help(help), here.id(), false);
        }
        ValidationErrorKind::Enum { options } => {
            let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Json::as_str).collect();
            let written = here.raw_text().unwrap_or_default();
            let message = format!("{name} cannot be {}", quote(written));
            let help = match nearest(written, words.iter().copied()) {
                Some(near) => format!("did you mean {}? ({})", quote(near), or_list(words, 16)),
                None => format!("one of {}", or_list(words, 16)),
            };
            push(
                at(point, "bad-value", "not one of the words known here".to_owned(), message).help(help),
                here.id(),
                false,
            );
        }
        ValidationErrorKind::OneOfNotValid { .. } | ValidationErrorKind::OneOfMultipleValid { .. } => {
            let message = format!("{name} names either `target` or `route`, exactly one of them");
            push(at(point, "bad-value", "one of the two".to_owned(), message), here.id(), false);
        }
        ValidationErrorKind::MinProperties { .. } | ValidationErrorKind::MaxProperties { .. } => {
            let message = "a step is exactly one measure";
            let help = "write each measure as an item of its own: `- backoff: {…}` and then `- fallback: {…}`";
            push(
                at(point, "bad-value", "one measure is wanted here".to_owned(), message.to_owned()).help(help),
                here.id(),
                false,
            );
        }
        ValidationErrorKind::PropertyNames { error: inner } => {
            let written = inner.instance().as_str().unwrap_or_default().to_owned();
            let entry = lookup.entry_at(path, &written);
            let place = entry.map_or(point, |(key, _)| key.place());
            let (title, help) = unit_words(inner, schema);
            let message = format!("{} is not {title}", quote(&written));
            push(
                at(place, "bad-value", format!("not {title}"), message).help(help),
                entry.map_or(here.id(), |(_, value)| value.id()),
                false,
            );
        }
        _ => {
            let (title, help) = unit_words(error, schema);
            let written = here.raw_text().map_or_else(|| "this".to_owned(), quote);
            let message = format!("{written} is not {title}");
            push(at(point, "bad-value", format!("not {title}"), message).help(help), here.id(), false);
        }
    }
}

/// The beginning of a collection: its first key or item, so that a finding about the whole does not underline it all.
fn first_line(value: Value<'_>) -> Place {
    if let Some((key, _)) = value.entries().first() {
        return key.place();
    }
    value.items().next().map_or_else(|| value.place(), Value::place)
}

fn wrong_type(here: Value<'_>, name: &str, wanted: &str) -> (String, String) {
    use crate::syntax::{Scalar, Shape};
    match here.shape() {
        Shape::Scalar(Scalar::Null) | Shape::Missing => {
            (format!("{name} has no value"), format!("write {wanted}, or remove the key"))
        }
        Shape::Scalar(scalar @ (Scalar::Integer(digits) | Scalar::Decimal(digits))) if wanted == "text" => {
            (format!("{name} is {}, where text is wanted", scalar.word()), format!("put it in quotes: \"{digits}\""))
        }
        Shape::Scalar(Scalar::Bool(truth)) if wanted == "text" => {
            (format!("{name} is true or false, where text is wanted"), format!("put it in quotes: \"{truth}\""))
        }
        Shape::Scalar(Scalar::Text(text)) if wanted == "true or false" => (
            format!("{name} is {}, where true or false is wanted", quote(text)),
            "write `true` or `false`; words such as `yes` are text in YAML 1.2".to_owned(),
        ),
        Shape::Scalar(Scalar::Text(text)) if wanted.contains("number") || wanted.contains("count") => {
            let is_quoted = !matches!(Scalar::plain(text), Scalar::Text(_));
            let help =
                if is_quoted { "remove the quotes" } else { "digits only: no separators, no leading zeros, no unit" };
            let what = if is_quoted { "the text " } else { "" };
            (format!("{name} is {what}{}, where {wanted} is wanted", quote(text)), help.to_owned())
        }
        Shape::Scalar(scalar) => {
            (format!("{name} is {}, where {wanted} is wanted", scalar.word()), format!("write {wanted}"))
        }
        Shape::Sequence => (format!("{name} is a list, where {wanted} is wanted"), format!("write {wanted}")),
        Shape::Mapping => (format!("{name} is a mapping, where {wanted} is wanted"), format!("write {wanted}")),
    }
}

fn type_words(json_type: &str, error: &jsonschema::ValidationError<'_>, schema: &Json) -> String {
    let title = parent_schema(error, schema).and_then(|parent| parent.get("title")).and_then(Json::as_str);
    match (json_type, title) {
        ("integer" | "number" | "string", Some(title)) => title.to_owned(),
        ("integer" | "number", None) => "a number".to_owned(),
        ("boolean", _) => "true or false".to_owned(),
        ("array", _) => "a list".to_owned(),
        ("object", _) => "a mapping".to_owned(),
        (_, _) => "text".to_owned(),
    }
}

/// The title of the unit that a value should have been, and how it is written.
fn unit_words(error: &jsonschema::ValidationError<'_>, schema: &Json) -> (String, String) {
    let parent = parent_schema(error, schema);
    let get = |key: &str| parent.and_then(|parent| parent.get(key));
    let title = get("title").and_then(Json::as_str).unwrap_or("a value that fits").to_owned();
    let description = get("description").and_then(Json::as_str).unwrap_or_default();
    let examples: Vec<String> = get("examples")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .map(|example| example.as_str().map_or_else(|| example.to_string(), str::to_owned))
        .collect();
    let help = if examples.is_empty() {
        description.to_owned()
    } else {
        format!("{description}; for example {}", or_list(examples.iter().map(String::as_str), 4))
    };
    (title, help)
}

/// The schema whose keyword refused the value.
fn parent_schema<'s>(error: &jsonschema::ValidationError<'_>, schema: &'s Json) -> Option<&'s Json> {
    let path = error.schema_path().to_string();
    let mut at = schema;
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let (_, parents) = segments.split_last()?;
    for segment in parents {
        at = follow(at, schema);
        let name = segment.replace("~1", "/").replace("~0", "~");
        at = match at {
            Json::Object(object) if name == "$ref" && !object.contains_key("$ref") => at,
            Json::Object(object) if name == "$ref" => follow(object.get("$ref").map_or(at, |_| at), schema),
            Json::Object(object) => object.get(&name)?,
            Json::Array(items) => items.get(name.parse::<usize>().ok()?)?,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => return None,
        };
    }
    Some(follow(at, schema))
}

fn follow<'s>(at: &'s Json, schema: &'s Json) -> &'s Json {
    let pointer = at.get("$ref").and_then(Json::as_str).and_then(|reference| reference.strip_prefix('#'));
    pointer.and_then(|pointer| schema.pointer(pointer)).unwrap_or(at)
}

fn known_keys(error: &jsonschema::ValidationError<'_>, schema: &Json) -> Vec<String> {
    let parent = parent_schema(error, schema);
    let properties = parent.and_then(|parent| parent.get("properties")).and_then(Json::as_object);
    properties.into_iter().flat_map(|properties| properties.keys().cloned()).collect()
}

fn describe(error: &jsonschema::ValidationError<'_>, schema: &Json, property: &str) -> Option<String> {
    let text = parent_schema(error, schema)?.get("properties")?.get(property)?.get("description")?.as_str()?;
    Some(text.to_owned())
}
