"""Turns new JSON files into Parquet. Written by pipectl: an apply replaces it.

Reads what the bookmark has not seen of the catalog's raw table, gives each column the type that `schema` in
pipeline.yaml says, and writes Parquet under year=/month=/day=. With `--from DAY` (and `--to DAY`) it makes the Parquet of
these days anew instead, from the files that were read before: see `convert_again`.
"""

import json
import re
import sys
from datetime import date, timedelta, timezone
from urllib.parse import unquote

import boto3
from awsglue.context import GlueContext
from awsglue.job import Job
from awsglue.utils import getResolvedOptions
from botocore.exceptions import ClientError
from pyspark.conf import SparkConf
from pyspark.context import SparkContext
from pyspark.sql import functions as F
from pyspark.sql import types as T

SETTINGS = ${settings}

PARTITION_KEYS = ["year", "month", "day"]
# About 128 MB of Parquet for events of some 200 bytes, which is what Athena reads best.
ROWS_PER_FILE = 4_000_000
SHUFFLE_BYTES_PER_FILE = "256m"
FORMAT_PARAMETERS = {"classification", "compressionType", "typeOfData"}
# More fields without a column are not told apart: some clients make them up.
MOST_UNKNOWN = 200
# Bits without the sign.
WHOLE = {T.ByteType: 7, T.ShortType: 15, T.IntegerType: 31, T.LongType: 63}
# Dates without dashes. As seconds or milliseconds they would be in 1970, or far from now.
COMPACT = [(r"^((?:19|20)\d\d)$", "$1-01-01"),
           (r"^((?:19|20)\d\d)(\d\d)$", "$1-$2-01"),
           (r"^((?:19|20)\d\d)(\d\d)(\d\d)$", "$1-$2-$3"),
           (r"^((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$", "$1-$2-$3 $4:$5:$6")]
# Minutes of a date, or milliseconds of 1976.
UNCLEAR = (r"^((?:19|20)\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$", "$1-$2-$3 $4:$5:00")


def raw_table(glue):
    """The catalog's table, or None as long as no crawler has made it."""
    try:
        return glue.get_table(DatabaseName=SETTINGS["database"], Name=SETTINGS["table"])["Table"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "EntityNotFoundException":
            return None
        raise


def folders(s3, prefix, keys):
    """The values of `keys` in every Hive partition under a prefix."""
    if not keys:
        yield []
        return
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=SETTINGS["bucket"], Prefix=prefix, Delimiter="/")
    for page in pages:
        for found in page.get("CommonPrefixes", []):
            name, _, value = found["Prefix"][len(prefix):].rstrip("/").partition("=")
            if name == keys[0] and value:
                for rest in folders(s3, found["Prefix"], keys[1:]):
                    yield [value, *rest]


def add_partitions(glue, s3, table):
    """Tells the catalog of partitions that no crawler has told it of yet.

    A bookmark goes on from the time of the last run. What a run does not read because its partition is not in the
    catalog is older than that when the crawler finds it, and no later run would read it.

    A table that is declared has no crawler. Athena projects its partitions from the date, of which Spark takes no notice: without
    this it would read nothing, and say nothing.
    """
    name = {"DatabaseName": SETTINGS["database"], "TableName": SETTINGS["table"]}
    pages = glue.get_paginator("get_partitions").paginate(**name, ExcludeColumnSchema=True)
    known = {tuple(partition["Values"]) for page in pages for partition in page["Partitions"]}
    root = f"s3://{SETTINGS['bucket']}/{SETTINGS['input']}"
    # The table's other parameters count its files.
    kind = {key: value for key, value in table.get("Parameters", {}).items() if key in FORMAT_PARAMETERS}
    new = []
    for values in folders(s3, SETTINGS["input"], PARTITION_KEYS):
        if tuple(values) not in known:
            path = "".join(f"{key}={value}/" for key, value in zip(PARTITION_KEYS, values))
            storage = dict(table["StorageDescriptor"], Location=root + path)
            new.append({"Values": values, "StorageDescriptor": storage, "Parameters": kind})
    for start in range(0, len(new), 100):
        answer = glue.batch_create_partition(**name, PartitionInputList=new[start:start + 100])
        # The crawler may have been faster.
        failed = [one for one in answer.get("Errors", []) if one["ErrorDetail"]["ErrorCode"] != "AlreadyExistsException"]
        if failed:
            raise RuntimeError(f"the catalog refuses partitions: {failed}")
    return len(new)


def quoted(name):
    return "`" + name.replace("`", "``") + "`"


class Choice(T.StructType):
    """What `make_struct` makes of a value that has several types: a field for each type."""


def marked(source, kind):
    """Spark's type of a column, with the structs that are choices marked. `kind` is AWS Glue's type of the same column: objects of
    events may have fields called `string` and `int`, too."""
    name = kind.typeName() if kind else None
    if isinstance(source, T.ArrayType):
        return T.ArrayType(marked(source.elementType, kind.elementType if name == "array" else None))
    if not isinstance(source, T.StructType):
        return source
    if name == "choice":
        kinds = kind.choices
    else:
        kinds = {field.name: field.dataType for field in kind.fields} if name == "struct" else {}
    fields = [T.StructField(field.name, marked(field.dataType, kinds.get(field.name))) for field in source.fields]
    return Choice(fields) if name == "choice" else T.StructType(fields)


def parts(column, source):
    """The columns and types inside a struct."""
    return [(field.name, column.getField(field.name), field.dataType) for field in source.fields]


def has_choice(source):
    """Whether a type has a choice anywhere in it."""
    if isinstance(source, T.ArrayType):
        return has_choice(source.elementType)
    return isinstance(source, Choice) or (
        isinstance(source, T.StructType) and any(has_choice(field.dataType) for field in source.fields))


def as_json(column, source):
    """JSON text without the fields that are null. `to_json` would show the parts of a choice."""
    if isinstance(source, (T.ArrayType, T.StructType)) and not has_choice(source):
        return F.to_json(column)
    if isinstance(source, Choice):
        return F.coalesce(*(as_json(part, kind) for _, part, kind in parts(column, source)))
    if isinstance(source, T.ArrayType):
        items = F.transform(column, lambda item: F.coalesce(as_json(item, source.elementType), F.lit("null")))
        return F.when(column.isNotNull(), F.concat(F.lit("["), F.concat_ws(",", items), F.lit("]")))
    if isinstance(source, T.StructType):
        fields = [F.concat(F.lit(json.dumps(name, ensure_ascii=False) + ":"), as_json(part, kind))
                  for name, part, kind in parts(column, source)]
        return F.when(column.isNotNull(), F.concat(F.lit("{"), F.concat_ws(",", *fields), F.lit("}")))
    # Of {"v":...} what stands behind the colon: `to_json` takes no single value.
    text = F.regexp_extract(F.to_json(F.struct(column.alias("v"))), r'(?s)^\{"v":(.*)\}$', 1)
    return F.when(column.isNotNull(), text)


def since_1970(number):
    """Seconds, milliseconds, microseconds or nanoseconds by their size; or digits that are a date."""
    size = F.abs(number)
    seconds = (F.when(size < 1e11, number).when(size < 1e14, number / 1e3)
               .when(size < 1e17, number / 1e6).otherwise(number / 1e9))
    digits = F.when((number == F.floor(number)) & (size < 1e15), number.cast("decimal(20,0)").cast("string"))
    dated = lambda form: F.regexp_replace(digits, *form).cast("timestamp")
    unclear = digits.rlike(UNCLEAR[0]) & dated(UNCLEAR).isNotNull()
    found = F.when(unclear, F.lit(None).cast("timestamp"))
    for form in COMPACT:
        found = found.when(digits.rlike(form[0]), dated(form))
    return found.otherwise(seconds.cast("timestamp"))


def timestamp(column, data_type):
    """ISO 8601 text, a date without dashes, or time since 1970. Null outside of the years that every reader shows."""
    if isinstance(data_type, (T.TimestampType, T.DateType)):
        return column.cast("timestamp")
    if isinstance(data_type, T.BooleanType):
        return F.lit(None).cast("timestamp")
    number = column.cast("double")
    time = F.when(number.isNotNull(), since_1970(number)).otherwise(column.cast("timestamp"))
    return F.when(time.between("0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"), time)


def whole(column, source, target):
    """A whole number, null if it is too large. A cast would cut off what is too large, and leave another number."""
    if isinstance(source, (T.StringType, T.BooleanType)):
        return column.cast(target)
    bits = WHOLE[type(target)]
    if isinstance(source, (T.DoubleType, T.FloatType)):
        # The largest number of 64 bits is none of a double's: the next one is.
        return F.when((column >= -2.0**bits) & (column < 2.0**bits), column.cast(target))
    return F.when(column.between(-2**bits, 2**bits - 1), column.cast(target))


def map_of(column, source, target):
    """The fields of an object that are there, by name."""
    kind = T.ArrayType(T.StructType([T.StructField("key", target.keyType), T.StructField("value", target.valueType)]))
    nothing = F.array().cast(kind)
    entries = []
    for name, part, part_type in parts(column, source):
        value = convert(part, part_type, target.valueType)
        entry = F.array(F.struct(F.lit(name).cast(target.keyType).alias("key"), value.alias("value"))).cast(kind)
        entries.append(F.when(part.isNotNull(), entry).otherwise(nothing))
    return F.map_from_entries(F.flatten(F.array(nothing, *entries)))


def struct_of(column, source, target):
    """The fields that the schema names, whatever their case."""
    fields = []
    for field in target.fields:
        values = [convert(part, kind, field.dataType) for name, part, kind in parts(column, source)
                  if name.lower() == field.name.lower()]
        value = F.coalesce(*values) if values else F.lit(None).cast(field.dataType)
        fields.append(value.alias(field.name))
    return F.struct(*fields)


def nested(column, source, target):
    """An array, a map or a struct, element by element."""
    if isinstance(target, T.ArrayType) and isinstance(source, T.ArrayType):
        return F.transform(column, lambda item: convert(item, source.elementType, target.elementType))
    if isinstance(target, T.MapType) and isinstance(source, T.StructType):
        return F.when(column.isNotNull(), map_of(column, source, target))
    if isinstance(target, T.StructType) and isinstance(source, T.StructType):
        return F.when(column.isNotNull(), struct_of(column, source, target))
    if not isinstance(source, T.StringType):
        return F.lit(None).cast(target)
    # A text may hold JSON. Of what is none, `from_json` makes a struct without values.
    begins = "[" if isinstance(target, T.ArrayType) else "{"
    return F.when(F.get_json_object(column, "$").startswith(begins), F.from_json(column, target))


def convert(column, source, target):
    """A column of whatever type the files have, as the type that the schema says; null where that cannot be."""
    if isinstance(source, Choice):
        return F.coalesce(*(convert(part, kind, target) for _, part, kind in parts(column, source)))
    if isinstance(target, (T.ArrayType, T.MapType, T.StructType)):
        return nested(column, source, target)
    if isinstance(source, (T.StructType, T.ArrayType, T.MapType)):
        return as_json(column, source) if isinstance(target, T.StringType) else F.lit(None).cast(target)
    if isinstance(target, T.TimestampType):
        return timestamp(column, source)
    if isinstance(target, T.DateType):
        return timestamp(column, source).cast("date")
    return whole(column, source, target) if type(target) in WHOLE else column.cast(target)


def typed(spark, frame, kinds):
    """The columns of the schema, in its order, and the partition keys. Behind them, for each column of the schema, whether there
    was a value, and which fields have no column: `observed` takes these off again."""
    wanted = [*SETTINGS["columns"], *([key, "string"] for key in PARTITION_KEYS)]
    # Spark has the two for tables only; in a file they are strings.
    types = [re.sub(r"\b(var)?char\(\d+\)", "string", target) for _, target in wanted]
    schema = spark.createDataFrame([], ", ".join(f"c{index} {target}" for index, target in enumerate(types))).schema
    sources = marked(frame.schema, kinds).fields
    columns, there = [], []
    for (name, _), target in zip(wanted, (field.dataType for field in schema.fields)):
        found = [field for field in sources if field.name.lower() == name]
        values = [convert(F.col(quoted(field.name)), field.dataType, target) for field in found]
        column = F.coalesce(*values) if values else F.lit(None).cast(target)
        columns.append(column.alias(name))
        any_value = F.coalesce(*(F.when(F.col(quoted(field.name)).isNotNull(), True) for field in found), F.lit(False))
        there.append(any_value.alias(f"there {name}"))
    names = {name for name, _ in wanted}
    unknown = [field.name for field in sources if field.name.lower() not in names][:MOST_UNKNOWN]
    there += [F.col(quoted(name)).isNotNull().alias(f"unknown {name}") for name in unknown]
    return frame.select(*columns, *there), [name for name, _ in wanted], unknown


def observed(frame, names, unknown):
    """The columns alone, and what counts, while they are written, what of the events is not in them."""
    columns = frame.select(*(quoted(name) for name in names))
    try:
        from pyspark.sql import Observation
    except ImportError:  # Spark before 3.3
        return columns, None
    number = lambda condition: F.sum(condition.cast("long"))
    lost = [number(F.col(quoted(f"there {name}")) & F.col(quoted(name)).isNull()).alias(f"null {name}") for name in names]
    extra = [number(F.col(quoted(f"unknown {name}"))).alias(f"unknown {name}") for name in unknown]
    observation = Observation("pipectl")
    return frame.observe(observation, F.count(F.lit(1)).alias("rows"), *lost, *extra).select(
        *(quoted(name) for name in names)), observation


def report(counts):
    """Tells in the job's log what `pipectl logs etl` shows."""
    print(f"{counts['rows']} rows written")
    for words, kind in (("null, because they do not fit: values of column", "null "),
                        ("not in the schema: values of field", "unknown ")):
        for key in sorted(counts):
            if key.startswith(kind) and counts[key]:
                print(f"{words} {key[len(kind):]}: {counts[key]}")


def compacted(spark, frame):
    """As few files as make sense, whatever the number and the size of those that were read."""
    if tuple(map(int, spark.version.split(".")[:2])) < (3, 2):
        return frame.repartition(*PARTITION_KEYS)
    frame.createOrReplaceTempView("pipectl_events")
    return spark.sql(f"SELECT /*+ REBALANCE({', '.join(PARTITION_KEYS)}) */ * FROM pipectl_events")


def configure(spark):
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    # What cannot be read as its type is null, and not the end of the run.
    spark.conf.set("spark.sql.ansi.enabled", "false")
    # Two fields may differ only by case; `typed` takes the first that has a value.
    spark.conf.set("spark.sql.caseSensitive", "true")
    # A date of long ago is written as it is. Otherwise it ends the run: Spark wants to know which calendar is meant.
    for kind in ("datetime", "int96"):
        spark.conf.set(f"spark.sql.parquet.{kind}RebaseModeInWrite", "CORRECTED")
    spark.conf.set("spark.sql.adaptive.enabled", "true")
    spark.conf.set("spark.sql.adaptive.advisoryPartitionSizeInBytes", SHUFFLE_BYTES_PER_FILE)


def write(spark, rows, place):
    (compacted(spark, rows).write.mode("append").partitionBy(*PARTITION_KEYS)
     .option("compression", "snappy").option("maxRecordsPerFile", ROWS_PER_FILE).parquet(place))


# ${again}


def unconverted(frame):
    """Without the rows of files that Firehose has made Parquet of: it keeps the JSON beside it, under names that say so."""
    if not frame.columns:
        return frame
    name = F.element_at(F.split(F.input_file_name(), "/"), -1)
    return frame.where(~name.startswith(SETTINGS["converted"]))


def option(name):
    """An argument of this run, `--name`, if it has one."""
    return getResolvedOptions(sys.argv, [name[2:]])[name[2:]] if name in sys.argv else None


def main():
    args = getResolvedOptions(sys.argv, ["JOB_NAME"])
    # A file that is damaged gives what is in it, and does not stop the run.
    context = GlueContext(SparkContext.getOrCreate(SparkConf().set("spark.files.ignoreCorruptFiles", "true")))
    spark = context.spark_session
    configure(spark)
    job = Job(context)
    job.init(args["JOB_NAME"], args)

    region = SETTINGS["region"]
    glue, s3 = boto3.client("glue", region_name=region), boto3.client("s3", region_name=region)
    go_on(s3)
    table = raw_table(glue)
    if table is None:
        print(f"no table {SETTINGS['table']} yet: the crawler makes it when the first events are there")
        return
    keys = [key["Name"] for key in table.get("PartitionKeys", [])]
    if keys != PARTITION_KEYS:
        raise RuntimeError(f"table {SETTINGS['table']} is partitioned by {keys} and not by {PARTITION_KEYS}")
    print(f"partitions added to the catalog: {add_partitions(glue, s3, table)}")

    first, last = (option(SETTINGS["again"][end]) for end in ("from", "to"))
    if first:
        convert_again(spark, context, glue, s3, args, first, last)
        return
    # The context's name is what the bookmark is kept under.
    source = context.create_dynamic_frame.from_catalog(
        database=SETTINGS["database"], table_name=SETTINGS["table"], transformation_ctx=SETTINGS["bookmark"],
        # Files that are read as a group have no names.
        additional_options={"groupFiles": "none"})
    frame = unconverted(source.resolveChoice(choice="make_struct", transformation_ctx="resolved").toDF())
    if not frame.columns or not frame.head(1):
        print("nothing new")
        job.commit()
        return
    rows, observation = observed(*typed(spark, frame, source.schema()))
    # The bookmark moves on after the files are there: a run that fails before that is repeated, and since Spark
    # shows its files only when all are written, none of them is there twice.
    write(spark, rows, SETTINGS["output"])
    if observation:
        report(observation.get)
    job.commit()


if __name__ == "__main__":
    main()
