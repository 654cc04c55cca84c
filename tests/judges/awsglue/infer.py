"""The types of JSON values, as a DynamicFrame has them, and a Spark frame of them."""

from pyspark.sql import types as T

NAMES = {T.BooleanType(): "boolean", T.IntegerType(): "int", T.LongType(): "long", T.DoubleType(): "double",
         T.StringType(): "string"}


def kind(value):
    """Of one value: a type's name."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "int" if -2**31 <= value < 2**31 else "long"
    return {float: "double", str: "string", list: "array", dict: "struct"}[type(value)]


def infer(values):
    """The type of a column, and what makes a value of that type from JSON's."""
    kinds = {}
    for value in values:
        if value is not None:
            kinds.setdefault(kind(value), []).append(value)
    if "long" in kinds:
        kinds["long"] += kinds.pop("int", [])
    parts = {name: single(name, found) for name, found in kinds.items()}
    if not parts:
        return T.StringType(), lambda value: None
    if len(parts) == 1:
        (data_type, make), = parts.values()
        return data_type, lambda value: None if value is None else make(value)
    fields = T.StructType([T.StructField(name, data_type) for name, (data_type, _) in sorted(parts.items())])

    def choice(value):
        if value is None:
            return None
        name = kind(value)
        name = "long" if name == "int" and "long" in parts else name
        return {name: parts[name][1](value)}

    return fields, choice


def single(name, values):
    if name == "array":
        data_type, make = infer([item for value in values for item in value])
        return T.ArrayType(data_type), lambda value: [make(item) for item in value]
    if name == "struct":
        keys = list(dict.fromkeys(key for value in values for key in value))
        parts = {key: infer([value.get(key) for value in values]) for key in keys}
        fields = T.StructType([T.StructField(key, data_type) for key, (data_type, _) in parts.items()])
        return fields, lambda value: {key: make(value.get(key)) for key, (_, make) in parts.items()}
    data_type = next(data_type for data_type, known in NAMES.items() if known == name)
    return data_type, lambda value: value


def frame(spark, rows):
    if not rows:
        return spark.createDataFrame([], T.StructType([]))
    data_type, make = single("struct", rows)
    return spark.createDataFrame([make(row) for row in rows], data_type)
