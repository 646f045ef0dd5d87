//! What the checker tells of expressions that read well, and where.

use super::told;

/// Expressions, and what is told of each.
const UNFIT: &[(&str, &[&str])] = &[
    (r#"rout.slo.tier == 'x'"#, &[r#"rout | there is no fact `rout` | did you mean `route`?"#]),
    (r#"hop.modle.id == 'x'"#, &[r#"modle | `hop` has no field `modle` | did you mean `model`?"#]),
    (
        r#"hop.model.idd == 'x' && key.ownr == 1"#,
        &[
            r#"idd | `model` has no field `idd` | did you mean `id`?"#,
            r#"ownr | `key` has no field `ownr` | did you mean `owner`?"#,
        ],
    ),
    (r#"hop.model.id == 3"#, &[r#"3 | `3` is a number, `hop.model.id` is a text"#]),
    (r#"'é😀' == hop.model.id && 'é' == 3"#, &[r#"3 | `3` is a number, `'é'` is a text"#]),
    (r#"(hop.model.id) == (3)"#, &[r#"3 | `3` is a number, `hop.model.id` is a text"#]),
    (
        r#"hop.model == 'x'"#,
        &[
            r#"hop.model | `hop.model` is an object, `==` does not compare objects | name one of its fields: `id`, `tier`, `preview` or `price`"#,
        ],
    ),
    (r#"target.timeoutMs < 'x'"#, &[r#"'x' | `'x'` is a text, `target.timeoutMs` is a number"#]),
    (
        r#"hop.model.preview < true"#,
        &[
            r#"hop.model.preview | `hop.model.preview` is true or false, `<` compares numbers or texts"#,
            r#"true | `true` is true or false, `<` compares numbers or texts"#,
        ],
    ),
    (r#"route.pool < 3"#, &[r#"route.pool | `route.pool` is a list of texts, `<` compares numbers or texts"#]),
    (r#"3 in route.pool"#, &[r#"3 | `3` is a number, `route.pool` is a list of texts"#]),
    (
        r#"'a' in hop.model.id"#,
        &[
            r#"hop.model.id | `hop.model.id` is a text, `in` needs a list | write `text.contains(part)` to look for a part"#,
        ],
    ),
    (r#"'a' in 3"#, &[r#"3 | `3` is a number, `in` needs a list"#]),
    (
        r#"hop in route.hops"#,
        &[r#"hop | `hop` is an object, `in` does not compare objects | name one of its fields: `symptom` or `model`"#],
    ),
    (
        r#"['a', 1, true] == ['a']"#,
        &[
            r#"1 | `1` is a number, the items before it are each a text"#,
            r#"true | `true` is true or false, the items before it are each a text"#,
        ],
    ),
    (r#"!hop.model.id"#, &[r#"hop.model.id | `hop.model.id` is a text, `!` needs true or false"#]),
    (r#"!(hop.model.id)"#, &[r#"hop.model.id | `hop.model.id` is a text, `!` needs true or false"#]),
    (r#"-'a' == 1"#, &[r#"'a' | `'a'` is a text, `-` needs a number"#]),
    (r#"1 + 'a' == 2"#, &[r#"'a' | `'a'` is a text, `+` needs a number"#]),
    (
        r#"'a' + 'b' == 'ab'"#,
        &[r#"'a' | `'a'` is a text, `+` needs a number"#, r#"'b' | `'b'` is a text, `+` needs a number"#],
    ),
    (
        r#"hop.model.id && target.timeoutMs"#,
        &[
            r#"hop.model.id | `hop.model.id` is a text, `&&` needs true or false"#,
            r#"target.timeoutMs | `target.timeoutMs` is a number, `&&` needs true or false"#,
        ],
    ),
    (r#"hop.model.id"#, &[r#"hop.model.id | `hop.model.id` is a text, a rule must be true or false"#]),
    (r#"size(route.pool)"#, &[r#"size(route.pool) | `size(route.pool)` is a number, a rule must be true or false"#]),
    (r#"route.pool"#, &[r#"route.pool | `route.pool` is a list of texts, a rule must be true or false"#]),
    (r#"1 ? true : false"#, &[r#"1 | `1` is a number, `? :` needs true or false"#]),
    (
        r#"hop.model.id.matches('a')"#,
        &[
            r#"matches | there is no function `matches` in rules | there is `size`, `contains`, `startsWith`, `endsWith`, `has`, `all`, `exists`, `exists_one`, `filter` or `map`"#,
        ],
    ),
    (
        r#"hop.model.id.contain('a')"#,
        &[r#"contain | there is no function `contain` in rules | did you mean `contains`?"#],
    ),
    (
        r#"route.data.exsits(d, d == 'x')"#,
        &[r#"exsits | there is no function `exsits` in rules | did you mean `exists`?"#],
    ),
    (r#"hop.model.id.contains()"#, &[r#"contains() | `contains` is written `text.contains(part)`"#]),
    (r#"hop.model.id.contains('a', 'b')"#, &[r#"contains('a', 'b') | `contains` is written `text.contains(part)`"#]),
    (
        r#"contains(hop.model.id, 'a')"#,
        &[r#"contains(hop.model.id, 'a') | `contains` is written `text.contains(part)`"#],
    ),
    (r#"hop.model.id.contains(1)"#, &[r#"1 | `1` is a number, `contains` needs a text"#]),
    (
        r#"route.pool.contains('a')"#,
        &[
            r#"route.pool | `route.pool` is a list of texts, `contains` needs a text | write `item in list` to look for an item"#,
        ],
    ),
    (
        r#"target.timeoutMs.startsWith('a')"#,
        &[r#"target.timeoutMs | `target.timeoutMs` is a number, `startsWith` needs a text"#],
    ),
    (r#"size(3) == 1"#, &[r#"3 | `3` is a number, `size` needs a list or a text"#]),
    (r#"size() == 1"#, &[r#"size() | `size` is written `size(list)`"#]),
    (r#"size(route.pool, 1) == 1"#, &[r#"size(route.pool, 1) | `size` is written `size(list)`"#]),
    (r#"has(hop)"#, &[r#"has(hop) | `has` is written `has(object.field)`"#]),
    (r#"has('a')"#, &[r#"has('a') | `has` is written `has(object.field)`"#]),
    (r#"has(hop.modle)"#, &[r#"modle | `hop` has no field `modle` | did you mean `model`?"#]),
    (r#"hop.has(model)"#, &[r#"has(model) | `has` is written `has(object.field)`"#]),
    (r#"route.data.exists(d)"#, &[r#"exists(d) | `exists` is written `list.exists(item, condition)`"#]),
    (r#"route.data.exists('d', true)"#, &[r#"exists('d', true) | `exists` is written `list.exists(item, condition)`"#]),
    (r#"route.data.exists(d, d)"#, &[r#"d | `d` is a text, `exists` needs true or false"#]),
    (
        r#"route.data.exists(hop, true)"#,
        &[r#"hop | `hop` already names a fact or an item | give the item a name of its own"#],
    ),
    (
        r#"route.data.exists(d, route.pool.exists(d, true))"#,
        &[r#"d | `d` already names a fact or an item | give the item a name of its own"#],
    ),
    (
        r#"route.slo.exists(d, true)"#,
        &[r#"route.slo | `route.slo` is an object, `exists` needs a list | name one of its fields: `tier`"#],
    ),
    (
        r#"route.data.map(d, size(d)) == ['a']"#,
        &[r#"['a'] | `['a']` is a list of texts, `route.data.map(d, size(d))` is a list of numbers"#],
    ),
    (
        r#"route.data.exists(d, true) && d == 'x'"#,
        &[r#"d | there is no fact `d` | there is `route`, `hop`, `target` or `key`"#],
    ),
    (r#"route.data.exists(d, d.tier == 'x')"#, &[r#"tier | `d` is a text, it has no field `tier`"#]),
];

#[test]
fn tells_what_does_not_fit() {
    for (text, expected) in UNFIT {
        assert_eq!(told(text), *expected, "{text}");
    }
}
