//! The pipelines that live through it: small, with nothing on a schedule, and of no use to anybody.

/// Each has a stage of its own, so that both may be there at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Article,
    Lean,
}

/// What has been changed in the file, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Edit {
    Nothing,
    /// Of the function and of the workgroup.
    InPlace,
    Column,
    /// The database has another name: it and what is in it are made anew. No data is lost by that.
    Replacement,
}

/// Nothing runs by itself within the hour that this takes, and the estimate of a month has one run, or none.
const ONCE_A_MONTH: &str = "cron(0 0 1 * ? *)";
const ONCE_A_YEAR: &str = "cron(0 0 1 1 ? *)";

impl Shape {
    pub(crate) const ALL: [Self; 2] = [Self::Article, Self::Lean];

    /// The stage, and the word for it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Lean => "lean",
        }
    }

    /// The pipeline file. `glue` is whether the crawlers and the job will be started.
    pub(crate) fn file(self, name: &str, region: &str, edit: Edit, glue: bool) -> String {
        let changed = |from: Edit, before: &'static str, after: &'static str| if edit >= from { after } else { before };
        let memory = changed(Edit::InPlace, "128 MB", "256 MB");
        let scan = changed(Edit::InPlace, "1 GB", "2 GB");
        let column = changed(Edit::Column, "", ", plan: string");
        let database = changed(Edit::Replacement, "one", "two");
        let (stage, database) = (self.word(), format!("{}_{}_{database}", name.replace('-', "_"), self.word()));
        let shaped = match self {
            Self::Lean => format!(
                "shape: lean\ndelivery: {{ buffer: {{ size: 64 MB, interval: 1 min }} }}\ncatalog: {{ database: {database} }}\n"
            ),
            Self::Article => {
                let when = if glue { ONCE_A_MONTH } else { ONCE_A_YEAR };
                let crawlers = format!("{{ raw: {{ schedule: \"{when}\" }}, parquet: {{ schedule: \"{when}\" }} }}");
                format!(
                    "delivery: {{ buffer: {{ size: 64 MB, interval: 1 min }} }}\n\
                     catalog: {{ database: {database}, crawlers: {crawlers} }}\n\
                     etl: {{ schedule: \"{when}\", workers: {{ count: 2 }} }}\n"
                )
            }
        };
        format!(
            "name: {name}\nstage: {stage}\nregion: {region}\n{shaped}\
             ingest: {{ api_keys: [one], function: {{ memory: {memory} }} }}\n\
             schema: {{ event: string, userid: string, datetime: timestamp{column} }}\n\
             query: {{ scan_limit: {scan}, queries: {{ rows: \"SELECT count(*) AS events FROM ${{parquet_table}}\" }} }}\n\
             usage: {{ events_per_month: 1000, event_size: 200 B, athena_scanned_per_month: 1 GB }}\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use std::path::Path;

    #[test]
    fn each_file_is_a_pipeline_and_each_edit_changes_it() {
        let overrides = config::Overrides { name: None, stage: None, said_by: "--stage", region: None, env: &|_| None };
        for shape in Shape::ALL {
            for glue in [false, true] {
                let edits = [Edit::Nothing, Edit::InPlace, Edit::Column, Edit::Replacement];
                let files = edits.map(|edit| shape.file("accept-abc", "us-east-1", edit, glue));
                for pair in files.windows(2) {
                    assert_ne!(pair[0], pair[1]);
                }
                for file in files {
                    let read = config::load_text(Path::new("x"), &file, &overrides);
                    assert_eq!(read.unwrap_or_else(|why| panic!("{why}\n{file}")).stage, shape.word());
                }
            }
        }
    }
}
