#!/usr/bin/env python3
"""Cut AWS's own models down to what Local AWS serves: `pip install botocore==1.43.106 && local/models/cut.py`.

botocore (Apache-2.0, see NOTICE) carries AWS's service models. The operations that `local/src/services` names are
taken from them with the shapes that they reach, and of each shape what a request or an answer is checked against.
`--check` writes nothing and says by its exit code whether the files are what a cut would give.
"""

import gzip
import json
import pathlib
import re
import sys

import botocore

HERE = pathlib.Path(__file__).parent
SERVICES = HERE.parent / "src" / "services"
DATA = pathlib.Path(botocore.__file__).parent / "data"

# The name of a service here, and in botocore. Local AWS takes S3 from `s3s`, which carries its model: only what pipectl
# reads is cut, for its tables of what becomes of each member (`src/resources/fields`).
NAMES = {
    "apigateway": "apigateway",
    "athena": "athena",
    "budgets": "budgets",
    "ce": "ce",
    "cloudtrail": "cloudtrail",
    "cloudwatch": "cloudwatch",
    "events": "events",
    "firehose": "firehose",
    "glue": "glue",
    "iam": "iam",
    "kms": "kms",
    "lambda": "lambda",
    "logs": "logs",
    "quicksight": "quicksight",
    "s3": "s3",
    "servicequotas": "service-quotas",
    "sns": "sns",
    "sts": "sts",
    "tagging": "resourcegroupstaggingapi",
}

# Operations that a service's sources take by themselves, or that only pipectl's tables need.
BESIDE = {
    "lambda": ["Invoke"],
    "s3": [
        "GetBucketCors",
        "GetBucketEncryption",
        "GetBucketLifecycleConfiguration",
        "GetBucketLogging",
        "GetBucketNotificationConfiguration",
        "GetBucketOwnershipControls",
        "GetBucketPolicy",
        "GetBucketReplication",
        "GetBucketTagging",
        "GetBucketVersioning",
        "GetBucketWebsite",
        "GetObjectLockConfiguration",
        "GetPublicAccessBlock",
        "HeadObject",
        "ListObjectVersions",
        "ListObjectsV2",
    ],
}

# Shapes that are taken as any JSON. QuickSight's definitions have some 900, most of which say how something looks: they
# would be twice this file. What says which visuals a sheet has, where they stand, what they count of which column, and
# what is filtered is kept for the five kinds of visuals below; the rest is given back as it came.
QUICKSIGHT_VISUALS = ["BarChartVisual", "KPIVisual", "LineChartVisual", "PieChartVisual", "TableVisual"]
FREE = {
    "quicksight": """
        AnalysisDefaults AssetOptions AxisDisplayOptions BarChartSortConfiguration ChartAxisLabelOptions
        ColumnConfiguration ColumnHierarchy ColumnTag ContributionAnalysisDefault DataLabelOptions DataPrepConfiguration
        DataSourceCredentials DatasetParameter DateTimeFormatConfiguration DefaultFilterControlConfiguration FileSource
        FilterControl ForecastConfiguration FormatConfiguration KPIConditionalFormatting KPIOptions LegendOptions
        LineChartDefaultSeriesSettings LineChartSortConfiguration NumberFormatConfiguration ParameterControl
        ParameterDeclaration QueryExecutionOptions ReferenceLine RowLevelPermissionTagConfiguration S3Source SaaSTable
        SectionBasedLayoutConfiguration SemanticModelConfiguration SeriesItem SheetControlLayout SheetImage SheetTextBox
        SmallMultiplesOptions StaticFile StringFormatConfiguration TableConditionalFormatting TableFieldOptions
        TableInlineVisualization TableOptions TooltipOptions TooltipSheetDefinition TopicIdentifierDeclaration
        VisualCustomAction VisualInteractionOptions VisualPalette VisualSubtitleLabelOptions VisualTitleLabelOptions
    """.split(),
}

# What is kept of a shape, and of a member.
SHAPE = ["type", "flattened", "required", "min", "max", "pattern", "enum", "sensitive", "timestampFormat", "document", "union", "payload"]
NUMBERS = ["integer", "long", "float", "double"]
MEMBER = ["shape", "location", "locationName"]


def model(name):
    folder = max((DATA / name).iterdir())
    file = folder / "service-2.json"
    if file.exists():
        return json.loads(file.read_bytes())
    return json.loads(gzip.decompress((folder / "service-2.json.gz").read_bytes()))


def served(service, operations):
    """The operations that a service's sources name as `("CreateJob", jobs::create_job)`."""
    files = [*SERVICES.glob(f"{service}.rs"), *SERVICES.glob(f"{service}/**/*.rs")]
    text = "".join(file.read_text() for file in sorted(files))
    # S3's sources name operations of `s3s`.
    named = [] if service == "s3" else re.findall(r'\("([A-Z]\w+)", \w+(?:::\w+)*\)', text)
    return sorted({*named, *BESIDE.get(service, [])} & set(operations))


def cut_member(member):
    return {key: member[key] for key in MEMBER if key in member}


def cut_shape(shape):
    cut = {key: shape[key] for key in SHAPE if shape.get(key) not in (None, [], False)}
    # Nothing is shorter than 0, but much is less. (In Python 0 is False.)
    if shape.get("min") == 0 and shape["type"] in NUMBERS:
        cut["min"] = 0
    if "members" in shape:
        cut["members"] = {name: cut_member(member) for name, member in shape["members"].items()}
    for part in ("member", "key", "value"):
        if part in shape:
            cut[part] = shape[part]["shape"]
    if shape["type"] == "list" and "locationName" in shape["member"]:
        cut["item"] = shape["member"]["locationName"]
    return cut


def free(service, shapes):
    """The names of the shapes that are taken as any JSON."""
    names = set(FREE.get(service, []))
    if service == "quicksight":
        others = {member["shape"] for member in shapes["Visual"]["members"].values()} - set(QUICKSIGHT_VISUALS)
        sources = {member["shape"] for member in shapes["DataSourceParameters"]["members"].values()} - {"AthenaParameters"}
        names |= others | sources
    return names


def reached(shapes, name, found, any_json):
    if name in found:
        return
    if name in any_json:
        found[name] = {"type": shapes[name]["type"], "document": True}
        return
    found[name] = cut_shape(shapes[name])
    shape = shapes[name]
    parts = [*shape.get("members", {}).values(), *(shape[part] for part in ("member", "key", "value") if part in shape)]
    for part in parts:
        reached(shapes, part["shape"], found, any_json)


def cut(service, name):
    whole = model(name)
    operations, shapes = {}, {}
    any_json = free(service, whole["shapes"])
    for operation in served(service, whole["operations"]):
        full = whole["operations"][operation]
        short = {}
        if whole["metadata"]["protocol"] == "rest-json":
            http = full["http"]
            short["http"] = [http["method"], http["requestUri"], http.get("responseCode", 200)]
        for side in ("input", "output"):
            if side in full:
                short[side] = full[side]["shape"]
                reached(whole["shapes"], full[side]["shape"], shapes, any_json)
        operations[operation] = short
    return {"botocore": botocore.__version__, "operations": operations, "shapes": dict(sorted(shapes.items()))}


def lines(document):
    """One operation or shape a line, so that a new version of AWS's models can be read as a diff."""
    parts = []
    for key, value in document.items():
        text = json.dumps(value, separators=(",", ":"), ensure_ascii=True)
        if isinstance(value, dict):
            entries = (json.dumps({name: entry}, separators=(",", ":"))[1:-1] for name, entry in value.items())
            text = "{\n" + ",\n".join(entries) + "\n}"
        parts.append(f"{json.dumps(key)}:{text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main():
    check, stale = "--check" in sys.argv, []
    for service, name in NAMES.items():
        text = lines(cut(service, name))
        file = HERE / f"{service}.json"
        if not file.exists() or file.read_text() != text:
            stale.append(service)
            if not check:
                file.write_text(text)
        print(f"{service}: {len(text)} bytes")
    if check and stale:
        sys.exit(f"not what botocore {botocore.__version__} gives: {', '.join(stale)}")


main()
