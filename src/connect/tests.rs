use super::*;

fn place(endpoint: Option<&str>) -> Place {
    Place {
        name: "clicks/prod".to_owned(),
        region: "us-east-1".to_owned(),
        domain: "amazonaws.com",
        database: "clicks".to_owned(),
        workgroup: "clicks-prod".to_owned(),
        bucket: "b'ucket".to_owned(),
        results: "s3://bucket/athena_results/".to_owned(),
        parquet: Some(("analytics_data".to_owned(), "s3://b'ucket/analytics_data/".to_owned())),
        endpoint: endpoint.map(str::to_owned),
    }
}

#[test]
fn each_tool_is_told_in_its_own_form() {
    let of = |tool| told(tool, &place(None)).unwrap();
    assert_eq!(
        of(Tool::Superset),
        "awsathena+rest://:@athena.us-east-1.amazonaws.com:443/clicks?work_group=clicks%2Dprod&\
         s3_staging_dir=s3%3A%2F%2Fbucket%2Fathena%5Fresults%2F&catalog_name=AwsDataCatalog\n"
    );
    assert_eq!(
        of(Tool::Jdbc),
        "jdbc:athena://Region=us-east-1;Workgroup=clicks-prod;Catalog=AwsDataCatalog;Database=clicks;\
         OutputLocation=s3://bucket/athena_results/;CredentialsProvider=DefaultChain;\n"
    );
    assert!(of(Tool::Grafana).contains("      workgroup: \"clicks-prod\"\n"));
    let metabase: serde_json::Value = serde_json::from_str(&of(Tool::Metabase)).unwrap();
    assert_eq!((&metabase["engine"], &metabase["details"]["workgroup"]), (&json!("athena"), &json!("clicks-prod")));
    assert_eq!(of(Tool::Evidence), "name: clicks_prod\ntype: duckdb\noptions:\n  filename: \":memory:\"\n");
    let duckdb = of(Tool::Duckdb);
    assert!(duckdb.contains("PROVIDER credential_chain, REGION 'us-east-1', SCOPE 's3://b''ucket/'"), "{duckdb}");
    assert!(duckdb.contains("read_parquet('s3://b''ucket/analytics_data/**/*.parquet'"), "{duckdb}");
}

#[test]
fn of_local_aws_they_are_told_where_it_is() {
    let of = |tool| told(tool, &place(Some("http://127.0.0.1:4566"))).unwrap();
    assert!(of(Tool::Duckdb).contains("ENDPOINT '127.0.0.1:4566', URL_STYLE 'path', USE_SSL false"));
    assert!(of(Tool::Superset).contains("&endpoint_url=http%3A%2F%2F127%2E0%2E0%2E1%3A4566"));
    assert!(of(Tool::Grafana).contains("      endpoint: \"http://127.0.0.1:4566\"\n"));
}

#[test]
fn without_parquet_files_nothing_reads_them() {
    let place = Place { parquet: None, ..place(None) };
    let told = |tool| told(tool, &place).is_some();
    assert!(!told(Tool::Duckdb) && !told(Tool::Evidence) && told(Tool::Grafana));
}
