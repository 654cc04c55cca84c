//! Tables in Local AWS: made, taken over from a crawler, changed by others, handed back.

use super::*;
use crate::aws::locally;
use crate::engine::mark::Mark;
use crate::names::RELEASE;
use aws_sdk_glue::types::DatabaseInput;

async fn prepare(aws: &Aws) {
    let database = DatabaseInput::builder().name("clicks").build().unwrap();
    let tags = aws.names.owner_tags().into_iter().chain([("pipectl:name".to_owned(), "catalog".to_owned())]);
    aws.glue.create_database().database_input(database).set_tags(Some(tags.collect())).send().await.unwrap();
    aws.s3.create_bucket().bucket("clicks").send().await.unwrap();
}

async fn put_file(aws: &Aws, key: &str) {
    aws.s3.put_object().bucket("clicks").key(key).body(b"{}\n".to_vec().into()).send().await.unwrap();
}

/// What there is, where `wanted` is or is not.
async fn look(aws: &Aws, wanted: Option<&Table>) -> Vec<Live<Table>> {
    aws.look_anew().await;
    let wanted = wanted.map(|table| Wanted { name: "parquet".into(), id: table.id() });
    Table::observe(aws, &wanted.into_iter().collect::<Vec<_>>()).await.unwrap()
}

async fn differs(aws: &Aws, wanted: &Table) -> Vec<Change> {
    diff(&look(aws, Some(wanted)).await[0].resource.attributes(), &wanted.attributes())
}

async fn live(aws: &Aws) -> Description {
    get(aws, "clicks", "analytics_data").await.unwrap().0
}

fn parameter_of(table: &Description, name: &str) -> Option<String> {
    table.parameters()?.get(name).cloned()
}

async fn edit(aws: &Aws, edit: Edit) {
    let mut table = live(aws).await;
    edit(&mut table);
    let input = TableInput::builder()
        .name(table.name)
        .set_description(table.description)
        .set_storage_descriptor(table.storage_descriptor)
        .set_partition_keys(table.partition_keys)
        .set_table_type(table.table_type)
        .set_parameters(table.parameters);
    aws.glue.update_table().database_name("clicks").table_input(input.build().unwrap()).send().await.unwrap();
}

#[test]
fn a_table_that_was_made_reads_back_and_begins_with_the_first_file() {
    locally(async |aws| {
        prepare(&aws).await;
        for format in [Format::Json, Format::Parquet] {
            put_file(&aws, "analytics_data/year=2023/month=01/day=02/f").await;
            put_file(&aws, "analytics_data/year=2024/month=01/day=02/f").await;
            let wanted = table(format);
            wanted.create(&aws, "parquet").await.unwrap();
            assert_eq!(differs(&aws, &wanted).await, []);
            let found = look(&aws, Some(&wanted)).await.remove(0);
            assert_eq!((found.owner, found.extras), (Owner::Us, vec![]));
            assert_eq!(found.applied, Some(Mark::of(&wanted.attributes(), RELEASE)));
            assert_eq!(parameter_of(&live(&aws).await, "projection.year.range").as_deref(), Some("2023,NOW"));
            // Once more, as after a lost answer.
            wanted.create(&aws, "parquet").await.unwrap();
            aws.glue.delete_table().database_name("clicks").name("analytics_data").send().await.unwrap();
        }
    });
}

#[test]
fn without_files_it_begins_with_this_year_and_with_the_files_year_where_that_says_so() {
    locally(async |aws| {
        prepare(&aws).await;
        let wanted = table(Format::Parquet);
        wanted.create(&aws, "parquet").await.unwrap();
        let year = jiff::Timestamp::now().to_string()[..4].to_owned();
        let range = async |aws: &Aws| parameter_of(&live(aws).await, "projection.year.range").unwrap();
        assert_eq!(range(&aws).await, format!("{year},NOW"));
        let since = Table { since: Since(Some(2019)), ..wanted.clone() };
        let found = look(&aws, Some(&since)).await.remove(0);
        let changes = differs(&aws, &since).await;
        assert_eq!(changes.len(), 1);
        since.update(&aws, &found, &changes).await.unwrap();
        assert_eq!((range(&aws).await, differs(&aws, &since).await), ("2019,NOW".to_owned(), vec![]));
        // Without it again, what is there stays.
        assert_eq!(differs(&aws, &wanted).await, []);
    });
}

#[test]
fn what_others_wrote_is_kept_and_what_they_broke_is_put_back() {
    locally(async |aws| {
        prepare(&aws).await;
        let wanted = table(Format::Json);
        wanted.create(&aws, "parquet").await.unwrap();
        edit(&aws, |live| {
            parameter(live, "team", "growth");
            parameter(live, "projection.enabled", "false");
            let storage = live.storage_descriptor.as_mut().unwrap();
            storage.columns.as_mut().unwrap()[0].comment = Some("what happened".into());
            storage.additional_locations = Some(vec!["s3://theirs/".into()]);
        })
        .await;
        let changes = differs(&aws, &wanted).await;
        assert_eq!(changes[0].to_string_pair(), ("\"registered by day\"".into(), "\"projected by day\"".into()));
        let found = look(&aws, Some(&wanted)).await.remove(0);
        let extra: Vec<_> = found.extras.iter().map(|extra| extra.name.as_ref()).collect();
        assert_eq!(extra, ["StorageDescriptor.AdditionalLocations"]);
        wanted.update(&aws, &found, &changes).await.unwrap();
        assert_eq!(differs(&aws, &wanted).await, []);
        let after = live(&aws).await;
        assert_eq!(parameter_of(&after, "team").as_deref(), Some("growth"));
        let storage = after.storage_descriptor().unwrap();
        assert_eq!(storage.columns()[0].comment(), Some("what happened"));
        assert_eq!(storage.additional_locations(), ["s3://theirs/"]);
        let extras: Vec<_> = found.extras.iter().map(Extra::clone).collect();
        let gone = Change { attribute: extras[0].name.clone(), ..changes[0].clone() };
        wanted.update(&aws, &found, &[gone]).await.unwrap();
        assert_eq!(live(&aws).await.storage_descriptor().unwrap().additional_locations(), [""; 0]);
        let versions = aws.glue.get_table_versions().database_name("clicks").table_name("analytics_data").send().await;
        // One of the edit; ours are not kept.
        assert_eq!(versions.unwrap().table_versions().len(), 2);
    });
}

#[test]
fn a_crawlers_table_is_declared_in_place_and_handed_back() {
    locally(async |aws| {
        prepare(&aws).await;
        put_file(&aws, "analytics_data/year=2022/month=01/day=02/f").await;
        let wanted = table(Format::Json);
        wanted.create(&aws, "parquet").await.unwrap();
        edit(&aws, |live| {
            let parameters = live.parameters.as_mut().unwrap();
            parameters.retain(|name, _| name == "classification");
            parameter(live, "UPDATED_BY_CRAWLER", "clicks-prod-parquet");
            for name in ["averageRecordSize", "objectCount", "typeOfData", "partition_filtering.enabled"] {
                parameter(live, name, "1");
            }
        })
        .await;
        assert!(look(&aws, None).await.is_empty(), "what a crawler made is no orphan");
        let found = look(&aws, Some(&wanted)).await.remove(0);
        assert_eq!((&found.owner, &found.applied), (&Owner::Us, &None));
        wanted.update(&aws, &found, &differs(&aws, &wanted).await).await.unwrap();
        assert_eq!(differs(&aws, &wanted).await, []);
        let declared = live(&aws).await;
        assert_eq!(parameter_of(&declared, "projection.year.range").as_deref(), Some("2022,NOW"));
        for name in ["UPDATED_BY_CRAWLER", "averageRecordSize", "typeOfData", "partition_filtering.enabled"] {
            assert_eq!(parameter_of(&declared, name), None, "{name}");
        }
        let orphan = look(&aws, None).await.remove(0);
        assert_eq!((orphan.name.as_str(), orphan.resource.id().as_str()), ("parquet", "clicks.analytics_data"));
        Table::delete(&orphan, &aws).await.unwrap();
        Table::delete(&orphan, &aws).await.unwrap();
        let handed = live(&aws).await;
        assert_eq!(parameter_of(&handed, "UPDATED_BY_CRAWLER").as_deref(), Some("clicks-prod-parquet"));
        assert_eq!(parameter_of(&handed, "projection.enabled").as_deref(), Some("true"));
        assert!(handed.parameters().unwrap().keys().all(|name| !name.starts_with("pipectl:")));
        assert!(look(&aws, None).await.is_empty());
    });
}

#[test]
fn somebody_elses_table_is_left_alone() {
    locally(async |aws| {
        prepare(&aws).await;
        let wanted = table(Format::Json);
        wanted.create(&aws, "parquet").await.unwrap();
        edit(&aws, |live| live.parameters = None).await;
        assert_eq!(look(&aws, Some(&wanted)).await[0].owner, Owner::Nobody);
        assert_eq!(wanted.create(&aws, "parquet").await.unwrap_err().class(), Class::Exists);
        edit(&aws, |live| {
            parameter(live, "pipectl:pipeline", "clicks");
            parameter(live, "pipectl:stage", "dev");
        })
        .await;
        assert_eq!(look(&aws, Some(&wanted)).await[0].owner, Owner::Other("clicks/dev".into()));
        assert!(look(&aws, None).await.is_empty());
    });
}

#[test]
fn changes_at_the_same_time_follow_each_other() {
    locally(async |aws| {
        prepare(&aws).await;
        let wanted = table(Format::Json);
        wanted.create(&aws, "parquet").await.unwrap();
        let put = || change(&aws, &wanted, Become::Declared("parquet", &[]));
        let all = futures::future::join_all((0..6).map(|_| put())).await;
        assert!(all.iter().all(Result::is_ok), "{all:?}");
        assert_eq!(differs(&aws, &wanted).await, []);
    });
}
