//! `routec explain`, `routec rules` and `routec schema`.

use std::fmt::Write;

use routec::diagnostic::nearest;
use routec::{rules, schema};

use crate::world::World;
use crate::{Exit, Stop};

/// Prints the page of a rule.
pub(crate) fn explain(name: &str, world: &World) -> Result<Exit, Stop> {
    let Some(rule) = rules::find(name) else {
        let near = nearest(name, rules::ALL.iter().map(|rule| rule.id.as_str()));
        let hint =
            near.map_or_else(|| "`routec rules` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Stop::usage(format!("there is no rule called `{name}`; {hint}")));
    };
    let mut page = rule.page.trim_end().to_owned();
    if rule.id.as_str() == "custom-rule" {
        let _ = write!(page, "\n\n## What expressions can ask\n```\n{}```", routec::policy::vocabulary());
    }
    let locked = if rule.locked { "; no waiver can cover it" } else { "" };
    let _ = write!(page, "\n\nGroup: {}. Level: {}{locked}.\n", rule.group.as_str(), rule.level.as_str());
    world.print(&page);
    Ok(Exit::Clean)
}

/// Lists the rules, by group.
pub(crate) fn rules(world: &World) -> Exit {
    world.print(&rules::listing());
    Exit::Clean
}

/// Prints a schema, or the list of schemas.
pub(crate) fn schema(kind: Option<&str>, world: &World) -> Result<Exit, Stop> {
    let known = schema::NAMES;
    let Some(kind) = kind else {
        world.print(&format!("{}\n", known.join("\n")));
        return Ok(Exit::Clean);
    };
    let Some(found) = schema::by_name(kind) else {
        let hint = nearest(kind, known).map_or_else(|| known.join(", "), |near| format!("did you mean `{near}`?"));
        return Err(Stop::usage(format!("there is no schema called `{kind}`; {hint}")));
    };
    world.print(&schema::to_text(&found));
    Ok(Exit::Clean)
}
