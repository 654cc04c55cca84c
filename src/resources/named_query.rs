//! Athena named query: SQL kept under a name in a workgroup.
//!
//! It cannot be tagged. Ours are known by their workgroup and by their description, and in a workgroup of ours by the
//! name that the file has: whoever edits one in the console may describe it anew, and it is that query still. Anything
//! else that people saved there is theirs.

use super::managed::Managed;
use crate::aws::{Aws, Expect, Result, pages, read, write};
use crate::engine::diff::{Attributes, Change};
use crate::engine::resource::{Live, Owner, Resource, Wanted};
use crate::engine::value::{Canonical, Pending, Value};
use crate::names::Names;
use aws_sdk_athena::types::NamedQuery as Description;
use futures::future::try_join_all;
use std::collections::BTreeSet;

/// A query of the file, saved where Athena's console shows it.
#[derive(Clone, Debug, Managed)]
pub(crate) struct NamedQuery {
    #[fixed]
    pub(crate) name: String,
    /// Where it is run.
    #[fixed]
    pub(crate) workgroup: String,
    /// Whose tables it means.
    #[fixed]
    pub(crate) database: String,
    /// Its text, with the names of the tables put in.
    #[sent]
    pub(crate) sql: Sql,
    /// Marks it as this pipeline's.
    #[sent]
    pub(crate) description: String,
}

/// The id that Athena chooses.
#[derive(Clone, Debug)]
pub(crate) struct NamedQueryOutputs {
    pub(crate) id: Pending<String>,
}

/// SQL, of which blanks at the ends of lines and a last semicolon mean nothing.
#[derive(Clone, Debug)]
pub(crate) struct Sql(pub(crate) String);

impl Canonical for Sql {
    fn canonical(&self) -> Value {
        let text = self.0.trim().trim_end_matches(';').trim_end();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").canonical()
    }
}

impl NamedQuery {
    /// The description of those that are this pipeline's.
    pub(crate) fn mark(names: &Names) -> String {
        format!("Made by pipectl for {}/{}", names.pipeline, names.stage)
    }

    fn read(description: &Description) -> Self {
        Self {
            name: description.name().to_owned(),
            workgroup: description.work_group().unwrap_or("primary").to_owned(),
            database: description.database().to_owned(),
            sql: Sql(description.query_string().to_owned()),
            description: description.description().unwrap_or_default().to_owned(),
        }
    }
}

impl Resource for NamedQuery {
    type World = Aws;
    type Outputs = NamedQueryOutputs;
    const KIND: &'static str = "athena.named_query";
    const USES: &'static [&'static str] = &["glue.database", "athena.workgroup"];

    /// The database is part of it, because it cannot be changed: the query of another database is another query.
    fn id(&self) -> String {
        format!("{}/{}/{}", self.workgroup, self.database, self.name)
    }

    fn live_id(live: &Live<Self>) -> String {
        live.outputs.id.known().clone()
    }

    fn attributes(&self) -> Attributes {
        self.describe(Attributes::new())
    }

    fn predict(&self, _: &Names, _: &str) -> NamedQueryOutputs {
        NamedQueryOutputs { id: Pending::AfterApply }
    }

    async fn observe(aws: &Aws, wanted: &[Wanted]) -> Result<Vec<Live<Self>>> {
        let prefix = aws.names.arn("athena", "workgroup/");
        let ours = aws.tagged(&prefix);
        let mut groups: BTreeSet<_> =
            wanted.iter().filter_map(|wanted| Some(wanted.id.split_once('/')?.0.to_owned())).collect();
        let in_wanted = try_join_all(groups.iter().map(|group| queries(aws, group)));
        let (in_wanted, ours) = futures::try_join!(in_wanted, ours)?;
        let others: Vec<_> = ours.iter().filter(|group| groups.insert((*group).clone())).collect();
        let in_others = try_join_all(others.iter().map(|group| queries(aws, group))).await?;
        let all = in_wanted.into_iter().chain(in_others).flatten();
        let mark = Self::mark(&aws.names);
        Ok(without_others(&mark, all.filter_map(|query| live(&mark, wanted, &ours, &query)).collect()))
    }

    async fn create(&self, aws: &Aws, _: &str) -> Result<NamedQueryOutputs> {
        // However often it is sent, Athena makes one for one token.
        let token = format!("{:032x}", fastrand::u128(..));
        let made = write("athena:CreateNamedQuery", || {
            aws.athena
                .create_named_query()
                .client_request_token(&token)
                .name(&self.name)
                .work_group(&self.workgroup)
                .database(&self.database)
                .query_string(&self.sql.0)
                .description(&self.description)
                .send()
        });
        let id = made.await?.named_query_id.unwrap_or_default();
        Ok(NamedQueryOutputs { id: Pending::Known(id) })
    }

    async fn update(&self, aws: &Aws, live: &Live<Self>, _: &[Change]) -> Result<NamedQueryOutputs> {
        write("athena:UpdateNamedQuery", || {
            aws.athena
                .update_named_query()
                .named_query_id(live.outputs.id.known())
                .name(&self.name)
                .query_string(&self.sql.0)
                .description(&self.description)
                .send()
        })
        .await?;
        Ok(live.outputs.clone())
    }

    async fn delete(live: &Live<Self>, aws: &Aws) -> Result<()> {
        let id = live.outputs.id.known();
        write("athena:DeleteNamedQuery", || aws.athena.delete_named_query().named_query_id(id).send()).await.gone()
    }
}

/// What a query in one of our workgroups is to us: wanted, ours and no longer wanted, or not our business. `ours` are the
/// workgroups that are this pipeline's by their tags.
fn live(mark: &str, wanted: &[Wanted], ours: &[String], query: &Description) -> Option<Live<NamedQuery>> {
    let resource = NamedQuery::read(query);
    let marked = resource.description == mark;
    let address = wanted.iter().find(|wanted| wanted.id == resource.id()).map(|wanted| wanted.name.clone());
    let edited = address.is_some() && ours.contains(&resource.workgroup);
    let name = address.or_else(|| marked.then(|| resource.name.clone()))?;
    let outputs = NamedQueryOutputs { id: Pending::Known(query.named_query_id().unwrap_or_default().to_owned()) };
    let mut live = Live::contained(name, resource, outputs);
    if !(marked || edited) {
        live.owner = Owner::Nobody;
    }
    Some(live)
}

/// Athena takes any number of queries of one name. One without our mark is somebody else's where there is one with it, or
/// another one before it, and is left alone.
fn without_others(mark: &str, mut all: Vec<Live<NamedQuery>>) -> Vec<Live<NamedQuery>> {
    all.sort_by_key(|live| live.resource.description != mark);
    let mut seen = BTreeSet::new();
    all.retain(|live| seen.insert(live.name.clone()) || live.resource.description == mark);
    all
}

/// How many queries in a workgroup are not this pipeline's.
pub(super) async fn foreign(aws: &Aws, workgroup: &str) -> Result<usize> {
    let mark = NamedQuery::mark(&aws.names);
    let all = queries(aws, workgroup).await?;
    Ok(all.iter().filter(|query| query.description() != Some(&mark)).count())
}

/// Every query of a workgroup; none where it does not exist.
async fn queries(aws: &Aws, workgroup: &str) -> Result<Vec<Description>> {
    let pages = pages(
        "athena:ListNamedQueries",
        |from| aws.athena.list_named_queries().work_group(workgroup).max_results(50).set_next_token(from).send(),
        |page| page.next_token(),
    );
    let pages = pages.await.absent()?.unwrap_or_default();
    let ids = pages.into_iter().filter_map(|page| page.named_query_ids).filter(|ids| !ids.is_empty());
    let found = try_join_all(ids.map(|ids| described(aws, ids))).await?;
    Ok(found.into_iter().flatten().collect())
}

/// A page of queries: fifty are as many as one call describes.
async fn described(aws: &Aws, ids: Vec<String>) -> Result<Vec<Description>> {
    let found = read("athena:BatchGetNamedQuery", || {
        aws.athena.batch_get_named_query().set_named_query_ids(Some(ids.clone())).send()
    });
    Ok(found.await?.named_queries.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    const MARK: &str = "Made by pipectl for clicks/prod";

    fn query(name: &str, description: &str) -> Description {
        let query = Description::builder().name(name).database("d").query_string("SELECT 1").work_group("clicks-prod");
        query.description(description).named_query_id("id").build().unwrap()
    }

    #[test]
    fn blanks_at_line_ends_and_a_last_semicolon_mean_nothing() {
        let sql = |text: &str| Sql(text.to_owned()).canonical();
        assert_eq!(sql("SELECT 1  \nFROM t;\n"), sql("SELECT 1\nFROM t"));
        assert_ne!(sql("SELECT ' '"), sql("SELECT ''"));
    }

    fn wanted() -> [Wanted; 1] {
        [Wanted { name: "users".into(), id: "clicks-prod/d/users".into() }]
    }

    #[test]
    fn queries_of_one_name_are_told_apart() {
        let of = |description| live(MARK, &wanted(), &[], &query("users", description)).unwrap();
        let (ours, theirs) = (|| of(MARK), || of("by hand"));
        let named = |all| without_others(MARK, all).into_iter().map(|live| (live.name, live.owner)).collect::<Vec<_>>();
        assert_eq!(named(vec![theirs(), ours()]), [("users".to_owned(), Owner::Us)]);
        assert_eq!(named(vec![theirs()]), [("users".to_owned(), Owner::Nobody)]);
        assert_eq!(named(vec![ours(), ours()]).len(), 2, "a second one of ours is for the inventory to tell");
    }

    #[test]
    fn other_peoples_queries_are_theirs() {
        let owner_in = |ours: &[&str], name, description| {
            let ours: Vec<_> = ours.iter().map(|group| (*group).to_owned()).collect();
            live(MARK, &wanted(), &ours, &query(name, description)).map(|live| live.owner)
        };
        let owner = |name, description| owner_in(&[], name, description);
        assert_eq!(owner("users", MARK), Some(Owner::Us));
        assert_eq!(owner("users", "by hand"), Some(Owner::Nobody));
        assert_eq!(owner("other", MARK), Some(Owner::Us));
        assert_eq!(owner("other", "Made by pipectl for clicks/dev"), None);
        // In a workgroup of ours, one of ours that somebody has edited.
        assert_eq!(owner_in(&["clicks-prod"], "users", "improved"), Some(Owner::Us));
        assert_eq!(owner_in(&["clicks-prod"], "other", "improved"), None);
    }
}
