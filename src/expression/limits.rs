//! How deep and how long an expression may be, found out on its tokens before a recursive parser sees it.

use super::tokens::{Kind, Token, is_unary};
use super::{MOST_LEVELS, MOST_OPERATORS, Problem};
use crate::diagnostic::quote;

/// Pairs the brackets, and tells what does not pair and what is too much.
pub(super) fn check(tokens: &mut [Token<'_>], problems: &mut Vec<Problem>) {
    brackets(tokens, problems);
    levels(tokens, problems);
    operators(tokens, problems);
    repeated(tokens, problems);
}

/// Pairs the brackets.
fn brackets(tokens: &mut [Token<'_>], problems: &mut Vec<Problem>) {
    let mut open: Vec<(usize, Token<'_>)> = Vec::new();
    let mut pairs = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.kind == Kind::Open {
            open.push((index, *token));
        } else if token.kind == Kind::Close {
            match open.pop() {
                Some((partner, start)) if matches!((start.text, token.text), ("(", ")") | ("[", "]") | ("{", "}")) => {
                    pairs.push((partner, index));
                }
                Some((_, start)) => {
                    let message = format!("{} does not close the {} before it", quote(token.text), quote(start.text));
                    problems.push(Problem::new(token.start..token.end(), message));
                }
                None => {
                    let message = format!("{} closes nothing", quote(token.text));
                    problems.push(Problem::new(token.start..token.end(), message));
                }
            }
        }
    }
    for (_, token) in open {
        problems.push(Problem::new(token.start..token.end(), format!("{} is not closed", quote(token.text))));
    }
    for (left, right) in pairs {
        if let Some(token) = tokens.get_mut(left) {
            token.partner = Some(right);
        }
        if let Some(token) = tokens.get_mut(right) {
            token.partner = Some(left);
        }
    }
}

/// Tells where brackets and conditions nest too deep: what follows a `?` is one level down until its bracket ends.
fn levels(tokens: &[Token<'_>], problems: &mut Vec<Problem>) {
    let mut frames = vec![0_usize];
    let mut depth = 0_usize;
    for token in tokens {
        match token.kind {
            Kind::Open => {
                frames.push(0);
                depth += 1;
            }
            Kind::Close if frames.len() > 1 => {
                depth = depth.saturating_sub(1 + frames.pop().unwrap_or_default());
            }
            Kind::Question => {
                depth += 1;
                if let Some(frame) = frames.last_mut() {
                    *frame += 1;
                }
            }
            Kind::Comma => {
                if let Some(frame) = frames.last_mut() {
                    depth = depth.saturating_sub(std::mem::take(frame));
                }
            }
            Kind::Close
            | Kind::Name
            | Kind::Word
            | Kind::Int
            | Kind::Text
            | Kind::Operator
            | Kind::Dot
            | Kind::Colon => {}
        }
        if depth > MOST_LEVELS {
            let message = format!("the expression nests more than {MOST_LEVELS} levels deep");
            problems.push(Problem::new(token.start..token.end(), message));
            return;
        }
    }
}

/// Tells where there are too many operators: each may be a level of the tree.
fn operators(tokens: &[Token<'_>], problems: &mut Vec<Problem>) {
    let operators = tokens.iter().filter(|token| matches!(token.kind, Kind::Operator | Kind::Dot | Kind::Question));
    if let Some(token) = operators.clone().nth(MOST_OPERATORS) {
        let message =
            format!("the expression has {} operators and dots, the most is {MOST_OPERATORS}", operators.count());
        problems.push(Problem::new(token.start..token.end(), message));
    }
}

/// Tells of `!!x` and `--x`: the parser drops such pairs, and with them the check of `x`.
fn repeated(tokens: &[Token<'_>], problems: &mut Vec<Problem>) {
    let mut last: Option<Problem> = None;
    for (index, pair) in tokens.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        if first.text != second.text || !is_unary(tokens, index) {
            continue;
        }
        match &mut last {
            Some(problem) if problem.range.end == first.end() => problem.range.end = second.end(),
            last => {
                let message = format!("{} stands here more than once", quote(first.text));
                problems.extend(last.replace(Problem::new(first.start..second.end(), message)));
            }
        }
    }
    problems.extend(last);
}
