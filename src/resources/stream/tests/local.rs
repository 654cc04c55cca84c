//! The kind against Local AWS, which checks what AWS checks.

use super::conversion::{backup, conversion};
use super::*;
use crate::aws::{Pause, locally};
use crate::engine::diff::{Change, diff};
use crate::engine::resource::{Live, Wanted};
use aws_sdk_firehose::types::DataFormatConversionConfiguration;
use aws_sdk_glue::types::{Column, DatabaseInput, StorageDescriptor, TableInput};
use std::time::Instant;

/// A role and a table, as the stream wants them.
async fn prepare(aws: &Aws) {
    let trust = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"firehose.amazonaws.com"},"Action":"sts:AssumeRole"}}"#;
    let may =
        r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["glue:*","s3:*","logs:*"],"Resource":"*"}}"#;
    aws.iam.create_role().role_name("delivery").assume_role_policy_document(trust).send().await.unwrap();
    aws.iam.put_role_policy().role_name("delivery").policy_name("p").policy_document(may).send().await.unwrap();
    aws.logs.create_log_group().log_group_name("/aws/kinesisfirehose/clicks").send().await.unwrap();
    aws.glue
        .create_database()
        .database_input(DatabaseInput::builder().name("clicks").build().unwrap())
        .send()
        .await
        .unwrap();
    let column = Column::builder().name("n").r#type("int").build().unwrap();
    let table = TableInput::builder()
        .name("analytics_data")
        .storage_descriptor(StorageDescriptor::builder().columns(column).build());
    aws.glue.create_table().database_name("clicks").table_input(table.build().unwrap()).send().await.unwrap();
}

/// JSON by day, as it was sent.
fn json(aws: &Aws) -> Stream {
    let role_arn = format!("arn:aws:iam::{}:role/delivery", aws.names.account);
    Stream {
        name: "clicks-prod".into(),
        role_arn,
        prefix: "json/year=!{timestamp:yyyy}/".into(),
        error_prefix: "errors/!{firehose:error-output-type}/".into(),
        ..desired()
    }
}

/// Parquet, and JSON beside it.
fn parquet(aws: &Aws) -> Stream {
    let plain = json(aws);
    let role_arn = plain.role_arn.clone();
    Stream {
        prefix: "parquet/year=!{timestamp:yyyy}/".into(),
        compression: Stream::format(Compression::None),
        backup: Some(Backup { role_arn: role_arn.clone(), ..backup() }),
        conversion: Some(Conversion { role_arn, ..conversion() }),
        ..plain
    }
}

async fn live(aws: &Aws) -> Live<Stream> {
    aws.look_anew().await;
    let wanted = [Wanted { name: "delivery".into(), id: "clicks-prod".into() }];
    Stream::observe(aws, &wanted).await.unwrap().remove(0)
}

/// Makes the live one this, and says by how many updates of the destination, and what differs then.
async fn apply(aws: &Aws, wanted: &Stream) -> (u32, Vec<Change>) {
    let version = async || describe(aws, "clicks-prod").await.unwrap().0.version_id.parse::<u32>().unwrap();
    let before = version().await;
    let live_one = live(aws).await;
    let changes = diff(&live_one.resource.attributes(), &wanted.attributes());
    wanted.update(aws, &live_one, &changes).await.unwrap();
    (version().await - before, diff(&live(aws).await.resource.attributes(), &wanted.attributes()))
}

#[test]
fn a_stream_changes_its_shape_by_one_update_each_time() {
    locally(async |aws| {
        prepare(&aws).await;
        let (json, parquet) = (json(&aws), parquet(&aws));
        json.create(&aws, "delivery").await.unwrap();
        assert_eq!(diff(&live(&aws).await.resource.attributes(), &json.attributes()), []);
        assert_eq!(apply(&aws, &parquet).await, (1, vec![]), "conversion, prefix and backup");
        let kept = Stream { backup: parquet.backup.clone(), ..json.clone() };
        assert_eq!(apply(&aws, &kept).await, (1, vec![]), "back to JSON, with small files again");
        let small = Stream { buffer_mb: 1, ..kept.clone() };
        assert_eq!(apply(&aws, &small).await, (1, vec![]), "what conversion would not take");
        assert_eq!(apply(&aws, &parquet).await, (1, vec![]), "and to Parquet");
        let alone = Stream { backup: None, ..parquet.clone() };
        assert_eq!(apply(&aws, &alone).await, (1, vec![]), "AWS does not turn a backup off: it goes where it expires");
        assert_eq!(apply(&aws, &alone).await, (0, vec![]), "which is as good as none");
        assert_eq!(apply(&aws, &json).await, (1, vec![]), "and stays so");
        assert_eq!(apply(&aws, &parquet).await, (1, vec![]), "until it is kept again");
        let moved = Stream { prefix: String::new(), error_prefix: String::new(), ..parquet.clone() };
        assert_eq!(apply(&aws, &moved).await, (1, vec![]), "an empty prefix takes the old one away");
        assert_eq!(apply(&aws, &moved).await, (0, vec![]), "nothing differs");
    });
}

#[test]
fn a_stream_may_be_made_as_it_is_to_be() {
    locally(async |aws| {
        prepare(&aws).await;
        let parquet = parquet(&aws);
        parquet.create(&aws, "delivery").await.unwrap();
        let found = live(&aws).await;
        assert_eq!(diff(&found.resource.attributes(), &parquet.attributes()), []);
        assert_eq!(found.extras, []);
    });
}

#[test]
fn what_was_set_by_hand_is_drift_and_is_put_back() {
    locally(async |aws| {
        prepare(&aws).await;
        let parquet = parquet(&aws);
        parquet.create(&aws, "delivery").await.unwrap();
        let off = DataFormatConversionConfiguration::builder().enabled(false).build();
        let by_hand = ExtendedS3DestinationUpdate::builder().data_format_conversion_configuration(off).build();
        parquet.put_destination(&aws, &by_hand).await.unwrap();
        let changed = diff(&live(&aws).await.resource.attributes(), &parquet.attributes());
        assert_eq!(changed.iter().map(|change| &*change.attribute).collect::<Vec<_>>(), ["conversion"]);
        assert_eq!(apply(&aws, &parquet).await, (1, vec![]));
    });
}

#[test]
fn a_role_that_may_not_read_the_table_yet_is_waited_for() {
    locally(async |aws| {
        prepare(&aws).await;
        aws.iam.delete_role_policy().role_name("delivery").policy_name("p").send().await.unwrap();
        let parquet = parquet(&aws);
        let grant = async {
            Pause::steady(Duration::from_secs(1)).pass().await;
            let may = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"glue:*","Resource":"*"}}"#;
            aws.iam.put_role_policy().role_name("delivery").policy_name("p").policy_document(may).send().await.unwrap();
        };
        let began = Instant::now();
        let (made, ()) = futures::join!(parquet.create(&aws, "delivery"), grant);
        assert!(began.elapsed() >= Duration::from_secs(1));
        made.unwrap();
        assert_eq!(diff(&live(&aws).await.resource.attributes(), &parquet.attributes()), []);
    });
}
