//! The files of variables around OpenClaw's configurations: those that are given, and `.env` where it keeps its state.

use std::collections::BTreeMap;
use std::path::Path;

use routec::environment::{Surroundings, VariablesOf};
use routec::source::{FileId, SourceMap};

use crate::Stop;
use crate::deployed::Placed;
use crate::place::normal;
use crate::world::World;

/// The configurations beside which OpenClaw keeps its state.
const CONFIGURATIONS: [&str; 2] = ["openclaw.json", "openclaw.json5"];

/// Reads what `--env` names, and what lies beside each configuration unless the state's variables are given.
pub(crate) fn fetch(
    sources: &mut SourceMap,
    placed: &BTreeMap<FileId, Placed>,
    typed: &[String],
    world: &World,
) -> Result<Surroundings, Stop> {
    let mut surroundings = Surroundings::default();
    for text in typed {
        let (of, path) = rank(text)?;
        let bytes = world.read_now(Path::new(path)).map_err(|error| {
            let hint =
                if path.starts_with('~') { "; a shell leaves `~` behind `=` as it is, so write `$HOME`" } else { "" };
            Stop::unreadable(format!("--env: {path}: {error}{hint}"))
        })?;
        surroundings.tell(of, sources.add(path.replace('\\', "/"), bytes));
    }
    if surroundings.has(VariablesOf::State) {
        return Ok(surroundings);
    }
    for (file, placed) in placed {
        let name = placed.path.file_name().unwrap_or_default();
        let beside = world.now_at(&placed.path.with_file_name(".env"));
        if !CONFIGURATIONS.iter().any(|configuration| name == *configuration) || !beside.is_file() {
            continue;
        }
        let shown = normal(&placed.path.with_file_name(".env")).to_string_lossy().replace('\\', "/");
        match world.read_now(&beside) {
            Ok(bytes) => surroundings.lies_beside(*file, sources.add(shown, bytes)),
            Err(error) => world.say(&format!("note: {shown}: {error}, so its variables are not known\n")),
        }
    }
    Ok(surroundings)
}

/// Whose variables a file holds, and its path: `KIND=FILE`, or the file alone for those of OpenClaw's state.
fn rank(text: &str) -> Result<(VariablesOf, &str), Stop> {
    let Some((kind, path)) = text.split_once('=') else { return named(text, VariablesOf::State, text) };
    if let Some((_, of)) = VariablesOf::ALL.iter().find(|(name, _)| *name == kind) {
        return named(text, *of, path);
    }
    let known = VariablesOf::ALL.map(|(name, _)| name).join(", ");
    Err(Stop::usage(format!("--env: `{text}`: `{kind}` is no kind of variables; known: {known}")))
}

fn named<'t>(text: &str, of: VariablesOf, path: &'t str) -> Result<(VariablesOf, &'t str), Stop> {
    if path.is_empty() { Err(Stop::usage(format!("--env: `{text}` names no file"))) } else { Ok((of, path)) }
}
