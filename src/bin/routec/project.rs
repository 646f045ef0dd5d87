//! Which files belong to a project, by its globs or by convention.

use routec::model::{Kind, Project};
use routec::policy::Pattern;

use crate::Stop;

/// The globs of a project.
#[derive(Default)]
pub(crate) struct Described {
    pub(crate) tables: Option<Vec<String>>,
    pub(crate) catalogs: Option<Vec<String>>,
    pub(crate) policies: Option<Vec<String>>,
    pub(crate) expectations: Option<Vec<String>>,
}

impl Described {
    /// The globs that a project file gives.
    pub(crate) fn new(project: Project) -> Self {
        let plain = |globs: Option<Vec<routec::source::Spanned<String>>>| {
            Some(globs?.into_iter().map(|glob| glob.value).collect())
        };
        Self {
            tables: plain(project.tables),
            catalogs: plain(project.catalogs),
            policies: plain(project.policies),
            expectations: plain(project.expectations),
        }
    }
}

/// The globs of a kind where a project gives none.
pub(crate) fn default_globs(kind: Kind) -> Vec<String> {
    let folder = match kind {
        Kind::Project => return Vec::new(),
        Kind::RouteTable => "routes",
        Kind::Catalog => "catalog",
        Kind::Policy => "policies",
        Kind::Expectations => "expectations",
    };
    vec![format!("{folder}/**")]
}

/// Whether a file is a document by its name.
pub(crate) fn is_document(name: &str) -> bool {
    [".yaml", ".yml", ".json", ".json5"].iter().any(|ending| name.ends_with(ending))
}

/// A glob over the paths of a project.
pub(crate) fn of_paths(glob: &str) -> Result<Pattern, Stop> {
    Pattern::of_paths(glob.trim_start_matches("./"))
        .map_err(|error| Stop::usage(format!("routec.yaml: `{glob}` is not a glob: {error}")))
}
