//! `routec diff`.

use routec::diagnostic::Diagnostic;
use routec::diff::{compare, finding, judge, report_version};
use routec::driver::Outcome;
use routec::policy::Pattern;
use routec::report::{self, Compared};

use crate::args::{Diff, DiffFormat, Input};
use crate::version::{Version, sides};
use crate::world::World;
use crate::{Exit, Stop};

/// Compares two versions of a table.
pub(crate) fn run(args: &Diff, world: &World) -> Result<Exit, Stop> {
    let globs = globs(&args.intent)?;
    let old = Version::read(&args.old, &args.new, &[], world)?;
    let new = Version::read(&args.new, &args.old, &[], world)?;
    let (before, after) = (old.side(args.table.as_deref())?, new.side(args.table.as_deref())?);
    let difference = compare(&before, &after);
    let outside = if globs.is_empty() { Vec::new() } else { difference.outside(&globs) };
    let found = finding(&before, &after, &difference);
    let compared = Compared {
        old: before,
        old_sources: &old.request.sources,
        old_name: &args.old,
        new: after,
        new_sources: &new.request.sources,
        new_name: &args.new,
        difference: &difference,
        judged: judge(&before, &after, &difference),
        finding: found.as_ref(),
        intent: &args.intent,
        outside: &outside,
    };
    match args.format {
        DiffFormat::Text => world.print(&report::terminal(&compared.text())),
        DiffFormat::Json => world.print(&compared.json()),
        DiffFormat::Markdown => world.print(&compared.markdown()),
    }
    Ok(match (outside.is_empty(), &found) {
        (false, _) => Exit::Findings,
        (true, Some(_)) => Exit::NotBumped,
        (true, None) if args.exit_code && !difference.changes.is_empty() => Exit::Findings,
        (true, None) => Exit::Clean,
    })
}

fn globs(typed: &[String]) -> Result<Vec<Pattern>, Stop> {
    let glob = |glob: &String| {
        Pattern::of_names(glob).map_err(|why| Stop::usage(format!("--intent: `{glob}` is not a glob: {why}")))
    };
    typed.iter().map(glob).collect()
}

/// The findings about the versions of all tables that another version of a place has as well.
pub(crate) fn versions(base: &str, input: &Input, new: &Outcome, world: &World) -> Result<Vec<Diagnostic>, Stop> {
    let place = input.paths.first().map_or(".", String::as_str);
    let old = Version::read(base, place, &input.env, world)?;
    let levels = new.levels();
    let mut found = Vec::new();
    for after in sides(new, Some(&levels)) {
        let same = old.sides().find(|side| side.table.name == after.table.name);
        found.extend(same.and_then(|before| report_version(&before, &after)));
    }
    Ok(found)
}
