//! Which chart shows an answer: after its columns' types, and what the file says of it.

use super::columns::{Columns, Kind, cell};
use super::{Answer, Axis, Bars, Chart, Chosen, Hint, Line, Series, Type};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// More bars are a wall.
const BARS: usize = 60;
/// As many colours as can be told apart.
const SERIES: usize = 8;
/// More points than a screen has.
const POINTS: usize = 20_000;
/// Figures beside each other.
const FIGURES: usize = 6;

/// What stands for a null where a name is wanted.
const NULL: &str = "(null)";

/// What does not fit the hint is a table that says why: an answer is never kept back.
pub(crate) fn choose(answer: Answer<'_>, hint: &Hint) -> Chosen {
    let columns = Columns::of(answer);
    let (chart, notes) = match drawn(&columns, hint) {
        Ok(drawn) => drawn,
        Err(why) => (Chart::Table, vec![why].into_iter().filter(|why| !why.is_empty()).collect()),
    };
    Chosen { chart, title: hint.title.clone(), notes }
}

type Drawn = (Chart, Vec<String>);

/// The columns that a chart is of.
struct Roles {
    x: Vec<usize>,
    y: Vec<usize>,
    series: Option<usize>,
}

fn drawn(columns: &Columns<'_>, hint: &Hint) -> Result<Drawn, String> {
    let rows = columns.answer.rows.len();
    if hint.kind == Some(Type::Table) {
        return Err(String::new());
    }
    if rows == 0 {
        return Err("The answer has no rows.".to_owned());
    }
    let kind = hint.kind.map_or_else(|| of_types(columns, hint), Ok)?;
    let roles = roles(columns, hint, kind)?;
    let (chart, mut notes) = match kind {
        Type::Number => figures(columns, &roles)?,
        Type::Bar => bars(columns, &roles)?,
        Type::Line | Type::Table => line(columns, &roles)?,
    };
    for y in roles.y {
        let undrawn = columns.undrawn(y);
        if undrawn > 0 && kind != Type::Number {
            notes.push(format!("Of `{}`, {undrawn} values are no numbers to draw.", columns.answer.columns[y]));
        }
    }
    Ok((chart, notes))
}

/// A time has a line, names have bars, one row of numbers is itself.
fn of_types(columns: &Columns<'_>, hint: &Hint) -> Result<Type, String> {
    let kind = |name: &String| columns.find(name).map(|index| columns.kinds[index]);
    match hint.x.as_ref().map(kind).transpose()? {
        Some(Kind::Time) => return Ok(Type::Line),
        Some(Kind::Text | Kind::Other) => return Ok(Type::Bar),
        _ => {}
    }
    let has = |kind: Kind| columns.of_kind(kind).next().is_some();
    if !has(Kind::Number) && hint.y.is_empty() {
        return Err("No column of the answer is a number to draw.".to_owned());
    }
    if has(Kind::Time) || !columns.parts.is_empty() {
        return Ok(Type::Line);
    }
    if has(Kind::Text) {
        return Ok(Type::Bar);
    }
    let numbers = columns.of_kind(Kind::Number).count();
    match columns.answer.rows.len() {
        1 if numbers <= FIGURES => Ok(Type::Number),
        1 => Err(format!("{numbers} numbers are a table.")),
        _ if numbers > 1 && rises(columns) => Ok(Type::Line),
        _ => Err("No column is a time or a name to draw the numbers over.".to_owned()),
    }
}

/// Whether the first number goes up from row to row, as that does which others are drawn over.
fn rises(columns: &Columns<'_>) -> bool {
    let values = columns.of_kind(Kind::Number).next().map(|first| columns.values(first)).unwrap_or_default();
    values.iter().all(Option::is_some) && values.is_sorted_by(|one, next| one < next)
}

fn roles(columns: &Columns<'_>, hint: &Hint, kind: Type) -> Result<Roles, String> {
    let x = match &hint.x {
        Some(name) => vec![columns.find(name)?],
        None if kind == Type::Number => vec![],
        None => axis(columns, kind).ok_or("No column is a time or a name to draw the numbers over.")?,
    };
    let said = hint.series.as_ref().map(|name| columns.find(name)).transpose()?;
    let is_free = |index: &usize| !x.contains(index) && said != Some(*index);
    let y: Vec<_> = match hint.y.is_empty() {
        true => columns.of_kind(Kind::Number).filter(is_free).collect(),
        false => hint.y.iter().map(|name| columns.find(name)).collect::<Result<_, _>>()?,
    };
    if let Some(other) = y.iter().find(|index| kind != Type::Number && columns.kinds[**index] != Kind::Number) {
        return Err(format!("`{}` of the chart is no number.", columns.answer.columns[*other]));
    }
    if y.is_empty() {
        return Err("No column of the answer is a number to draw.".to_owned());
    }
    let mut texts = columns.of_kind(Kind::Text).filter(|index| !x.contains(index));
    // Several columns of names leave open which of them a line is of; what is there twice is then told.
    let guessed = texts.next().filter(|_| texts.next().is_none() && y.len() == 1);
    Ok(Roles { series: said.or(guessed).filter(|_| kind != Type::Number), x, y })
}

fn axis(columns: &Columns<'_>, kind: Type) -> Option<Vec<usize>> {
    let first = |kind: Kind| columns.of_kind(kind).next().map(|index| vec![index]);
    let date = || if columns.parts.is_empty() { first(Kind::Time) } else { Some(columns.parts.clone()) };
    match kind {
        Type::Bar => first(Kind::Text).or_else(date).or_else(|| first(Kind::Number)),
        _ => date().or_else(|| first(Kind::Number)),
    }
}

fn figures(columns: &Columns<'_>, roles: &Roles) -> Result<Drawn, String> {
    let (names, row) = (columns.answer.columns, &columns.answer.rows[0]);
    let all = roles.y.iter().take(FIGURES);
    let all = all.map(|y| (names[*y].clone(), cell(row, *y).unwrap_or(NULL).to_owned())).collect();
    let mut notes = vec![];
    if columns.answer.rows.len() > 1 {
        notes.push(format!("The first of {} rows.", columns.answer.rows.len()));
    }
    Ok((Chart::Figures(all), notes))
}

/// The values of each series, by the row's place: of a column of names, or of each column of numbers.
fn series<P>(columns: &Columns<'_>, roles: &Roles, mut point: impl FnMut(usize, Option<f64>) -> P) -> Vec<Series<P>> {
    let names = columns.answer.columns;
    let Some(by) = roles.series else {
        let one = |y: &usize| Series {
            name: names[*y].clone(),
            points: columns.values(*y).into_iter().enumerate().map(|(row, value)| point(row, value)).collect(),
        };
        return roles.y.iter().map(one).collect();
    };
    let (mut all, mut known): (Vec<Series<P>>, BTreeMap<&str, usize>) = (vec![], BTreeMap::new());
    let values = roles.y.first().map(|y| columns.values(*y)).unwrap_or_default();
    for (index, (row, value)) in columns.answer.rows.iter().zip(values).enumerate() {
        let name = cell(row, by).unwrap_or(NULL);
        let place = *known.entry(name).or_insert_with(|| {
            all.push(Series { name: name.to_owned(), points: vec![] });
            all.len() - 1
        });
        all[place].points.push(point(index, value));
    }
    all
}

/// Those with the largest sums, in their order, where there are more than colours.
fn largest<P>(all: &mut Vec<Series<P>>, value: impl Fn(&P) -> f64, notes: &mut Vec<String>) {
    let count = all.len();
    if count <= SERIES {
        return;
    }
    let mut sums: Vec<f64> = all.iter().map(|series| series.points.iter().map(&value).sum()).collect();
    let mut sorted = sums.clone();
    sorted.sort_by(|one, other| other.total_cmp(one));
    let (least, mut left) = (sorted[SERIES - 1], SERIES);
    let mut sums = sums.drain(..);
    all.retain(|_| {
        let is_kept = left > 0 && sums.next().is_some_and(|sum| sum >= least);
        left -= usize::from(is_kept);
        is_kept
    });
    notes.push(format!("{SERIES} of {count} series are drawn, those with the largest sums; all are in the table."));
}

fn line(columns: &Columns<'_>, roles: &Roles) -> Result<Drawn, String> {
    let x = roles.x.iter().map(|index| columns.answer.columns[*index].as_str()).collect::<Vec<_>>().join("-");
    let (axis, places) =
        columns.axis(&roles.x).ok_or_else(|| format!("`{x}` is no time and no number to draw a line over."))?;
    if columns.answer.rows.len() > POINTS {
        return Err(format!("{} points are more than a line can show.", columns.answer.rows.len()));
    }
    let mut notes = vec![];
    let without = places.iter().filter(|place| place.is_none()).count();
    if without > 0 {
        notes.push(format!("{without} rows have no `{x}`, and are in the table alone."));
    }
    let mut all = vec![];
    for Series { name, points } in series(columns, roles, |row, value| Some((places[row]?, value))) {
        let mut points: Vec<_> = points.into_iter().flatten().collect();
        points.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        if points.windows(2).any(|pair| pair[0].0 == pair[1].0) {
            return Err(format!("Several rows have the same `{x}`: a line would have several values there."));
        }
        all.push(Series { name, points });
    }
    largest(&mut all, |(_, value)| value.unwrap_or_default().abs(), &mut notes);
    let line = Line { x, axis, series: all };
    if line.values().next().is_none() {
        return Err("There is no number to draw.".to_owned());
    }
    if line.axis == Axis::Number && line.series.iter().any(|series| series.points.len() < 2) {
        return Err("One point is no line.".to_owned());
    }
    Ok((Chart::Line(line), notes))
}

fn bars(columns: &Columns<'_>, roles: &Roles) -> Result<Drawn, String> {
    let mut notes = vec![];
    let mut all = series(columns, roles, |row, value| (row, value));
    largest(&mut all, |(_, value)| value.unwrap_or_default().abs(), &mut notes);
    let (mut labels, places) = places(columns.names(&roles.x), roles.series.is_some());
    let (count, most) = (labels.len(), (BARS / all.len().max(1)).max(1));
    let mut filled = vec![];
    for Series { name, points } in all {
        let mut values = vec![None; count];
        for (row, value) in points {
            let place = places[row];
            if values[place].replace(value).is_some() {
                return Err(format!("Several rows are of `{}` and `{name}`.", labels[place]));
            }
        }
        values.truncate(most);
        filled.push(Series { name, points: values.into_iter().map(Option::flatten).collect() });
    }
    labels.truncate(most);
    if count > most {
        notes.push(format!("The first {most} of {count} are drawn; all are in the table."));
    }
    let bars = Bars { labels, series: filled };
    if bars.values().next().is_none() {
        return Err("There is no number to draw.".to_owned());
    }
    Ok((Chart::Bars(bars), notes))
}

/// The names that bars have, and which of them each row is of: rows of one name stand together where a column tells them
/// apart, and else each is its own.
fn places(names: Vec<String>, together: bool) -> (Vec<String>, Vec<usize>) {
    let (mut labels, mut known): (Vec<String>, BTreeMap<String, usize>) = (vec![], BTreeMap::new());
    let mut place = |name: String| match known.entry(name.clone()) {
        Entry::Occupied(place) if together => *place.get(),
        place => {
            labels.push(name);
            *place.insert_entry(labels.len() - 1).get()
        }
    };
    let places = names.into_iter().map(&mut place).collect();
    (labels, places)
}
