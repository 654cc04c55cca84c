def count_rows(spark, keys):
    """How many rows files of Parquet have: by their footers."""
    return spark.read.parquet(*(f"s3://{SETTINGS['bucket']}/{key}" for key in keys)).count() if keys else 0


def files(s3, prefix):
    """The objects under a prefix that a query or a job reads: not those whose names begin with `_` or `.`."""
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=SETTINGS["bucket"], Prefix=prefix):
        for found in page.get("Contents", []):
            if found["Size"] and not found["Key"].rsplit("/", 1)[-1].startswith(("_", ".")):
                yield found


def delete(s3, keys):
    for start in range(0, len(keys), 1000):
        some = {"Objects": [{"Key": key} for key in keys[start:start + 1000]], "Quiet": True}
        failed = s3.delete_objects(Bucket=SETTINGS["bucket"], Delete=some).get("Errors")
        if failed:
            raise RuntimeError(f"S3 refuses to delete: {failed}")


def put_in_place(s3, journal):
    """Shows the new files, then takes away the old ones, then what it needed for that. Each step may have been done before.

    In between, rows are there twice; they are never missing. A run that is killed here is followed by one that goes on.
    """
    bucket, again = SETTINGS["bucket"], SETTINGS["again"]
    for staged, key in journal["new"]:
        if not any(found["Key"] == key for found in files(s3, key)):
            s3.copy({"Bucket": bucket, "Key": staged}, bucket, key)
    delete(s3, [*journal["old"], *(staged for staged, _ in journal["new"])])
    s3.delete_object(Bucket=bucket, Key=again["journal"])


def go_on(s3):
    """Ends the day that a run before this one was killed in."""
    try:
        found = s3.get_object(Bucket=SETTINGS["bucket"], Key=SETTINGS["again"]["journal"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "NoSuchKey":
            return
        raise
    journal = json.loads(found["Body"].read())
    put_in_place(s3, journal)
    print(f"{journal['day']}: ended what a run before this one had begun")


def unread(context, days):
    """The keys of these days' files that the bookmark has not seen: an ordinary run reads them. The bookmark stays as it is."""
    first, last = (day.strftime("%Y%m%d") for day in (days[0], days[-1]))
    source = context.create_dynamic_frame.from_catalog(
        database=SETTINGS["database"], table_name=SETTINGS["table"], transformation_ctx=SETTINGS["bookmark"],
        push_down_predicate=f"concat(year, month, day) between '{first}' and '{last}'",
        # Files that are read as a group have no names.
        additional_options={"groupFiles": "none"})
    frame = source.resolveChoice(choice="make_struct", transformation_ctx="resolved").toDF()
    if not frame.columns:
        return set()
    names = [row.name for row in frame.select(F.input_file_name().alias("name")).distinct().collect()]
    if not all(names):
        raise RuntimeError("Spark does not say which files are new, so that nothing was converted again")
    start = len(f"s3://{SETTINGS['bucket']}/")
    return {key for name in names for key in (name[start:], unquote(name)[start:])}


def is_converted(key):
    """Whether the Parquet of a file is Firehose's, whatever the bookmark has seen."""
    return key.rsplit("/", 1)[-1].startswith(SETTINGS["converted"])


def rows_of(spark, context, day, keys):
    """What the files of one day hold, as `typed` makes it."""
    paths = [f"s3://{SETTINGS['bucket']}/{key}" for key in keys]
    # Without a context's name, no bookmark knows of it.
    source = context.create_dynamic_frame.from_options(
        connection_type="s3", connection_options={"paths": paths}, format="json")
    frame = source.resolveChoice(choice="make_struct").toDF()
    if not frame.columns:
        return None
    frame = frame.drop(*(name for name in frame.columns if name.lower() in PARTITION_KEYS))
    for key, value in zip(PARTITION_KEYS, day.isoformat().split("-")):
        frame = frame.withColumn(key, F.lit(value))
    return observed(*typed(spark, frame, source.schema()))


def convert_day(spark, context, s3, day, keys, run):
    """Makes one day's Parquet anew from these files, and puts it in the place of what is there. Gives what `observed` counts."""
    folder = "".join(f"{key}={value}/" for key, value in zip(PARTITION_KEYS, day.isoformat().split("-")))
    output = SETTINGS["output"].removeprefix(f"s3://{SETTINGS['bucket']}/")
    old = [found["Key"] for found in files(s3, output + folder)]
    if not old and not keys:
        return {}
    staging = f"{SETTINGS['again']['staging']}{run}/"
    # An attempt before this one may have the same id.
    delete(s3, [found["Key"] for found in files(s3, staging + folder)])
    rows, observation = (rows_of(spark, context, day, keys) if keys else None) or (None, None)
    if rows is not None:
        write(spark, rows, f"s3://{SETTINGS['bucket']}/{staging}")
    staged = [found["Key"] for found in files(s3, staging + folder)]
    before, after = count_rows(spark, old), count_rows(spark, staged)
    # Files may have expired, or been deleted: then Parquet is all that is left of them.
    if after < before:
        print(f"{day}: left as it is: its files of JSON have {after} rows, and its files of Parquet {before}")
        return {}
    journal = {"day": day.isoformat(), "old": old, "new": [[key, output + key[len(staging):]] for key in staged]}
    s3.put_object(Bucket=SETTINGS["bucket"], Key=SETTINGS["again"]["journal"], Body=json.dumps(journal).encode())
    put_in_place(s3, journal)
    print(f"{day}: {after} rows, in place of {before}")
    return observation.get if observation else {"rows": after}


def convert_again(spark, context, glue, s3, args, first, last):
    """Converts what earlier runs have read of these days once more.

    The old Parquet of a day holds the rows of the files that the bookmark has seen. So the new one is made of exactly these:
    of all that are there, but for those that the bookmark has not seen, and those that have come since this run began,
    which no run before it can have read. The others are left for an ordinary run.
    """
    run = args["JOB_RUN_ID"]
    began = glue.get_job_run(JobName=args["JOB_NAME"], RunId=run)["JobRun"]["StartedOn"]
    last = last or began.astimezone(timezone.utc).date().isoformat()
    first, last = date.fromisoformat(first), date.fromisoformat(last)
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    if not days:
        raise RuntimeError(f"no days from {first} to {last}")
    new, counts = unread(context, days), {"rows": 0}
    for day in days:
        folder = "".join(f"{key}={value}/" for key, value in zip(PARTITION_KEYS, day.isoformat().split("-")))
        found = files(s3, SETTINGS["input"] + folder)
        keys = [one["Key"] for one in found
                if one["LastModified"] < began and (is_converted(one["Key"]) or one["Key"] not in new)]
        for key, count in convert_day(spark, context, s3, day, keys, run).items():
            counts[key] = counts.get(key, 0) + (count or 0)
    report(counts)
