use super::svg::{Width, chart_to_svg};
use super::*;
use crate::chart::{Chart, Chosen, Hint, Type, choose};
use crate::report::query::Rows;
use proptest::prelude::*;

fn rows(columns: &[&str], cells: &[&[Option<&str>]]) -> Rows {
    let (columns, types) = columns.iter().filter_map(|column| column.split_once(':')).unzip::<_, _, Vec<_>, Vec<_>>();
    let own = |all: Vec<&str>| all.into_iter().map(str::to_owned).collect();
    let rows = cells.iter().map(|row| row.iter().map(|cell| cell.map(str::to_owned)).collect()).collect();
    Rows { columns: own(columns), types: own(types), rows }
}

fn chosen(rows: &Rows) -> Chosen {
    choose(rows.answer(), &Hint::default())
}

/// How bright a colour is, as WCAG 2.2 has it.
fn luminance(colour: &str) -> f64 {
    let part = |at: usize| {
        let part = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

fn contrast(one: &str, other: &str) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn marks_and_text_stand_out_from_both_grounds() {
    for (dark, [ink, soft, _, ground]) in GROUNDS.into_iter().enumerate() {
        assert!(contrast(ink, ground) >= 4.5 && contrast(soft, ground) >= 4.5);
        for (light, night) in COLOURS {
            let colour = [light, night][dark];
            assert!(contrast(colour, ground) >= 3.0, "{colour} on {ground}");
        }
    }
}

#[test]
fn a_bar_is_a_line_of_cells_and_of_ascii_where_there_is_no_more() {
    let bars = rows(
        &["event:varchar", "n:bigint"],
        &[
            &[Some("login"), Some("8")],
            &[Some("a name that is too long to be read"), Some("3")],
            &[Some("nothing"), Some("0")],
            &[Some("gone"), None],
        ],
    );
    let unicode = chart_to_text(&chosen(&bars), 40, true).unwrap();
    let plain = chart_to_text(&chosen(&bars), 40, false).unwrap();
    assert_eq!(
        plain,
        "login          ############### 8\na name tha...  ###### 3\nnothing         0\ngone            no value\n"
    );
    assert!(unicode.starts_with("login          \u{2588}\u{2588}"), "{unicode}");
    assert!(unicode.contains("\u{2588}\u{258b} 3\n"), "{unicode}");
    let both = rows(&["event:varchar", "n:bigint"], &[&[Some("up"), Some("4")], &[Some("down"), Some("-4")]]);
    let text = chart_to_text(&chosen(&both), 24, false).unwrap();
    assert_eq!(text, "up           |####### 4\ndown  #######|        -4\n", "{text}");
}

#[test]
fn a_line_in_a_terminal_has_its_gaps() {
    let line = rows(
        &["day:date", "n:bigint"],
        &[&[Some("2018-01-01"), Some("0")], &[Some("2018-01-02"), Some("10")], &[Some("2018-01-04"), Some("10")]],
    );
    let text = chart_to_text(&chosen(&line), 34, false).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 11, "{text}");
    assert!(lines[0].starts_with("10 |") && lines[0].ends_with("*                  *"), "{text}");
    assert!(lines[9].starts_with(" 0 |*"), "{text}");
    assert!(lines[10].contains("2018-01-01") && lines[10].ends_with("2018-01-04  day"), "{text}");
}

#[test]
fn a_name_is_no_markup_wherever_it_stands() {
    let evil = "<script>alert(1)</script>\"'&\u{1}";
    let all = rows(
        &[&format!("{evil}:varchar"), "day:date", "n:bigint"],
        &[&[Some(evil), Some("2018-01-01"), Some("8")], &[Some("b"), Some("2018-01-01"), Some("3")]],
    );
    let bars = rows(&[&format!("{evil}:varchar"), &format!("n{evil}:bigint")], &[&[Some(evil), Some("8")]]);
    for rows in [&all, &bars] {
        let chosen = Chosen { title: Some(evil.to_owned()), ..chosen(rows) };
        assert_ne!(chosen.chart, Chart::Table);
        let shown = Shown::Answered { chosen: &chosen, rows, end: evil.to_owned() };
        let failed = Shown::Failed { why: evil.to_owned(), hint: evil.to_owned() };
        let panels = [Panel { name: evil, sql: evil, shown }, Panel { name: evil, sql: evil, shown: failed }];
        let page = page_to_html(&Facts { title: evil.to_owned(), lines: vec![evil.to_owned()] }, &panels);
        assert!(!page.contains("<script") && !page.contains("alert(1)</") && !page.contains('\u{1}'), "{page}");
        let svg = chart_to_svg(&chosen, evil, "id", Width::Wide).unwrap();
        assert!(!svg.contains("<script"), "{svg}");
        sound(&svg);
    }
}

/// Well-formed: each element is closed by its own end, and no number is none.
fn sound(svg: &str) {
    use xmlparser::{ElementEnd, Token, Tokenizer};
    let mut open: Vec<String> = vec![];
    let mut name = String::new();
    for token in Tokenizer::from(svg) {
        match token.unwrap_or_else(|error| panic!("{error}: {svg}")) {
            Token::ElementStart { local, .. } => name = local.to_string(),
            Token::ElementEnd { end: ElementEnd::Open, .. } => open.push(name.clone()),
            Token::ElementEnd { end: ElementEnd::Close(_, local), .. } => {
                assert_eq!(open.pop().as_deref(), Some(local.as_str()))
            }
            Token::Attribute { local, value, .. } => {
                let is_place = ["x", "y", "d", "cx", "cy", "width", "height", "viewBox"].contains(&local.as_str());
                assert!(!is_place || !(value.contains("NaN") || value.contains("inf")), "{svg}");
            }
            _ => {}
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

fn cell() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        2 => Just(None),
        4 => any::<f64>().prop_map(|number| Some(number.to_string())),
        6 => (-1000_i64..1000).prop_map(|number| Some(number.to_string())),
        2 => ".{0,12}".prop_map(Some),
        4 => (1_i64..=28, 1_i64..=12).prop_map(|(day, month)| Some(format!("2018-{month:02}-{day:02}"))),
        2 => (0_i64..24).prop_map(|hour| Some(format!("2018-01-01 {hour:02}:00:00.000"))),
        1 => (-9999_i64..99999).prop_map(|year| Some(format!("{year}-01-01"))),
        1 => Just(Some("1.7976931348623157E308".to_owned())),
    ]
}

fn any_rows() -> impl Strategy<Value = Rows> {
    let kinds = ["bigint", "double", "varchar", "date", "timestamp", "array(varchar)", "decimal(38,9)"];
    let names = ["a", "year", "month", "day", "\u{4e2d}\u{6587}", "<b>"];
    let column = (prop::sample::select(names.to_vec()), prop::sample::select(kinds.to_vec()));
    prop::collection::vec(column, 1..5).prop_flat_map(|columns| {
        let count = columns.len();
        prop::collection::vec(prop::collection::vec(cell(), count), 0..30).prop_map(move |rows| Rows {
            columns: columns.iter().map(|(name, _)| (*name).to_owned()).collect(),
            types: columns.iter().map(|(_, kind)| (*kind).to_owned()).collect(),
            rows,
        })
    })
}

proptest! {
    #[test]
    fn any_answer_is_drawn_well_formed_and_never_panics(rows in any_rows(), width in 20_usize..120) {
        let all = [None, Some(Type::Bar), Some(Type::Line), Some(Type::Number)];
        for kind in all {
            let chosen = choose(rows.answer(), &Hint { kind, ..Hint::default() });
            for width in [Width::Wide, Width::Narrow] {
                if let Some(svg) = chart_to_svg(&chosen, "t", "i", width) {
                    sound(&svg);
                }
            }
            let shown = Shown::Answered { chosen: &chosen, rows: &rows, end: String::new() };
            let page = page_to_html(&Facts { title: String::new(), lines: vec![] }, &[Panel { name: "n", sql: "", shown }]);
            prop_assert!(!page.contains("<b>"));
            for is_unicode in [true, false] {
                let _ = chart_to_text(&chosen, width, is_unicode);
            }
        }
    }
}
