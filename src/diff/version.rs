//! Whether the version of a table follows from what changed since another.

use semver::Version;

use crate::diagnostic::{Diagnostic, quote};

use super::{Bump, Difference, Side};

/// What the versions of two tables say of the difference between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// The old version.
    pub old: Version,
    /// The new version.
    pub new: Version,
    /// The least version that would do.
    pub least: Version,
    /// Whether the new one does.
    pub follows: bool,
}

/// Judges the versions of two sides; `None` where one of them carries none, as gateways' own files do.
pub fn judge(old: &Side<'_>, new: &Side<'_>, difference: &Difference) -> Option<Judged> {
    let version = |side: &Side<'_>| side.table.version.as_ref().map(|version| version.value.0.clone());
    let (old, new) = (version(old)?, version(new)?);
    let least = least(&old, difference.bump());
    Some(Judged { follows: follows(&old, &new, difference.bump()), old, new, least })
}

/// The least version that a bump asks for. Below 1.0.0 the second number tells what the first does later.
fn least(old: &Version, bump: Option<Bump>) -> Version {
    let is_early = old.major == 0;
    // A release follows its own pre-releases, so it takes no further number.
    let next_patch = || {
        let step = u64::from(old.pre.is_empty());
        Version::new(old.major, old.minor, old.patch.saturating_add(step))
    };
    match bump {
        None => old.clone(),
        Some(Bump::Patch) => next_patch(),
        Some(Bump::Minor) if is_early => next_patch(),
        Some(Bump::Major) if !is_early => Version::new(old.major.saturating_add(1), 0, 0),
        Some(Bump::Minor | Bump::Major) => Version::new(old.major, old.minor.saturating_add(1), 0),
    }
}

/// Whether a version follows another by at least this bump. Build metadata says nothing.
fn follows(old: &Version, new: &Version, bump: Option<Bump>) -> bool {
    if new.cmp_precedence(old).is_lt() {
        return false;
    }
    let least = least(old, bump);
    // A pre-release of the version asked for announces the same change.
    let core = Version::new(new.major, new.minor, new.patch);
    match bump {
        None => true,
        Some(_) => new.cmp_precedence(old).is_gt() && core.cmp_precedence(&least).is_ge(),
    }
}

/// The finding about a version that does not say what changed since another.
pub fn report_version(old: &Side<'_>, new: &Side<'_>) -> Option<Diagnostic> {
    finding(old, new, &super::compare(old, new))
}

/// The same where the difference is known already.
pub fn finding(old: &Side<'_>, new: &Side<'_>, difference: &Difference) -> Option<Diagnostic> {
    let judged = judge(old, new, difference).filter(|judged| !judged.follows)?;
    let place = new.table.version.as_ref()?.place;
    let Judged { old: before, new: now, least, .. } = &judged;
    let name = quote(new.table.name.as_str());
    let (label, message, help) = match difference.changes.first() {
        None => (
            "lower than before".to_owned(),
            format!("version {now} of {name} is lower than {before}, which it replaces"),
            format!("write `version: {before}`: nothing changed since"),
        ),
        Some(first) => {
            let row = first.kind.row();
            let bump = row.bump;
            let since = if now == before { String::new() } else { format!(" since {before}") };
            (
                format!("{bump} is required: at least {least}"),
                format!(
                    "version {now} of {name} does not say what changed{since}: {} at {} counts as {bump}, because {}",
                    row.word,
                    quote(&first.subject.path()),
                    row.why
                ),
                format!("write `version: {least}`, or take the change back; `routec diff` shows every change"),
            )
        }
    };
    let mut finding = Diagnostic::new("version-not-bumped", place, label, message).help(help);
    let shown = difference.changes.iter().filter(|change| Some(change.bump()) == difference.bump());
    for change in shown.take(3) {
        if let Some(span) = change.new {
            let what = if change.what.is_empty() { String::new() } else { format!(": {}", change.what) };
            finding = finding.related(span, format!("{} at {}{what}", change.kind.row().word, change.subject.path()));
        }
    }
    Some(finding)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_follow_or_do_not() {
        let bumps = [None, Some(Bump::Patch), Some(Bump::Minor), Some(Bump::Major)];
        let cases = [
            ("1.2.3", "1.2.3", [true, false, false, false]),
            ("1.2.3", "1.2.4", [true, true, false, false]),
            ("1.2.3", "1.3.0", [true, true, true, false]),
            ("1.2.3", "2.0.0", [true, true, true, true]),
            ("1.2.3", "1.2.2", [false, false, false, false]),
            ("1.2.3", "0.9.0", [false, false, false, false]),
            ("0.2.3", "0.2.4", [true, true, true, false]),
            ("0.2.3", "0.3.0", [true, true, true, true]),
            ("1.2.3", "2.0.0-rc.1", [true, true, true, true]),
            ("2.0.0-rc.1", "2.0.0-rc.2", [true, true, false, false]),
            ("2.0.0-rc.1", "2.0.0", [true, true, false, false]),
            ("1.2.3", "1.2.3+build", [true, false, false, false]),
        ];
        for (old, new, expected) in cases {
            let (before, now): (Version, Version) =
                (old.parse().unwrap_or(Version::new(9, 9, 9)), new.parse().unwrap_or(Version::new(0, 0, 0)));
            assert_eq!(bumps.map(|bump| follows(&before, &now, bump)), expected, "{old} to {new}");
        }
    }
}
