//! How many calls one request makes while everything is down, on each era of LiteLLM.

use super::{Era, Failure, LONGEST_REQUEST, Request, Router, Routing};

/// A request for a name while every call fails in one way, followed for at most so many calls.
pub fn while_all_fail(router: &Router<'_>, name: &str, failure: Failure, limit: usize) -> Request {
    router.follow(name, limit, &mut |_, _| Some(failure), &mut |_| None)
}

/// The calls of a request for a name while everything answers 500, era by era, in words: `34 calls on LiteLLM before
/// 1.97, 11 from 1.97 on`.
pub fn calls_by_era(routing: &Routing, name: &str) -> String {
    let count = |era: Era| {
        let request = while_all_fail(&Router::new(routing, era), name, Failure::Status(500), LONGEST_REQUEST);
        match request.calls().count() {
            LONGEST_REQUEST.. => format!("more than {}", LONGEST_REQUEST - 1),
            calls => calls.to_string(),
        }
    };
    let [paths, once, resuming] = Era::ALL.map(count);
    match (paths == once, once == resuming) {
        (true, true) => format!("{paths} calls on every release of LiteLLM"),
        (false, true) => format!("{paths} calls on LiteLLM before 1.97, {once} from 1.97 on"),
        (true, false) => format!("{paths} calls on LiteLLM before 1.104, {resuming} from 1.104 on"),
        (false, false) => {
            format!("{paths} calls on LiteLLM before 1.97, {once} from 1.97 to 1.103, {resuming} from 1.104 on")
        }
    }
}
