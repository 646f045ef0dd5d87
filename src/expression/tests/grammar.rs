//! What is told of texts that are no expressions of rules, and where.

use super::told;
use crate::expression::{MOST_BYTES, MOST_LEVELS, MOST_NESTED, MOST_OPERATORS};

/// Texts, and what is told of each.
const FOREIGN: &[(&str, &[&str])] = &[
    (
        r#"route.data[0] == 'a'"#,
        &[
            r#"[ | nothing can be picked with `[ ]` in rules | write `object.field`, or go through a list with `exists` or `all`"#,
        ],
    ),
    (
        r#"hop['model'] == 'a'"#,
        &[
            r#"[ | nothing can be picked with `[ ]` in rules | write `object.field`, or go through a list with `exists` or `all`"#,
        ],
    ),
    (
        r#"{'a': 1} == {}"#,
        &[r#"{ | maps and messages are not supported in rules"#, r#"{ | maps and messages are not supported in rules"#],
    ),
    (r#"hop{a: 1} == 1"#, &[r#"{ | maps and messages are not supported in rules"#]),
    (r#"}"#, &[r#"} | `}` closes nothing"#]),
    (r#"b'a' == 'a'"#, &[r#"b | `b` before a text is not supported in rules | write a plain text in quotes"#]),
    (r#"r'a' == 'a'"#, &[r#"r | `r` before a text is not supported in rules | write a plain text in quotes"#]),
    (r#""""a""" == 'a'"#, &[r#""""a""" | `"""a"""` is in three quotes, which rules do not support | use one quote"#]),
    (
        r#"1.5 < 2.0"#,
        &[
            r#"1.5 | `1.5` is not a whole number | rules reckon in whole numbers"#,
            r#"2.0 | `2.0` is not a whole number | rules reckon in whole numbers"#,
        ],
    ),
    (r#"1u == 1"#, &[r#"1u | `1u` is not a whole number | rules reckon in whole numbers"#]),
    (r#".5 < 1"#, &[r#".5 | `.5` is not a whole number | rules reckon in whole numbers"#]),
    (r#"1e3 == 1"#, &[r#"1e3 | `1e3` is not a whole number | rules reckon in whole numbers"#]),
    (r#"0x == 0"#, &[r#"0x | `0x` is not a whole number | rules reckon in whole numbers"#]),
    (r#"null == hop"#, &[r#"null | `null` is not supported in rules | `has(x.y)` asks whether `x.y` is known"#]),
    (r#"if == 1"#, &[r#"if | `if` is a reserved word of CEL"#]),
    (r#"10 / 2 == 5"#, &[r#"/ | `/` is not an operator of rules"#]),
    (r#"10 % 2 == 0"#, &[r#"% | `%` is not an operator of rules"#]),
    (r#"target.timeoutMs = 3"#, &[r#"= | `=` is not an operator of rules | write `==` to compare"#]),
    (r#"true & false"#, &[r#"& | `&` is not an operator of rules | write `&&` for "and""#]),
    (r#"true | false"#, &[r#"| | `|` is not an operator of rules | write `||` for "or""#]),
    (r#"a # b"#, &[r#"# | `#` has no meaning outside a text"#]),
    (r#"'a"#, &[r#"'a | `'a` has no closing quote"#]),
    (
        r#"'\q' == 'a\ud800'"#,
        &[
            r#"\q | `\q` is not an escape | write `\\` for a backslash"#,
            r#"\u | `\u` is not an escape | write `\\` for a backslash"#,
        ],
    ),
    ("'a\n' == 1", &[r#"'a | `'a` has no closing quote"#, r#"' == 1 | `' == 1` has no closing quote"#]),
    (r#"9223372036854775808 == 1"#, &[r#"9223372036854775808 | `9223372036854775808` is too large a number"#]),
    (r#"3 - 9223372036854775808 == 1"#, &[r#"9223372036854775808 | `9223372036854775808` is too large a number"#]),
    (r#"-9223372036854775809 == 1"#, &[r#"9223372036854775809 | `9223372036854775809` is too large a number"#]),
    (r#"!!true"#, &[r#"!! | `!` stands here more than once"#]),
    (r#"--1 == 1"#, &[r#"-- | `-` stands here more than once"#]),
    (r#"1 - - -1 == 2"#, &[r#"- - | `-` stands here more than once"#]),
    (r#""#, &[r#" | the expression is empty"#]),
    (r#"  "#, &[r#"   | the expression is empty"#]),
    (r#"// only a comment"#, &[r#"// only a comment | the expression is empty"#]),
    (r#"(true"#, &[r#"( | `(` is not closed"#]),
    (r#"true)"#, &[r#") | `)` closes nothing"#]),
    (r#"(true]"#, &[r#"] | `]` does not close the `(` before it"#]),
    (r#"true &&"#, &[r#"&& | the expression ends too early, after `&&`"#]),
    (r#"true true"#, &[r#"true | `true` is not expected here"#]),
    (r#"== 1"#, &[r#"== | `==` is not expected here"#]),
    (r#"hop."#, &[r#". | the expression ends too early, after `.`"#]),
    (r#"hop.model.id == "#, &[r#"== | the expression ends too early, after `==`"#]),
    (r#"1 < 2 < 3"#, &[r#"1 < 2 | `1 < 2` is true or false, `<` compares numbers or texts"#]),
    (r#"route.data.exists(d, )"#, &[r#") | `)` is not expected here"#]),
    (r#"'😀é' == hop hop"#, &[r#"hop | `hop` is not expected here"#]),
    ("a\n== 'é' b", &[r#"b | `b` is not expected here"#]),
    (
        r#"timestamp('x') < 1"#,
        &[
            r#"timestamp | there is no function `timestamp` in rules | there is `size`, `contains`, `startsWith`, `endsWith`, `has`, `all`, `exists`, `exists_one`, `filter` or `map`"#,
        ],
    ),
    (r#".hop.model.id == 'a'"#, &[r#"hop | there is no fact `.hop` | did you mean `hop`?"#]),
    (
        r#"hop.`model`"#,
        &[r#"` | a backtick has no meaning outside a text"#, r#"` | a backtick has no meaning outside a text"#],
    ),
    (r#"hop.?model"#, &[r#". | `.` is not expected here"#]),
    (r#"target.timeoutMs == -'a'"#, &[r#"'a' | `'a'` is a text, `-` needs a number"#]),
    (r#"(hop.model.id + 1) == 1"#, &[r#"hop.model.id | `hop.model.id` is a text, `+` needs a number"#]),
    (r#"route.hops == []"#, &[r#"route.hops | `route.hops` is a list of objects, `==` does not compare objects"#]),
    (r#"[] == [1] && [] == 'a'"#, &[r#"'a' | `'a'` is a text, `[]` is a list"#]),
    (
        r#"1 ? 2 : 3"#,
        &[
            r#"1 | `1` is a number, `? :` needs true or false"#,
            r#"1 ? 2 : 3 | `1 ? 2 : 3` is a number, a rule must be true or false"#,
        ],
    ),
];

#[test]
fn tells_what_rules_do_not_have() {
    for (text, expected) in FOREIGN {
        assert_eq!(told(text), *expected, "{text}");
    }
}

#[test]
fn tells_what_is_too_much() {
    let table = [
        ("a".repeat(MOST_BYTES + 1), "the expression has 4097 bytes, the most is 4096"),
        ("(".repeat(MOST_LEVELS + 1) + &")".repeat(MOST_LEVELS + 1), "the expression nests more than 64 levels deep"),
        ("1?1:".repeat(MOST_LEVELS + 1) + "1", "the expression nests more than 64 levels deep"),
        (
            "1".to_owned() + &"+1".repeat(MOST_OPERATORS + 1),
            "the expression has 513 operators and dots, the most is 512",
        ),
        ("1".to_owned() + &"+1".repeat(MOST_NESTED + 1), "the expression nests more than 128 operations in each other"),
    ];
    for (text, expected) in table {
        let lines = told(&text);
        assert!(lines.len() == 1 && lines[0].ends_with(expected), "{text}: {lines:?}");
    }
    assert_eq!(told(&"# ".repeat(600)).len(), 32);
    assert_eq!(told(&format!("[{}1] == []", "1,".repeat(1500))), Vec::<String>::new());
}
