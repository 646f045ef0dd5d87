//! That no text makes the room panic or run out of stack, in a thread with little of it.

use super::{ROOT, known};
use crate::expression::{MOST_BYTES, MOST_LEVELS, MOST_NESTED, MOST_OPERATORS, compile};

/// Reads and judges texts in a thread with one MiB of stack; how many of them compile.
fn read(texts: Vec<String>) -> usize {
    let work = move || {
        let facts = known();
        let judged = texts.iter().filter_map(|text| match compile(text, &ROOT) {
            Ok(expression) => Some(expression.judge(&facts)),
            Err(problems) => {
                assert!(!problems.is_empty(), "{text}");
                for problem in problems {
                    assert!(text.get(problem.range.clone()).is_some(), "{text}: {problem:?}");
                    assert!(!problem.message.ends_with('.') && !problem.message.contains('\n'), "{problem:?}");
                }
                None
            }
        });
        judged.count()
    };
    std::thread::Builder::new().stack_size(1 << 20).spawn(work).unwrap().join().unwrap()
}

#[test]
fn survives_long_runs() {
    let pieces = [
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "!",
        "-",
        "+",
        "a+",
        "a.",
        ".",
        "a?",
        "a ? b : ",
        "? :",
        ":",
        "a[",
        "f(",
        "a.f(",
        "\"",
        "'",
        "\\",
        "'\\",
        "1",
        "0x",
        "9",
        "1,",
        "a,",
        "[[",
        "[a,",
        "(a+",
        "!(",
        "-(",
        "😀",
        "é",
        "//",
        "/",
        "\n",
        "a\n",
        "==",
        "a==",
        "&&",
        "a&&",
        "&",
        "in ",
        "a in ",
        "true",
        "null ",
        "{a:",
        "a{",
        "`",
        "\0",
        "\u{202e}",
        "\u{feff}",
        "\"\"\"",
        "r\"",
        "\\u",
        "has(",
        "[1].all(x,",
        "1.5",
        "1e",
        "1u ",
        "a ",
        "1 ",
        "'' ",
        "a!",
        "a-",
        "--a",
        ".a",
        "as ",
    ];
    let mut texts = Vec::new();
    for piece in pieces {
        for most in [1, 2, 7, 40, 64, 65, 512, MOST_BYTES, MOST_BYTES + 9] {
            let count = most.div_ceil(piece.len()).min(most);
            let run = piece.repeat(count);
            texts.push(format!("a == {run}a"));
            texts.push(format!("{run}1 == 1"));
            texts.push(run);
        }
    }
    read(texts);
}

/// Macros in each other as deep as can be, around a condition.
fn macros(condition: &str) -> String {
    let mut text = condition.to_owned();
    for depth in 0..MOST_LEVELS {
        text = format!("[1].all(x{depth}, {text})");
    }
    text
}

#[test]
fn survives_what_the_limits_allow() {
    let levels = |open: &str, close: &str, inside: &str, count: usize| {
        format!("{}{inside}{}", open.repeat(count), close.repeat(count))
    };
    let good = vec![
        levels("(", ")", "true", MOST_LEVELS),
        levels("!(", ")", "true", MOST_LEVELS),
        levels("-(", ")", "1", MOST_LEVELS) + " == 1",
        levels("[", "]", "1", MOST_LEVELS) + " != []",
        levels("size([", "])", "1", MOST_LEVELS / 2) + " == 1",
        levels("true ? (", ") : false", "true", MOST_LEVELS / 2),
        levels("false ? true : (", ")", "true", MOST_LEVELS / 2),
        "true ? false : ".repeat(MOST_LEVELS) + "true",
        format!("1{} == 0", "+1".repeat(MOST_NESTED - 1)),
        format!("1{} == 0", "*1".repeat(MOST_NESTED - 1)),
        format!("1{} == 0", "-1".repeat(MOST_NESTED - 1)),
        format!("1 == 1{}", "== true".repeat(MOST_NESTED - 2)),
        format!("true{}", "&&true".repeat(MOST_OPERATORS)),
        format!("true{}", "||true".repeat(MOST_OPERATORS)),
        format!("[1]{} == []", ".map(x,x)".repeat(MOST_NESTED - 2)),
        format!("[{}] == []", vec!["1"; 2000].join(",")),
        levels("[1].all(x,(", "))", "true", 1),
    ];
    let count = good.len();
    assert_eq!(
        read(good.clone()),
        count,
        "{:?}",
        good.iter().map(|text| compile(text, &ROOT).err()).collect::<Vec<_>>()
    );
    assert_eq!(read(vec![macros("true")]), 1);
    // As deep as the limits before the parser allow; the limit after it refuses them.
    let mut deep = Vec::new();
    for piece in ["+1", "*1", "-1", "<1", "==1", " in 1"] {
        let inside = format!("1{}", piece.repeat(MOST_OPERATORS - MOST_LEVELS));
        for (open, close) in [("(", ")"), ("-(", ")"), ("[", "]"), ("size(", ")"), ("[1].all(x,", ")"), ("1?1:(", ")")]
        {
            deep.push(levels(open, close, &inside, MOST_LEVELS));
            deep.push(levels(open, close, &inside, MOST_LEVELS / 2));
        }
    }
    assert_eq!(read(deep), 0);
    // The most that passes all limits at once.
    let inside = format!("1{}", "+1".repeat(MOST_NESTED - MOST_LEVELS - 2));
    assert_eq!(read(vec![macros(&format!("{inside} > 0"))]), 1);
}

#[test]
fn survives_random_texts() {
    let words = [
        "a", "x", "route", "hop", ".", ".", "model", "id", "data", "(", ")", "(", ")", "[", "]", ",", "?", ":", "==",
        "!=", "<", "&&", "||", "!", "-", "+", "*", "in", "\"q\"", "'é😀'", "1", "0x1f", "true", "exists", "all", "map",
        "has", "size", "contains", "{", "}", "/", "%", "//", "\n", " ", "\"", "'", "\\", "\\x", "😀", "é", "#", "null",
        "1.5", "r", "b", "`",
    ];
    // xorshift: the texts are the same in every run.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = |most: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % u64::try_from(most).unwrap()).unwrap()
    };
    // Half of the texts use only the words the reader lets through, so that the parser has its share of the nonsense.
    let texts = (0..6000).map(|round| {
        let most = if round % 2 == 0 { words.len() } else { 39 };
        let text: Vec<&str> = (0..=next(24)).map(|_| words[next(most)]).collect();
        text.join(if round % 3 == 0 { "" } else { " " })
    });
    read(texts.collect());
}

#[test]
fn survives_a_good_text_cut_or_changed_anywhere() {
    let good = r#"route.data.exists(d, d == "é😀") && !(hop.model.id in ['a', "\n"]) ? target.timeoutMs <= -60 : has(key.owner)"#;
    let letters: Vec<char> = good.chars().collect();
    let mut texts = vec![good.to_owned()];
    for at in 0..letters.len() {
        texts.push(letters[..at].iter().collect());
        texts.push(letters[at..].iter().collect());
        let mut without = letters.clone();
        without.remove(at);
        texts.push(without.iter().collect());
        for letter in ['(', ')', '"', '.', ',', ' ', '!', '-', '?', ':', 'a', '1', 'é', '\n'] {
            let mut changed = letters.clone();
            changed[at] = letter;
            texts.push(changed.iter().collect());
        }
    }
    assert!(read(texts) > 1);
}
