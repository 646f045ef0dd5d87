//! Which LiteLLM: its releases, and the three ways in which they have walked fallback lists.

use std::fmt;

/// Releases that walk fallback lists in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// Before 1.97: every list is walked wherever it is reached, so that a group can be tried once for every path to it.
    Paths,
    /// 1.97 to 1.103: no target is tried twice in one request.
    Once,
    /// 1.104 and later: a group without a list of its own first goes on with the list of the group that was asked for.
    Resuming,
}

impl Era {
    /// Every era, the oldest first.
    pub const ALL: [Self; 3] = [Self::Paths, Self::Once, Self::Resuming];

    /// The releases it is about, for the middle of a sentence: `LiteLLM before 1.97`.
    pub fn releases(self) -> &'static str {
        match self {
            Self::Paths => "before 1.97",
            Self::Once => "1.97 to 1.103",
            Self::Resuming => "from 1.104 on",
        }
    }

    /// Whether the id of a deployment goes before a group of the same name: until 1.104.
    pub fn puts_ids_first(self) -> bool {
        self != Self::Resuming
    }

    /// Whether `num_retries` of `litellm_settings` goes before that of `router_settings`: until 1.97.
    pub fn puts_module_retries_first(self) -> bool {
        self == Self::Paths
    }

    /// Whether a name of `routing_groups` can be called: since 1.97.
    pub fn calls_sets(self) -> bool {
        self != Self::Paths
    }

    /// Whether the first deployment of a group alone decides which parameter weighs a random pick: until 1.104.
    pub fn weighs_by_first(self) -> bool {
        self != Self::Resuming
    }

    /// How many retries a request notes for `num_retries_per_request`: until 1.104 the number was the length of a list
    /// that never holds more than four.
    pub fn notes_at_most(self) -> u32 {
        if self == Self::Resuming { u32::MAX } else { 4 }
    }
}

/// A release of LiteLLM: `1.109`, `1.109.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Release {
    minor: u16,
    patch: Option<u16>,
}

impl Release {
    /// The newest release whose walk is known from running it.
    pub const NEWEST: Self = Self { minor: 109, patch: None };

    /// Reads `1.109` or `1.109.1`; `None` for anything that is no release 1.x.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let number = |part: &str| {
            let is_plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u16>().ok().filter(|_| is_plain)
        };
        let (major, minor) = (number(parts.next()?)?, number(parts.next()?)?);
        let patch = parts.next().map(|part| number(part).ok_or(())).transpose().ok()?;
        (major == 1 && parts.next().is_none()).then_some(Self { minor, patch })
    }

    /// How it walks fallback lists.
    pub fn era(self) -> Era {
        match self.minor {
            ..97 => Era::Paths,
            97..104 => Era::Once,
            104.. => Era::Resuming,
        }
    }

    /// Whether it does not start where the targets of a fallback list are one text; 1.108 still walks that letter by letter.
    pub fn refuses_text(self) -> bool {
        self.minor >= 109
    }

    /// Whether it is newer than every release whose walk is known; it is then taken to walk as the newest of those.
    pub fn is_unseen(self) -> bool {
        self.minor > Self::NEWEST.minor
    }
}

impl Default for Release {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for Release {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "1.{}", self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(formatter, ".{patch}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_belong_to_eras() {
        let era = |text: &str| Release::parse(text).map(Release::era);
        assert_eq!(era("1.92.0"), Some(Era::Paths));
        assert_eq!(era("1.96"), Some(Era::Paths));
        assert_eq!(era("1.97"), Some(Era::Once));
        assert_eq!(era("1.103.7"), Some(Era::Once));
        assert_eq!(era("1.104"), Some(Era::Resuming));
        assert_eq!(era("1.109.1"), Some(Era::Resuming));
        for other in ["", "1", "2.0", "1.x", "1.109.1.2", "1.+9", "v1.109", "1.109."] {
            assert_eq!(era(other), None, "{other}");
        }
    }

    #[test]
    fn releases_are_shown_as_typed() {
        let shown = |text: &str| Release::parse(text).map(|release| release.to_string());
        assert_eq!(shown("1.109.1").as_deref(), Some("1.109.1"));
        assert_eq!(shown("1.97").as_deref(), Some("1.97"));
    }
}
