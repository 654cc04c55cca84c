use super::*;
use proptest::prelude::*;

fn texts(all: &[&str]) -> Vec<String> {
    all.iter().map(|text| (*text).to_owned()).collect()
}

/// A chart of columns `name:type` and rows, in which `-` is null.
fn chosen(columns: &[&str], rows: &[&[&str]], hint: &Hint) -> Chosen {
    let split = |column: &&str| column.split_once(':').map(|(name, kind)| (name.to_owned(), kind.to_owned())).unwrap();
    let (columns, types): (Vec<_>, Vec<_>) = columns.iter().map(split).unzip();
    let cell = |cell: &&str| (*cell != "-").then(|| (*cell).to_owned());
    let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(cell).collect()).collect();
    choose(Answer { columns: &columns, types: &types, rows: &rows }, hint)
}

fn kind(columns: &[&str], rows: &[&[&str]]) -> &'static str {
    match chosen(columns, rows, &Hint::default()).chart {
        Chart::Figures(_) => "figures",
        Chart::Line(_) => "line",
        Chart::Bars(_) => "bars",
        Chart::Table => "table",
    }
}

fn line(columns: &[&str], rows: &[&[&str]]) -> Line {
    match chosen(columns, rows, &Hint::default()) {
        Chosen { chart: Chart::Line(line), .. } => line,
        other => panic!("no line: {other:?}"),
    }
}

#[test]
fn the_columns_types_say_which_chart() {
    let two: &[&[&str]] = &[&["2018-01-01", "3"], &["2018-01-02", "4"]];
    for (columns, rows, wanted) in [
        (&["users:bigint"][..], &[&["7"][..]][..], "figures"),
        (&["users:bigint", "share:double"], &[&["7", "0.5"]], "figures"),
        (&["event:varchar", "n:bigint"], &[&["login", "3"]], "bars"),
        (&["day:date", "n:bigint"], two, "line"),
        (
            &["at:timestamp", "n:bigint"],
            &[&["2018-01-01 10:00:00.000", "3"], &["2018-01-01 11:00:00.000", "4"]],
            "line",
        ),
        (&["at:timestamp with time zone", "n:decimal(38,2)"], &[&["2018-01-01 10:00:00.000 UTC", "3.50"]], "line"),
        // What `date_format` gives, and what partitions are.
        (&["day:varchar", "n:bigint"], two, "line"),
        (&["year:varchar", "month:varchar", "n:bigint"], &[&["2018", "01", "3"], &["2018", "02", "4"]], "line"),
        (&["year:integer", "month:integer", "day:integer", "n:bigint"], &[&["2018", "1", "31", "3"]], "line"),
        (&["year:varchar", "n:bigint"], &[&["2018", "3"], &["2019", "4"]], "line"),
        (&["year:varchar", "n:bigint"], &[&["freshman", "3"], &["senior", "4"]], "bars"),
        (&["hour:bigint", "n:bigint"], &[&["0", "3"], &["1", "4"], &["5", "2"]], "line"),
        (&["a:bigint", "n:bigint"], &[&["5", "3"], &["1", "4"]], "table"),
        (&["event:varchar"], &[&["login"]], "table"),
        (&["tags:array(varchar)", "n:bigint"], &[&["[a]", "3"], &["[b]", "4"]], "table"),
        (&["event:varchar", "n:bigint"], &[], "table"),
        (&["day:date", "n:bigint"], &[&["2018-01-01", "3"], &["2018-01-01", "4"]], "table"),
        (&["event:varchar", "n:double"], &[&["a", "NaN"], &["b", "Infinity"]], "table"),
        (
            &["at:timestamp with time zone", "n:bigint"],
            &[&["2018-01-01 10:00:00 UTC", "3"], &["2018-01-01 10:00:00 Asia/Tokyo", "4"]],
            "table",
        ),
    ] {
        assert_eq!(kind(columns, rows), wanted, "{columns:?} {rows:?}");
    }
}

#[test]
fn what_is_missing_is_a_gap() {
    let rows: &[&[&str]] =
        &[&["2018-01-02", "2"], &["2018-01-01", "1"], &["2018-01-04", "4"], &["2018-01-05", "-"], &["2018-01-06", "6"]];
    let line = line(&["day:date", "n:bigint"], rows);
    let pieces = line.pieces(&line.series[0]);
    let values: Vec<Vec<_>> = pieces.iter().map(|piece| piece.iter().map(|(_, y)| *y).collect()).collect();
    assert_eq!(values, [vec![1.0, 2.0], vec![4.0], vec![6.0]]);
}

#[test]
fn a_month_follows_a_month_whatever_its_days() {
    let months = |names: &[&str]| {
        let rows: Vec<Vec<&str>> = names.iter().map(|name| vec![&name[..4], &name[5..], "1"]).collect();
        let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
        let line = line(&["year:varchar", "month:varchar", "n:bigint"], &rows);
        line.pieces(&line.series[0]).len()
    };
    assert_eq!(months(&["2018-01", "2018-02", "2018-03"]), 1);
    assert_eq!(months(&["2018-12", "2019-01", "2019-03"]), 2);
}

#[test]
fn a_column_of_names_makes_series_and_the_smallest_are_told_of() {
    let rows: Vec<Vec<String>> =
        (0..10).map(|n| vec!["2018-01-01".to_owned(), format!("e{n}"), n.to_string()]).collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let Chosen { chart: Chart::Line(line), notes, .. } =
        chosen(&["day:date", "event:varchar", "n:bigint"], &rows, &Hint::default())
    else {
        panic!("no line")
    };
    let names: Vec<_> = line.series.iter().map(|series| series.name.as_str()).collect();
    assert_eq!(names, ["e2", "e3", "e4", "e5", "e6", "e7", "e8", "e9"]);
    assert_eq!(notes, ["8 of 10 series are drawn, those with the largest sums; all are in the table."]);
}

#[test]
fn a_hint_goes_first_and_what_does_not_fit_it_is_a_table_that_says_so() {
    let columns = &["event:varchar", "n:bigint", "users:bigint"];
    let rows: &[&[&str]] = &[&["login", "3", "2"], &["buy", "1", "1"]];
    let hint = |kind: Option<Type>, x: Option<&str>, y: &[&str]| Hint {
        kind,
        x: x.map(str::to_owned),
        y: texts(y),
        ..Hint::default()
    };
    let of = |hint: &Hint| chosen(columns, rows, hint);
    let Chart::Bars(bars) = of(&hint(None, None, &["users"])).chart else { panic!() };
    assert_eq!((bars.series.len(), &bars.series[0].points), (1, &vec![Some(2.0), Some(1.0)]));
    assert_eq!(of(&hint(Some(Type::Table), None, &[])).chart, Chart::Table);
    let figures = Chart::Figures(vec![("n".to_owned(), "3".to_owned())]);
    assert_eq!(of(&hint(Some(Type::Number), None, &["n"])).chart, figures);
    for (hint, why) in [
        (
            hint(None, Some("nothing"), &[]),
            "`nothing` of the chart is no column of the answer, which has: event, n, users",
        ),
        (hint(None, None, &["event"]), "`event` of the chart is no number."),
        (hint(Some(Type::Line), Some("event"), &[]), "`event` is no time and no number to draw a line over."),
    ] {
        let told = of(&hint);
        assert_eq!((told.chart, told.notes), (Chart::Table, vec![why.to_owned()]));
    }
}

#[test]
fn a_wall_of_bars_ends_and_says_so() {
    let rows: Vec<Vec<String>> = (0..100).map(|n| vec![format!("e{n}"), n.to_string()]).collect();
    let rows: Vec<Vec<&str>> = rows.iter().map(|row| row.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    let Chosen { chart: Chart::Bars(bars), notes, .. } =
        chosen(&["event:varchar", "n:bigint"], &rows, &Hint::default())
    else {
        panic!("no bars")
    };
    assert_eq!((bars.labels.len(), bars.labels[0].as_str()), (60, "e0"));
    assert_eq!(notes, ["The first 60 of 100 are drawn; all are in the table."]);
}

#[test]
fn axes_are_marked_as_people_count() {
    let labels = |from: f64, to: f64| -> Vec<String> {
        ticks(Span { from, to }, 5).into_iter().map(|tick| tick.label).collect()
    };
    assert_eq!(labels(0.0, 10.0), ["0", "2", "4", "6", "8", "10"]);
    assert_eq!(labels(0.0, 1_200_000.0), ["0", "0.5M", "1.0M"]);
    assert_eq!(labels(-0.2, 0.2), ["-0.2", "-0.1", "0", "0.1", "0.2"]);
    let times = |line: &Line, most| -> Vec<String> {
        let Axis::Time(step) = line.axis else { panic!() };
        moments(line.ends(), step, most).into_iter().map(|(_, name)| name).collect()
    };
    let days = line(&["day:date", "n:bigint"], &[&["2018-01-30", "1"], &["2018-02-02", "1"]]);
    assert_eq!(times(&days, 6), ["30 Jan", "31 Jan", "1 Feb", "2 Feb"]);
    let years = line(&["day:date", "n:bigint"], &[&["2016-03-05", "1"], &["2018-02-02", "1"]]);
    assert_eq!(times(&years, 6), ["Jul 2016", "Jan 2017", "Jul 2017", "Jan 2018"]);
}

#[test]
fn bars_begin_at_zero_and_lines_unless_nothing_could_be_seen() {
    assert_eq!(span_of_bars([90.0, 100.0].into_iter()), Span { from: 0.0, to: 100.0 });
    assert_eq!(span_of_bars([-5.0, -1.0].into_iter()), Span { from: -5.0, to: 0.0 });
    assert_eq!(span_of_line([50.0, 100.0].into_iter()), Span { from: 0.0, to: 100.0 });
    let narrow = span_of_line([1_000_000.0, 1_000_004.0].into_iter());
    assert!(narrow.from > 999_000.0 && narrow.to < 1_001_000.0, "{narrow:?}");
}

#[test]
fn large_numbers_have_three_digits_and_what_they_are_of() {
    let all = [999_999.0, 1e6, 1_234_567.0, 12_345_678.0, 123_456_789.0, 999_999_999.0, -2.5e9, 3e12, 1e18];
    let shown: Vec<_> = all.map(|value| shortened(value).unwrap_or_else(|| "-".to_owned())).to_vec();
    assert_eq!(shown, ["-", "1M", "1.23M", "12.3M", "123M", "1B", "-2.5B", "3T", "1.00e18"]);
}

proptest! {
    /// Whatever the numbers are, an axis has marks within it, in order, and each once.
    #[test]
    fn marks_lie_on_their_axis(from in -1e12_f64..1e12, length in 1e-3_f64..1e12, about in 2_usize..12) {
        let span = Span { from, to: from + length };
        prop_assume!(length > from.abs() * 1e-9);
        let all = ticks(span, about);
        prop_assert!(all.len() <= 2 * about + 2);
        prop_assert!(all.iter().all(|tick| tick.at.is_finite() && tick.at >= from - length * 0.01 && tick.at <= span.to + length * 0.01));
        prop_assert!(all.windows(2).all(|pair| pair[0].at < pair[1].at));
    }
}
