//! What is drawn: one sheet, with the events on top and the queries below.

use super::rows::Usual;
use crate::chart::{Hint, Type};
use serde_json::{Value as Json, json};

/// A grid has so many columns.
const WIDTH: u32 = 36;
const TALL: u32 = 12;
const LOW: u32 = 6;

/// One chart of a named query.
pub(super) struct Drawn<'a> {
    pub(super) name: &'a str,
    /// Its data set among those of the document.
    pub(super) set: &'a str,
    pub(super) hint: &'a Hint,
}

/// The definition. `sets`: by what each is called in it, with its ARN; the first is that of the events.
pub(super) fn document(sets: &[(String, String)], usual: &Usual, drawn: &[Drawn<'_>]) -> Json {
    let declared = sets.iter().map(|(id, arn)| json!({"Identifier": id, "DataSetArn": arn}));
    let events = sets.first().map_or("events", |(id, _)| id);
    let mut visuals = of_events(events, usual);
    let mut places: Vec<_> = match visuals.len() {
        3 => vec![(0, 0, 12, TALL), (12, 0, 24, TALL), (0, TALL, WIDTH, TALL)],
        _ => vec![(0, 0, 12, TALL), (12, 0, 24, TALL)],
    };
    let below = if visuals.len() == 3 { 2 * TALL } else { TALL };
    for (at, chart) in (0..).zip(drawn) {
        let (column, row) = ((at % 2) * (WIDTH / 2), below + (at / 2) * TALL);
        let height = if of(chart.hint) == Type::Number { LOW } else { TALL };
        places.push((column, row, WIDTH / 2, height));
        visuals.push(of_query(chart));
    }
    let ids = visuals.iter().map(|visual| visual.as_object().and_then(|one| one.values().next()).cloned());
    let elements = ids.zip(places).map(|(visual, (column, row, width, height))| {
        json!({
            "ElementId": visual.unwrap_or_default()["VisualId"], "ElementType": "VISUAL",
            "ColumnIndex": column, "RowIndex": row, "ColumnSpan": width, "RowSpan": height
        })
    });
    let layout = json!([{"Configuration": {"GridLayout": {"Elements": elements.collect::<Vec<_>>()}}}]);
    json!({
        "DataSetIdentifierDeclarations": declared.collect::<Vec<_>>(),
        "Sheets": [{"SheetId": "events", "Name": "Events", "Visuals": visuals, "Layouts": layout}]
    })
}

/// How many there are, of what they are, and on which days.
fn of_events(set: &str, usual: &Usual) -> Vec<Json> {
    let column = |name: &str| json!({"DataSetIdentifier": set, "ColumnName": name});
    let count = |field: &str| json!({"DateMeasureField": {"FieldId": field, "Column": column(&usual.day), "AggregationFunction": "COUNT"}});
    let total = visual("KPIVisual", "total", "Events", json!({"FieldWells": {"Values": [count("total_count")]}}));
    let day = json!({"DateDimensionField": {"FieldId": "by_day_day", "Column": column(&usual.day), "DateGranularity": "DAY"}});
    let wells = json!({"LineChartAggregatedFieldWells": {"Category": [day], "Values": [count("by_day_count")]}});
    let by_day = visual("LineChartVisual", "by_day", "Events by day", json!({"Type": "LINE", "FieldWells": wells}));
    let Some(event) = &usual.event else { return vec![total, by_day] };
    let name = json!({"CategoricalDimensionField": {"FieldId": "by_name_name", "Column": column(event)}});
    let many = json!({"CategoricalMeasureField": {"FieldId": "by_name_count", "Column": column(event), "AggregationFunction": "COUNT"}});
    let wells = json!({"BarChartAggregatedFieldWells": {"Category": [name], "Values": [many]}});
    let bars = json!({"Orientation": "HORIZONTAL", "FieldWells": wells});
    vec![total, visual("BarChartVisual", "by_name", &format!("Events by {event}"), bars), by_day]
}

/// What the file says of it, or what its columns make of it.
fn of(hint: &Hint) -> Type {
    hint.kind.unwrap_or(if hint.x.is_some() { Type::Bar } else { Type::Number })
}

fn of_query(drawn: &Drawn<'_>) -> Json {
    let Drawn { name, set, hint } = drawn;
    let id = |what: &str, at: usize| format!("{set}_{what}{at}");
    let column = |name: &str| json!({"DataSetIdentifier": set, "ColumnName": name});
    let dimension = |what: &str, name: &String| json!({"CategoricalDimensionField": {"FieldId": id(what, 0), "Column": column(name)}});
    let sum = |(at, name): (usize, &String)| {
        let sum = json!({"SimpleNumericalAggregation": "SUM"});
        json!({"NumericalMeasureField": {"FieldId": id("y", at), "Column": column(name), "AggregationFunction": sum}})
    };
    let values = || hint.y.iter().enumerate().map(sum).collect::<Vec<_>>();
    let category = || hint.x.iter().map(|name| dimension("x", name)).collect::<Vec<_>>();
    let colors = || hint.series.iter().map(|name| dimension("series", name)).collect::<Vec<_>>();
    let wells = || json!({"Category": category(), "Values": values(), "Colors": colors()});
    // In the order of the axis, which is text: ISO dates sort by themselves.
    let sorted = json!({"CategorySort": [{"FieldSort": {"FieldId": id("x", 0), "Direction": "ASC"}}]});
    let (kind, configuration) = match of(hint) {
        Type::Number => ("KPIVisual", json!({"FieldWells": {"Values": values()}})),
        Type::Bar => (
            "BarChartVisual",
            json!({
                "Orientation": "VERTICAL", "BarsArrangement": if hint.series.is_some() { "STACKED" } else { "CLUSTERED" },
                "FieldWells": {"BarChartAggregatedFieldWells": wells()}, "SortConfiguration": sorted
            }),
        ),
        Type::Line => (
            "LineChartVisual",
            json!({
                "Type": "LINE", "FieldWells": {"LineChartAggregatedFieldWells": wells()},
                "SortConfiguration": {"CategorySort": sorted["CategorySort"]}
            }),
        ),
        Type::Table => {
            let all = hint.x.iter().chain(&hint.series).chain(&hint.y).enumerate();
            let fields = all.map(|(at, name)| json!({"FieldId": id("column", at), "Column": column(name)}));
            (
                "TableVisual",
                json!({"FieldWells": {"TableUnaggregatedFieldWells": {"Values": fields.collect::<Vec<_>>()}}}),
            )
        }
    };
    visual(kind, set, hint.title.as_deref().unwrap_or(name), configuration)
}

fn visual(kind: &str, id: &str, title: &str, configuration: Json) -> Json {
    let title = json!({"Visibility": "VISIBLE", "FormatText": {"PlainText": title}});
    json!({ kind: {"VisualId": id, "Title": title, "ChartConfiguration": configuration} })
}
