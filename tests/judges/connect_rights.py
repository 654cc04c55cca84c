"""What a tool asks Athena, in its order, by somebody who may do what `pipectl connect TOOL --policy` allows.

Of Grafana: `pkg/athena/api/api.go` of grafana/athena-datasource, which lists what may be chosen and then runs statements. Of
Metabase, DBeaver and others with Athena's JDBC driver: the same looks, one thing at a time, and the results from S3
(https://docs.aws.amazon.com/athena/latest/ug/jdbc-v3-driver-other-configuration.html, "Result fetcher"). Of Superset:
SQLAlchemy's inspector itself, over PyAthena.

usage: connect_rights.py TOOL ADDRESS DATABASE WORKGROUP TABLE, with the caller's keys in the environment
"""

import sys
import time
from urllib.parse import urlsplit

import boto3
from sqlalchemy import create_engine, inspect, text

tool, address, database, workgroup, table = sys.argv[1:]
CATALOG = "AwsDataCatalog"
athena, s3 = boto3.client("athena"), boto3.client("s3")


def runs(statement):
    """A statement to its end: where its answer lies."""
    context = {"Catalog": CATALOG, "Database": database}
    query = athena.start_query_execution(QueryString=statement, QueryExecutionContext=context, WorkGroup=workgroup)["QueryExecutionId"]
    while (ran := athena.get_query_execution(QueryExecutionId=query)["QueryExecution"])["Status"]["State"] in ("QUEUED", "RUNNING"):
        time.sleep(0.05)
    assert ran["Status"]["State"] == "SUCCEEDED", ran["Status"]
    return query, ran["ResultConfiguration"]["OutputLocation"]


def grafana():
    assert CATALOG in [one["CatalogName"] for one in athena.list_data_catalogs()["DataCatalogsSummary"]]
    assert workgroup in [one["Name"] for one in athena.list_work_groups()["WorkGroups"]]
    assert athena.get_work_group(WorkGroup=workgroup)["WorkGroup"]["Name"] == workgroup
    assert database in [one["Name"] for one in athena.list_databases(CatalogName=CATALOG)["DatabaseList"]]
    tables = athena.list_table_metadata(CatalogName=CATALOG, DatabaseName=database)["TableMetadataList"]
    assert table in [one["Name"] for one in tables]
    assert athena.get_table_metadata(CatalogName=CATALOG, DatabaseName=database, TableName=table)["TableMetadata"]["Columns"]
    query, _ = runs(f"SELECT count(*) AS n FROM {table}")
    print(athena.get_query_results(QueryExecutionId=query)["ResultSet"]["Rows"][1]["Data"][0]["VarCharValue"])
    athena.stop_query_execution(QueryExecutionId=query)


def jdbc():
    grafana()
    assert athena.get_data_catalog(Name=CATALOG)["DataCatalog"]["Name"] == CATALOG
    assert athena.get_database(CatalogName=CATALOG, DatabaseName=database)["Database"]["Name"] == database
    _, location = runs(f"SELECT count(*) AS n FROM {table}")
    place = urlsplit(location)
    print(s3.get_object(Bucket=place.netloc, Key=place.path[1:])["Body"].read().decode().split()[-1].strip('"'))


def superset():
    engine = create_engine(address)
    seen = inspect(engine)
    assert database in seen.get_schema_names()
    assert table in seen.get_table_names(schema=database)
    assert "event" in [column["name"] for column in seen.get_columns(table, schema=database)]
    with engine.connect() as connection:
        print(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


{"grafana": grafana, "jdbc": jdbc, "metabase": jdbc, "superset": superset}[tool]()
