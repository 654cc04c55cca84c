//! What a script and a plan say of columns, and what a declared table's would hide.

use super::*;

#[test]
fn a_script_says_its_columns() {
    let script =
        "import sys\n\nSETTINGS = {\"output\": \"s3://b/out/\", \"columns\": [[\"n\", \"int\"]], \"x\": 1}\n\nA = 1";
    let columns = Settings::of(script).and_then(Settings::columns).unwrap();
    assert_eq!((columns.len(), columns[0].column_type.clone()), (1, ColumnType::Int));
    assert!(Settings::of("print('theirs')").is_none());
}

#[test]
fn a_change_of_the_schema_reads_back_column_by_column() {
    let value = |text: &str| Value::Map([("n".to_owned(), Value::Text(text.to_owned()))].into());
    let change = |attribute: &'static str| Change {
        attribute: attribute.into(),
        before: value("int"),
        after: value("string"),
        forces_replacement: false,
    };
    assert!(columns_of(&change(SCHEMA)).unwrap()[0].breaks_files());
    assert!(columns_of(&change(FILES)).unwrap()[0].breaks_files());
    assert_eq!(columns_of(&change("script")), None);
}

#[cfg(feature = "local")]
mod declared {
    use super::*;
    use crate::aws::locally;
    use crate::engine::plan::plan;
    use crate::resources::{Columns, Partitions, Since, observe};
    use aws_sdk_glue::types::DatabaseInput;

    fn table(columns: &[(&str, &str)]) -> Table {
        let column = |(name, kind): &(&str, &str)| Column {
            name: (*name).to_owned(),
            column_type: ColumnType::parse(kind).unwrap(),
        };
        let location = "s3://clicks/data/".to_owned();
        Table {
            database: "clicks".into(),
            name: "data".into(),
            description: String::new(),
            format: Format::Parquet,
            columns: Columns::of(&columns.iter().map(column).collect::<Vec<_>>()),
            partitions: Partitions::daily(&location),
            location,
            since: Since(None),
        }
    }

    /// How the step of a table with these columns differs from the live one's, and why it is refused.
    async fn refused(aws: &Aws, columns: &[(&str, &str)]) -> (Vec<String>, Option<Refusal>) {
        let wanted = table(columns);
        let mut graph = Graph::new(&aws.names);
        graph.add("parquet", move |_| wanted.clone());
        let live = observe(aws, &graph).await.unwrap();
        let consent = Consent::default();
        let mut plan = plan(&graph, &live, &consent);
        if let Some(edited) = Edited::look(aws, &graph, &live).await.unwrap() {
            plan.steps.iter_mut().for_each(|step| edited.refuse(step, &consent));
        }
        let step = plan.steps.remove(0);
        let changes = step.changes.iter().flat_map(|change| columns_of(change).unwrap_or_default());
        (changes.map(|one| format!("{} {:?}", one.path, one.what)).collect(), step.refusal)
    }

    #[test]
    fn a_declared_tables_column_that_old_files_do_not_fit_is_refused() {
        locally(async |aws| {
            let database = DatabaseInput::builder().name("clicks").build().unwrap();
            aws.glue.create_database().database_input(database).send().await.unwrap();
            aws.s3.create_bucket().bucket("clicks").send().await.unwrap();
            table(&[("n", "int"), ("at", "timestamp")]).create(&aws, "parquet").await.unwrap();
            let retyped = [("n", "string"), ("at", "timestamp")];
            assert_eq!(refused(&aws, &retyped).await.1, None, "there are no files");
            let file = aws.s3.put_object().bucket("clicks").key("data/year=2026/month=01/day=02/f");
            file.body(b"PAR1".to_vec().into()).send().await.unwrap();
            let (changes, refusal) = refused(&aws, &retyped).await;
            assert_eq!(changes, ["n Retyped { before: Int, after: String }"]);
            assert!(matches!(&refusal, Some(Refusal::HidesData(why)) if why.contains("`n` as int")), "{refusal:?}");
            let (changes, refusal) = refused(&aws, &[("at", "timestamp"), ("n", "bigint"), ("plan", "string")]).await;
            assert_eq!((changes.len(), refusal), (2, None));
            assert_eq!(refused(&aws, &[("at", "timestamp"), ("n", "int")]).await, (vec![], None));
        });
    }
}
