//! Whether LiteLLM keeps models and settings in its database as well, and what of the file that overlays.
//!
//! At its start LiteLLM takes `STORE_MODEL_IN_DB` of the environment or `general_settings.store_model_in_db`, whichever is
//! true, and then lays what the database holds of `router_settings` over the file's, at each later reading too.

use crate::diagnostic::Sink;
use crate::syntax::Value;

use super::{Sections, is_empty, misread};

/// The switch, where it stands and what it says.
struct Switch<'t> {
    key: Value<'t>,
    is_on: bool,
}

impl<'t> Switch<'t> {
    fn of(section: Option<Value<'t>>, name: &str) -> Option<Self> {
        let (key, value) = section?.get_entry(name)?;
        let text = value.raw_text()?;
        let says = |word: &str| text.eq_ignore_ascii_case(word);
        (says("true") || says("false")).then(|| Self { key, is_on: says("true") })
    }
}

/// Both places of the switch: the file's own, and the environment that the file sets.
fn switches<'t>(sections: &Sections<'t>) -> [Option<Switch<'t>>; 2] {
    let variables = sections.top("environment_variables").pop().map(|(_, value)| value);
    [Switch::of(sections.general, "store_model_in_db"), Switch::of(variables, "STORE_MODEL_IN_DB")]
}

/// Whether the database may hold models and settings that the file does not show.
pub(super) fn is_on(sections: &Sections<'_>) -> bool {
    switches(sections).iter().flatten().any(|switch| switch.is_on)
}

/// Reports a switch that says two things, and settings of the file that the database may overlay.
pub(super) fn check(sections: &Sections<'_>, sink: &mut Sink) {
    let [own, variable] = switches(sections);
    if let (Some(own), Some(variable)) = (&own, &variable)
        && own.is_on != variable.is_on
    {
        let (off, on) = if own.is_on { (variable, own) } else { (own, variable) };
        let message = "`store_model_in_db` is on in one place of this file and off in another, and on wins";
        sink.report(
            misread(
                "contradictory-settings",
                off.key,
                "does nothing",
                message.to_owned(),
                "keep one of the two, and let it say what is meant",
            )
            .related(on.key.span(), "this one wins"),
        );
    }
    let on = [own, variable].into_iter().flatten().find(|switch| switch.is_on);
    let settings = sections.top("router_settings").pop().filter(|(_, value)| value.is_mapping() && !is_empty(*value));
    if let (Some(on), Some((settings, _))) = (on, settings) {
        let message = "the database is on, and what it holds of `router_settings` is laid over these: a list that was once saved there beats every later edit of this file";
        sink.report(
            misread(
                "shadowed-setting",
                settings,
                "the database may say otherwise",
                message.to_owned(),
                "keep routing in one place: set `store_model_in_db: false`, or take `router_settings` out of the file and review them where they are saved",
            )
            .related(on.key.span(), "turns the database on"),
        );
    }
}
