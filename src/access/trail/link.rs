//! The statement that writes a line of the audit log and its link of the chain at once.
//!
//! `hash` of a line is SHA-256 of the hash before it and the line's own `digest`, 64 bytes together. The digest is made
//! here, from the content. The hash before it is known only inside the transaction of the deed, and there is no function
//! for SHA-256 in D1, so the statement computes it: two blocks, 64 rounds each, as FIPS 180-4 says them.
//! Nobody waits for anybody, no line is left without its link, and no deed has to be tried again
//! (decision 0003). `tests/portal/audit_chain.rs` holds it against the crate `sha2`.

/// A word twice in a row, so that shifting it to the right turns it.
macro_rules! turned {
    ($word:literal, $by:literal) => {
        concat!("((", $word, " << 32 | ", $word, ") >> ", $by, ")")
    };
}

/// There is no XOR in `SQLite`: bit by bit, a sum is the parity and twice the majority.
macro_rules! xor {
    ($a:expr, $b:expr, $c:expr) => {
        concat!(
            "(",
            $a,
            " + ",
            $b,
            " + ",
            $c,
            " - 2 * ((",
            $a,
            " & ",
            $b,
            ") | (",
            $c,
            " & (",
            $a,
            " | ",
            $b,
            "))))"
        )
    };
}

/// What a round adds to the word that becomes `e`; `$kw` is the round's constant and its word of the block.
macro_rules! first {
    ($kw:expr) => {
        concat!(
            "h + ((e & f) | (~e & g)) + ",
            xor!(turned!("e", 6), turned!("e", 11), turned!("e", 25)),
            " + ",
            $kw
        )
    };
}

/// The eight words after a round.
macro_rules! round {
    ($kw:expr) => {
        concat!(
            "(",
            first!($kw),
            " + ((a & b) | (c & (a | b))) + ",
            xor!(turned!("a", 2), turned!("a", 13), turned!("a", 22)),
            ") & 4294967295, a, b, c, (d + ",
            first!($kw),
            ") & 4294967295, e, f, g"
        )
    };
}

/// Eight digits of the block, from this place on, as a number.
macro_rules! word {
    ($at:literal) => {
        concat!(
            "(select sum(instr('123456789abcdef', substr(block, ",
            $at,
            " + value, 1)) << (32 - 4 * value)) from json_each('[1,2,3,4,5,6,7,8]'))"
        )
    };
}

/// The number of this round, out of a list of ten digits each.
macro_rules! nth {
    ($list:expr) => {
        concat!("cast(substr('", $list, "', i * 11 + 1, 10) as integer)")
    };
}

/// The constants of SHA-256.
macro_rules! constants {
    () => {
        "\
         1116352408 1899447441 3049323471 3921009573 0961987163 1508970993 2453635748 2870763221 \
         3624381080 0310598401 0607225278 1426881987 1925078388 2162078206 2614888103 3248222580 \
         3835390401 4022224774 0264347078 0604807628 0770255983 1249150122 1555081692 1996064986 \
         2554220882 2821834349 2952996808 3210313671 3336571891 3584528711 0113926993 0338241895 \
         0666307205 0773529912 1294757372 1396182291 1695183700 1986661051 2177026350 2456956037 \
         2730485921 2820302411 3259730800 3345764771 3516065817 3600352804 4094571909 0275423344 \
         0430227734 0506948616 0659060556 0883997877 0958139571 1322822218 1537002063 1747873779 \
         1955562222 2024104815 2227730452 2361852424 2428436474 2756734187 3204031479 3329325298"
    };
}

/// The same, and added to each its word of the second block, which is always the same: the end of 64 bytes.
macro_rules! constants_of_the_end {
    () => {
        "\
         3263836056 1899447441 3049323471 3921009573 0961987163 1508970993 2453635748 2870763221 \
         3624381080 0310598401 0607225278 1426881987 1925078388 2162078206 2614888103 3248223092 \
         1687906753 4043196294 0266464710 0604828244 1340683375 1825146046 1639530782 0385452282 \
         4073083218 2827901549 2954493029 3118046919 2584883651 3876514464 4256244523 3342155440 \
         0812235477 3415698783 1510936975 3693014781 0171292297 3725294084 1492437661 3780991766 \
         0008339078 0923306368 2768759346 1873515831 0390095120 0227333873 3450485613 3233529399 \
         2204187610 3678970723 0184740145 1875991719 1377499850 0825459761 1859394197 1833138320 \
         3281818098 2664213437 3049890022 1395635772 3536273862 0119766691 2761247592 1276714358"
    };
}

/// ?1 to ?11 as `Line::content` has them, ?12 their digest.
pub const INSERT: &str = concat!(
    "insert into audit (id, org_id, at, actor_id, actor_name, action, target, before, after, address, request_id,
                        digest, seq, hash)
     with recursive
       tip(seq, block) as (
         select coalesce(max(seq), 0) + 1, coalesce(max(hash), printf('%064d', 0)) || ?12
           from audit_head where chain = ifnull(?2, '')),
       one(i, w0, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, a, b, c, d, e, f, g, h) as (
         select 0, ",
    word!(0), ", ",
    word!(8), ", ",
    word!(16), ", ",
    word!(24), ", ",
    word!(32), ", ",
    word!(40), ", ",
    word!(48), ", ",
    word!(56), ", ",
    word!(64), ", ",
    word!(72), ", ",
    word!(80), ", ",
    word!(88), ", ",
    word!(96), ", ",
    word!(104), ", ",
    word!(112), ", ",
    word!(120), ", ",
    "1779033703, 3144134277, 1013904242, 2773480762,
           1359893119, 2600822924, 528734635, 1541459225 from tip
         union all
         select i + 1, w1, w2, w3, w4, w5, w6, w7, w8, w9, w10, w11, w12, w13, w14, w15, (w0 + w9 + ",
    xor!(turned!("w1", 7), turned!("w1", 18), "(w1 >> 3)"),
    " + ",
    xor!(turned!("w14", 17), turned!("w14", 19), "(w14 >> 10)"),
    ") & 4294967295, ",
    round!(concat!("w0 + ", nth!(constants!()))),
    " from one where i < 64),
       half(i, a, b, c, d, e, f, g, h) as (
         select 0, (a + 1779033703) & 4294967295, (b + 3144134277) & 4294967295,
           (c + 1013904242) & 4294967295, (d + 2773480762) & 4294967295, (e + 1359893119) & 4294967295,
           (f + 2600822924) & 4294967295, (g + 528734635) & 4294967295, (h + 1541459225) & 4294967295
           from one where i = 64),
       two(i, pa, pb, pc, pd, pe, pf, pg, ph, a, b, c, d, e, f, g, h) as (
         select 0, a, b, c, d, e, f, g, h, a, b, c, d, e, f, g, h from half
         union all
         select i + 1, pa, pb, pc, pd, pe, pf, pg, ph, ",
    round!(nth!(constants_of_the_end!())),
    " from two where i < 64)
     select ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, tip.seq,
            printf('%08x%08x%08x%08x%08x%08x%08x%08x',
              (pa + a) & 4294967295, (pb + b) & 4294967295, (pc + c) & 4294967295, (pd + d) & 4294967295,
              (pe + e) & 4294967295, (pf + f) & 4294967295, (pg + g) & 4294967295, (ph + h) & 4294967295)
       from two, tip where two.i = 64"
);
