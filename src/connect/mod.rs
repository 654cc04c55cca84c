//! What other tools want to be told to reach a pipeline's tables: a file, an address or a statement each, without a secret.
//!
//! Each tool's keys are those of its own documentation or sources, which its function names.

mod duckdb;
mod policy;

pub(crate) use policy::policy;

use serde_json::json;

/// Where the tables are.
pub(crate) struct Place {
    /// Of pipeline and stage, as tools show it.
    pub(crate) name: String,
    pub(crate) region: String,
    /// `amazonaws.com`, or China's.
    pub(crate) domain: &'static str,
    pub(crate) database: String,
    pub(crate) workgroup: String,
    pub(crate) bucket: String,
    /// Where answers are written to.
    pub(crate) results: String,
    /// The table over the Parquet files, and where they lie.
    pub(crate) parquet: Option<(String, String)>,
    /// Of a Local AWS.
    pub(crate) endpoint: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Tool {
    /// A data source for Grafana's provisioning: YAML.
    Grafana,
    /// What Metabase's `POST /api/database` takes: JSON.
    Metabase,
    /// An address of SQLAlchemy, for Superset's connection with PyAthena.
    Superset,
    /// A source of Evidence that reads the Parquet files by DuckDB: its `connection.yaml`.
    Evidence,
    /// An address for Athena's JDBC driver 3.x: DBeaver, DataGrip, Tableau.
    Jdbc,
    /// Statements by which DuckDB reads the Parquet files themselves, past Athena.
    Duckdb,
}

impl Tool {
    /// Whether it asks Athena. What reads the files alone needs no rights there.
    pub(crate) fn asks_athena(self) -> bool {
        !matches!(self, Self::Duckdb | Self::Evidence)
    }

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Grafana => "grafana",
            Self::Metabase => "metabase",
            Self::Superset => "superset",
            Self::Evidence => "evidence",
            Self::Jdbc => "jdbc",
            Self::Duckdb => "duckdb",
        }
    }

    /// Where the text goes, and what else is to be known.
    pub(crate) fn notes(self) -> &'static [&'static str] {
        match self {
            Self::Grafana => &[
                "it goes into provisioning/datasources/; its plugin is grafana-athena-datasource",
                "Amazon Managed Grafana's own policy wants the tag `GrafanaDataSource: true` on the workgroup: write it below `tags` of the file",
            ],
            Self::Metabase => &["without keys, Metabase takes the credentials of the machine or task that it runs on"],
            Self::Superset => &["it needs PyAthena with SQLAlchemy; without keys, boto3's own credentials are taken"],
            Self::Evidence => &[
                "it is sources/NAME/connection.yaml; `pipectl connect duckdb` prints the initialize.sql that belongs beside it",
            ],
            Self::Jdbc => &["its class is com.amazon.athena.jdbc.AthenaDriver"],
            Self::Duckdb => &[],
        }
    }
}

/// What a tool is told. `None`: it reads Parquet files, and the pipeline makes none.
pub(crate) fn told(tool: Tool, place: &Place) -> Option<String> {
    Some(match tool {
        Tool::Grafana => grafana(place),
        Tool::Metabase => metabase(place),
        Tool::Superset => superset(place),
        Tool::Jdbc => jdbc(place),
        Tool::Evidence => place.parquet.as_ref().map(|_| evidence(place))?,
        Tool::Duckdb => duckdb::statements(place)?,
    })
}

/// A scalar of YAML that is what it says, whatever is in it: JSON's form is one of YAML's.
fn quoted(text: &str) -> String {
    json!(text).to_string()
}

/// <https://grafana.com/docs/plugins/grafana-athena-datasource/latest/configure/>, "Use AWS SDK (default)".
fn grafana(place: &Place) -> String {
    let Place { name, region, database, workgroup, .. } = place;
    let endpoint =
        place.endpoint.as_deref().map(|url| format!("      endpoint: {}\n", quoted(url))).unwrap_or_default();
    format!(
        "apiVersion: 1\ndatasources:\n  - name: {}\n    type: grafana-athena-datasource\n    jsonData:\n      authType: default\n      \
         defaultRegion: {}\n      catalog: AwsDataCatalog\n      database: {}\n      workgroup: {}\n{endpoint}",
        quoted(name),
        quoted(region),
        quoted(database),
        quoted(workgroup)
    )
}

/// The connection's properties are those of `modules/drivers/athena/resources/metabase-plugin.yaml` in metabase/metabase.
fn metabase(place: &Place) -> String {
    let Place { name, region, database, workgroup, results, .. } = place;
    let details = json!({
        "region": region,
        "workgroup": workgroup,
        "s3_staging_dir": results,
        "catalog": "AwsDataCatalog",
        "dbname": database,
    });
    format!("{:#}\n", json!({"engine": "athena", "name": name, "details": details}))
}

/// <https://superset.apache.org/docs/databases/athena/>. Nothing before the `:` has boto3 look for credentials itself. PyAthena's
/// own name of the catalog is in small letters, of which no policy speaks.
fn superset(place: &Place) -> String {
    let Place { region, domain, database, workgroup, results, .. } = place;
    let encoded =
        |text: &str| percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string();
    let (workgroup, results) = (encoded(workgroup), encoded(results));
    let endpoint = place.endpoint.as_deref().map(|url| format!("&endpoint_url={}", encoded(url))).unwrap_or_default();
    format!(
        "awsathena+rest://:@athena.{region}.{domain}:443/{database}?work_group={workgroup}&s3_staging_dir={results}\
         &catalog_name=AwsDataCatalog{endpoint}\n"
    )
}

/// <https://docs.aws.amazon.com/athena/latest/ug/jdbc-v3-driver-getting-started.html>
fn jdbc(place: &Place) -> String {
    let Place { region, database, workgroup, results, .. } = place;
    let endpoint = place.endpoint.as_deref().map(|url| format!("AthenaEndpoint={url};")).unwrap_or_default();
    format!(
        "jdbc:athena://Region={region};Workgroup={workgroup};Catalog=AwsDataCatalog;Database={database};\
         OutputLocation={results};CredentialsProvider=DefaultChain;{endpoint}\n"
    )
}

/// `packages/datasources/duckdb/index.cjs` in evidence-dev/evidence: it runs the `initialize.sql` beside this first.
fn evidence(place: &Place) -> String {
    let name: String = place.name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    format!("name: {name}\ntype: duckdb\noptions:\n  filename: \":memory:\"\n")
}

#[cfg(test)]
mod tests;
