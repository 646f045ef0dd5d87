//! Looks at the image of each path: a digest, or a tag that is a version.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::Context;
use super::rule::{Group, Rule, Silence};

pub(super) static RULE: Rule = Rule {
    id: RuleId::new("unpinned-image"),
    group: Group::Secrets,
    level: Level::Warn,
    locked: false,
    page: include_str!("unpinned_image.md"),
    run: Some(run),
    silence: Silence::OnGatewayFiles("how it is deployed"),
};

fn run(context: &Context<'_>, sink: &mut Sink) {
    for path in &context.table.paths {
        let Some(image) = path.value.image.as_ref().filter(|image| !is_pinned(&image.value)) else { continue };
        let name = path.name.value.as_str();
        let message = format!("the image {} of {} can change without a change here", quote(&image.value), quote(name));
        sink.report(
            Diagnostic::new("unpinned-image", image.place, "not pinned", message)
                .help("name a version, or better a digest: `image@sha256:…`")
                .about(format!("paths.{name}")),
        );
    }
}

/// A digest, or a tag with a version in it. What a variable stands for is not known.
fn is_pinned(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    let tag = last.split_once(':').map(|(_, tag)| tag);
    let has_version = |tag: &str| {
        let parts: Vec<&str> = tag.split('.').collect();
        parts.windows(2).any(|pair| {
            let ends = pair.first().is_some_and(|part| part.ends_with(|letter: char| letter.is_ascii_digit()));
            ends && pair.last().is_some_and(|part| part.starts_with(|letter: char| letter.is_ascii_digit()))
        })
    };
    image.contains("@sha256:") || image.contains('$') || tag.is_some_and(has_version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_digests_are_pins() {
        let cases = [
            ("a/b:1.2.3", true),
            ("a/b:main-v1.82.3-stable", true),
            ("a/b:1.x", false),
            ("a/b", false),
            ("a/b:latest", false),
            ("localhost:5000/b", false),
            ("a@sha256:00", true),
            ("a/b:${TAG}", true),
        ];
        for (image, pinned) in cases {
            assert_eq!(is_pinned(image), pinned, "{image}");
        }
    }
}
