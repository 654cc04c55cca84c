//! Answers as one page that needs nothing from elsewhere: each as a chart, with its rows below it.

use super::svg::{Width, chart_to_svg};
use super::{chart_style, exactly};
use crate::chart::{Answer, Chart, Chosen};
use crate::cost::grouped;
use crate::report::cost::escape;
use crate::report::query::Rows;
use std::fmt::Write as _;

/// More rows make a page that nobody scrolls and no browser likes. The page says how many there are.
const MOST_ROWS: usize = 1_000;

/// What a page has above its answers.
pub(crate) struct Facts {
    pub(crate) title: String,
    /// Where and when, a line each.
    pub(crate) lines: Vec<String>,
}

/// A query, and what became of it.
pub(crate) struct Panel<'a> {
    pub(crate) name: &'a str,
    pub(crate) sql: &'a str,
    pub(crate) shown: Shown<'a>,
}

pub(crate) enum Shown<'a> {
    /// With what it took, in words.
    Answered { chosen: &'a Chosen, rows: &'a Rows, end: String },
    /// Why not, and what helps.
    Failed { why: String, hint: String },
}

/// A whole HTML file. It runs nothing and fetches nothing, and tells the browser to see to it.
pub(crate) fn page_to_html(facts: &Facts, panels: &[Panel<'_>]) -> String {
    let title = escape(&facts.title);
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{}{}</style>\n</head>\n<body>\n<main>\n<h1>{title}</h1>\n",
        include_str!("../../../templates/chart/page.css"),
        chart_style()
    );
    for line in &facts.lines {
        let _ = writeln!(page, "<p class=\"soft\">{}</p>", escape(line));
    }
    for (index, panel) in panels.iter().enumerate() {
        page.push_str(&panel_to_html(panel, &format!("q{index}")));
    }
    page.push_str("</main>\n</body>\n</html>\n");
    page
}

fn panel_to_html(panel: &Panel<'_>, id: &str) -> String {
    let said = match &panel.shown {
        Shown::Answered { chosen, .. } => chosen.title.as_deref(),
        Shown::Failed { .. } => None,
    };
    let title = said.map_or_else(|| panel.name.replace('_', " "), str::to_owned);
    let mut html = format!("<section aria-labelledby=\"{id}\">\n<h2 id=\"{id}\">{}</h2>\n", escape(&title));
    match &panel.shown {
        Shown::Answered { chosen, rows, end } => {
            html.push_str(&chosen_to_html(chosen, rows, &title, id));
            let _ = writeln!(html, "<p class=\"soft\">{}</p>", escape(end));
        }
        Shown::Failed { why, hint } => {
            let _ = writeln!(html, "<p class=\"failed\"><strong>It failed:</strong> {}</p>", escape(why));
            if !hint.is_empty() {
                let _ = writeln!(html, "<p class=\"soft\">{}</p>", escape(hint));
            }
        }
    }
    let _ = writeln!(
        html,
        "<details><summary>The statement</summary><pre>{}</pre></details>\n</section>",
        escape(panel.sql.trim())
    );
    html
}

/// A chart and its rows, for a page that has [`chart_style`] and `templates/chart/page.css`.
pub(crate) fn chosen_to_html(chosen: &Chosen, rows: &Rows, title: &str, id: &str) -> String {
    let mut html = String::new();
    match &chosen.chart {
        Chart::Figures(figures) => figures_to_html(&mut html, figures),
        Chart::Table => {}
        Chart::Line(_) | Chart::Bars(_) => {
            html.push_str("<figure>\n");
            for (class, width) in [("wide", Width::Wide), ("narrow", Width::Narrow)] {
                let svg = chart_to_svg(chosen, title, &format!("{id}{class}"), width).unwrap_or_default();
                let _ = writeln!(html, "<div class=\"{class}\">{svg}</div>");
            }
            html.push_str("</figure>\n");
        }
    }
    for note in &chosen.notes {
        let _ = writeln!(html, "<p class=\"soft\">{}</p>", escape(note));
    }
    match chosen.chart {
        Chart::Table if rows.rows.is_empty() => {}
        Chart::Table => rows_to_html(&mut html, rows, title),
        _ => {
            let _ = writeln!(html, "<details><summary>{}</summary>", counted(rows.rows.len()));
            rows_to_html(&mut html, rows, title);
            html.push_str("</details>\n");
        }
    }
    html
}

fn counted(rows: usize) -> String {
    let count = grouped(i64::try_from(rows).unwrap_or(i64::MAX));
    if rows == 1 { "The row".to_owned() } else { format!("The {count} rows") }
}

fn figures_to_html(html: &mut String, figures: &[(String, String)]) {
    html.push_str("<dl class=\"figures\">\n");
    for (name, value) in figures {
        // A number as people read it, where nothing is lost by it.
        let whole = value.parse::<i64>().ok().filter(|whole| whole.abs() < 1 << 53);
        let value = whole.map_or_else(|| value.clone(), |whole| exactly(whole as f64));
        let _ = writeln!(html, "<div><dt>{}</dt><dd>{}</dd></div>", escape(name), escape(&value));
    }
    html.push_str("</dl>\n");
}

fn rows_to_html(html: &mut String, rows: &Rows, title: &str) {
    // Who has no mouse scrolls what has the focus.
    let _ = writeln!(
        html,
        "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Rows of {}\">\n<table>\n<thead><tr>",
        escape(title)
    );
    let answer = rows.answer();
    let class = |column: usize| if is_number(answer, column) { " class=\"n\"" } else { "" };
    for (column, name) in rows.columns.iter().enumerate() {
        let _ = write!(html, "<th scope=\"col\"{}>{}</th>", class(column), escape(name));
    }
    html.push_str("</tr></thead>\n<tbody>\n");
    for row in rows.rows.iter().take(MOST_ROWS) {
        html.push_str("<tr>");
        for (column, cell) in row.iter().enumerate() {
            let _ = match cell {
                Some(text) => write!(html, "<td{}>{}</td>", class(column), escape(text)),
                None => write!(html, "<td class=\"null\">null</td>"),
            };
        }
        html.push_str("</tr>\n");
    }
    html.push_str("</tbody>\n</table>\n</div>\n");
    if rows.rows.len() > MOST_ROWS {
        let all = grouped(i64::try_from(rows.rows.len()).unwrap_or(i64::MAX));
        let _ = writeln!(html, "<p class=\"soft\">The first {} of {all} rows.</p>", grouped(MOST_ROWS as i64));
    }
}

fn is_number(answer: Answer<'_>, column: usize) -> bool {
    crate::chart::is_number(answer.types.get(column).map(String::as_str).unwrap_or_default())
}
