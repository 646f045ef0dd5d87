//! Looks at the image of each path: a digest, or a tag that is a version.

use crate::diagnostic::{Diagnostic, Level, RuleId, Sink, quote};

use super::rule::{Context, Group, Rule, Silence};

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

/// A digest, or a tag that begins with a version.
fn is_pinned(image: &str) -> bool {
    let last = image.rsplit('/').next().unwrap_or(image);
    let tag = last.split_once(':').map(|(_, tag)| tag.trim_start_matches('v'));
    image.contains("@sha256:") || tag.is_some_and(|tag| tag.starts_with(|letter: char| letter.is_ascii_digit()) && tag.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_digests_are_pins() {
        for (image, pinned) in [("a/b:1.2.3", true), ("a/b:v1.2.3-alpine", true), ("a/b", false), ("a/b:latest", false), ("localhost:5000/b", false), ("a@sha256:00", true)] {
            assert_eq!(is_pinned(image), pinned, "{image}");
        }
    }
}
