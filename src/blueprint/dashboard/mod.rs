//! What QuickSight shows: a way to Athena, a data set of the events and one of each query that is drawn, and a dashboard of
//! them with its draft.

mod rows;
mod sheet;

use super::{Added, Design, policies};
use crate::config::{Dashboard as Settings, Import};
use crate::engine::value::digest;
use crate::resources::{
    Analysis, Bucket, Dashboard, DataSet, DataSource, Database, Definition, Graph, InputColumns, Mode, Principals,
    Role, Scope, Sql, Workgroup,
};
use rows::{Rows, Usual};
use sheet::Drawn;

/// The address of all of which there is one.
pub(crate) const QUICKSIGHT: &str = "quicksight";

/// What it stands on.
#[derive(Clone, Copy)]
pub(super) struct Below {
    pub(super) bucket: Added<Bucket>,
    pub(super) database: Added<Database>,
    pub(super) workgroup: Added<Workgroup>,
}

/// A data set, and what it is called in a definition.
#[derive(Clone)]
struct Set {
    added: Added<DataSet>,
    id: String,
    /// The query that it has the rows of; `None` of the events themselves.
    query: Option<String>,
}

pub(super) fn add<'a>(graph: &mut Graph<'a>, design: Design<'a>, below: Below) {
    let pipeline = design.pipeline;
    let (Some(settings), Some(table)) = (&pipeline.dashboard, pipeline.parquet_table().or(pipeline.raw_table())) else {
        return;
    };
    let role = add_role(graph, design, below);
    let source = graph.add(QUICKSIGHT, move |out| DataSource {
        id: design.names.base(),
        title: title(design, None),
        workgroup: out[below.workgroup].name.clone(),
        role: out[role].arn.clone(),
        owners: Principals(settings.owners.clone()),
        tags: design.tags(),
    });
    let events = rows::of_events(&pipeline.catalog.database, &table, &pipeline.schema);
    let mut sets = vec![add_set(graph, design, settings, (events, None), source)];
    for (name, sql) in &settings.charts {
        let Some(hint) = pipeline.query.charts.get(name) else { continue };
        let rows = rows::of_query(name, sql, hint);
        sets.push(add_set(graph, design, settings, (rows, Some(name.clone())), source));
    }
    add_views(graph, design, settings, sets);
}

fn add_role<'a>(graph: &mut Graph<'a>, design: Design<'a>, below: Below) -> Added<Role> {
    graph.add(QUICKSIGHT, move |out| {
        let (bucket, database) = (out.predicted(below.bucket), out.predicted(below.database));
        let arns = [("bucket_arn", bucket.arn.as_str()), ("database", database.name.as_str())];
        let policy = design.policy_of(policies::QUICKSIGHT, &[], &arns);
        design.role(design.names.role(QUICKSIGHT), "Role of QuickSight", policies::TRUST_QUICKSIGHT, policy)
    })
}

fn add_set<'a>(
    graph: &mut Graph<'a>,
    design: Design<'a>,
    settings: &'a Settings,
    (rows, query): (Rows, Option<String>),
    source: Added<DataSource>,
) -> Set {
    let id = id_of(&rows.name, query.is_some());
    let name = id.clone();
    let added = graph.add(&id, move |out| DataSet {
        id: design.names.physical(&name),
        title: title(design, Some(&rows.name)),
        source: out[source].arn.clone(),
        sql: Sql(rows.sql.clone()),
        columns: InputColumns(rows.columns.clone()),
        mode: if settings.data == Import::Spice { Mode::Spice } else { Mode::Direct },
        refresh: settings.refreshed(),
        owners: Principals(settings.owners.clone()),
        tags: design.tags(),
    });
    Set { added, id, query }
}

fn add_views<'a>(graph: &mut Graph<'a>, design: Design<'a>, settings: &'a Settings, sets: Vec<Set>) {
    let drafts = sets.clone();
    graph.add(QUICKSIGHT, move |out| Analysis {
        id: design.names.base(),
        title: title(design, None),
        definition: definition(design, out, &drafts),
        owners: Principals(settings.owners.clone()),
        tags: design.tags(),
    });
    graph.add(QUICKSIGHT, move |out| Dashboard {
        id: design.names.base(),
        title: title(design, None),
        definition: definition(design, out, &sets),
        owners: Principals(settings.owners.clone()),
        readers: Principals(settings.readers.clone()),
        tags: design.tags(),
    });
}

fn definition(design: Design<'_>, out: &Scope<'_>, sets: &[Set]) -> Definition {
    let declared: Vec<_> = sets.iter().map(|set| (set.id.clone(), out[set.added].arn.clone())).collect();
    let charts = &design.pipeline.query.charts;
    let drawn = sets.iter().filter_map(|set| {
        let name = set.query.as_deref()?;
        Some(Drawn { name, set: &set.id, hint: charts.get(name)? })
    });
    Definition::new(sheet::document(&declared, &Usual::of(&design.pipeline.schema), &drawn.collect::<Vec<_>>()))
}

fn title(design: Design<'_>, of: Option<&str>) -> String {
    let whole = format!("{}/{}", design.names.pipeline, design.names.stage);
    of.map_or_else(|| whole.clone(), |of| format!("{whole}: {of}"))
}

/// What a data set is called. An id takes no blanks, which a query's name may have.
fn id_of(name: &str, is_query: bool) -> String {
    let plain = name.replace(' ', "-");
    let told = if plain == name { plain } else { format!("{plain}-{}", &digest(name)[..6]) };
    if is_query { format!("query-{told}") } else { told }
}
