//! `routec catalog import`: other projects' model data as a catalogue, and what misleads in it.

use routec::import::{self, Refusal};
use routec::model::{Date, Moment};
use routec::report::import_text;
use routec::source::SourceMap;

use crate::args::Import;
use crate::world::World;
use crate::{Exit, Stop};

/// Writes the catalogue, or prints it; what misleads is said beside it.
pub(crate) fn import(args: &Import, world: &World) -> Result<Exit, Stop> {
    let as_of = dated(args.as_of.as_deref(), world)?;
    let shown = args.file.display().to_string();
    if args.output.as_ref() == Some(&args.file) {
        return Err(Stop::usage(format!(
            "`{shown}` would be overwritten by the catalogue made of it; name another file"
        )));
    }
    let bytes = world.read(&args.file).map_err(|error| Stop::unreadable(format!("{shown}: {error}")))?;
    let mut sources = SourceMap::new();
    let file = sources.add(shown.replace('\\', "/"), bytes);
    let imported = import::read(&sources, file, as_of).map_err(|Refusal(why)| Stop::unreadable(why))?;
    match &args.output {
        Some(path) => {
            world
                .write(path, imported.text.as_bytes())
                .map_err(|error| Stop::unreadable(format!("{}: {error}", path.display())))?;
            world.print(&format!("wrote {}\n", path.display()));
        }
        None => world.print(&imported.text),
    }
    world.say(&import_text(&imported, as_of));
    Ok(Exit::Clean)
}

/// The day of the data: as typed, else that of `SOURCE_DATE_EPOCH`. Today says nothing about when data was fetched.
fn dated(typed: Option<&str>, world: &World) -> Result<Date, Stop> {
    if let Some(typed) = typed {
        return typed.parse().map_err(|_| Stop::usage(format!("--as-of: `{typed}` is not a date such as 2026-11-22")));
    }
    let seconds = world.source_date_epoch()?.ok_or_else(|| {
        Stop::usage(
            "nothing says of which day these prices and limits are; give the day they were fetched with `--as-of`",
        )
    })?;
    let moment = Moment::of_seconds(seconds).ok_or_else(|| Stop::usage("SOURCE_DATE_EPOCH is out of range"))?;
    Ok(moment.day())
}
