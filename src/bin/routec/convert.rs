//! `routec convert`: a checked table as a gateway's own file, and what that file cannot say.

use routec::backend::{Dialect, Grade, write};
use routec::report::{losses_json, losses_text};

use crate::args::{Answer, Convert, FailOnLoss};
use crate::world::World;
use crate::{Exit, Stop, check, request, seal};

/// Writes the file, or prints it; then says what was lost.
pub(crate) fn run(args: &Convert, world: &World) -> Result<Exit, Stop> {
    let dialect = Dialect::parse(&args.to).map_err(|why| Stop::usage(format!("--to: {why}")))?;
    let request = request::for_report(&args.question.input, world)?;
    let outcome = match check::gate(&request, world) {
        Ok(outcome) => outcome,
        Err(exit) => {
            world.say("error: nothing was converted: the table is not clean\n");
            return Ok(exit);
        }
    };
    let table = seal::choose(&outcome, args.question.table.as_deref())?;
    if !table.gateway.walks_ladders() {
        let message = format!(
            "`{}` is {} file already, without what routec converts: accounts, keys and ladders; write a route table first",
            table.name,
            table.gateway.with_article()
        );
        return Err(Stop::usage(message));
    }
    let checked = routec::gate::pass(table, &outcome.catalogue, &outcome.law, &outcome.findings)
        .ok_or_else(|| Stop::unreadable("nothing was converted: the table was not read completely"))?;
    let emitted = write(&checked, dialect);
    let worst = emitted.losses.iter().map(|loss| loss.grade).max().unwrap_or(Grade::Exact);
    let fails = match args.fail_on {
        FailOnLoss::Never => false,
        FailOnLoss::Unsupported => worst == Grade::Unsupported,
        FailOnLoss::Approximate => worst != Grade::Exact,
    };
    let lost = losses_text(&request.sources, &emitted.losses);
    if fails {
        world.say(&format!("{lost}error: nothing was written: the table says what {} cannot\n", dialect.gateway()));
        return Ok(Exit::Findings);
    }
    if let Some(path) = &args.output {
        let path = if world.is_folder(path) { path.join(emitted.file_name) } else { path.clone() };
        world
            .write(&path, emitted.text.as_bytes())
            .map_err(|error| Stop::unreadable(format!("{}: {error}", path.display())))?;
        match args.question.format {
            Answer::Text => world.print(&format!("wrote {}\n{lost}", path.display())),
            Answer::Json => world.print(&answer(&emitted, dialect, &losses_json(&request.sources, &emitted.losses))),
        }
        return Ok(Exit::Clean);
    }
    match args.question.format {
        Answer::Text => {
            world.print(&emitted.text);
            world.say(&lost);
        }
        Answer::Json => world.print(&answer(&emitted, dialect, &losses_json(&request.sources, &emitted.losses))),
    }
    Ok(Exit::Clean)
}

fn answer(emitted: &routec::backend::Emitted, dialect: Dialect, losses: &serde_json::Value) -> String {
    let answer = serde_json::json!({
        "gateway": dialect.gateway(),
        "version": dialect.version(),
        "fileName": emitted.file_name,
        "text": emitted.text,
        "losses": losses,
    });
    format!("{answer:#}\n")
}
