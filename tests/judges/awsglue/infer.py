"""The types of JSON values, as a DynamicFrame has them, and a Spark frame of them."""

from decimal import Decimal

from pyspark.sql import types as T

NAMES = {T.BooleanType(): "boolean", T.IntegerType(): "int", T.LongType(): "long", T.DoubleType(): "double",
         T.StringType(): "string", T.DecimalType(38, 0): "decimal"}


class Kind:
    """A type as awsglue.gluetypes has it, as far as scripts look at it: `choices`, `fields` and `elementType`."""

    def __init__(self, name, **parts):
        self.name = name
        self.__dict__.update(parts)

    def typeName(self):
        return self.name


class Field:
    def __init__(self, name, dataType):
        self.name, self.dataType = name, dataType


def kind(value):
    """Of one value: a type's name. Whole numbers beyond 64 bits are decimals, as far as these go."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        if -2**31 <= value < 2**31:
            return "int"
        return "long" if -2**63 <= value < 2**63 else "decimal" if abs(value) < 10**38 else "double"
    return {float: "double", str: "string", list: "array", dict: "struct"}[type(value)]


def infer(values):
    """The type of a column, what makes a value of that type from JSON's, and AWS Glue's type."""
    kinds = {}
    for value in values:
        if value is not None:
            kinds.setdefault(kind(value), []).append(value)
    if "long" in kinds:
        kinds["long"] += kinds.pop("int", [])
    parts = {name: single(name, found) for name, found in kinds.items()}
    if not parts:
        return T.StringType(), lambda value: None, Kind("string")
    if len(parts) == 1:
        (data_type, make, glue), = parts.values()
        return data_type, lambda value: None if value is None else make(value), glue
    fields = T.StructType([T.StructField(name, data_type) for name, (data_type, _, _) in sorted(parts.items())])

    def choice(value):
        if value is None:
            return None
        name = kind(value)
        name = "long" if name == "int" and "long" in parts else name
        return {name: parts[name][1](value)}

    return fields, choice, Kind("choice", choices={name: glue for name, (_, _, glue) in parts.items()})


def single(name, values):
    if name == "array":
        data_type, make, glue = infer([item for value in values for item in value])
        return T.ArrayType(data_type), lambda value: [make(item) for item in value], Kind("array", elementType=glue)
    if name == "struct":
        keys = list(dict.fromkeys(key for value in values for key in value))
        parts = {key: infer([value.get(key) for value in values]) for key in keys}
        fields = T.StructType([T.StructField(key, data_type) for key, (data_type, _, _) in parts.items()])
        glue = Kind("struct", fields=[Field(key, glue) for key, (_, _, glue) in parts.items()])
        return fields, lambda value: {key: make(value.get(key)) for key, (_, make, _) in parts.items()}, glue
    data_type = next(data_type for data_type, known in NAMES.items() if known == name)
    makes = {"decimal": Decimal, "double": float}
    return data_type, makes.get(name, lambda value: value), Kind(name)


def frame(spark, rows):
    """A Spark frame of dictionaries, and AWS Glue's type of it."""
    if not rows:
        return spark.createDataFrame([], T.StructType([])), Kind("struct", fields=[])
    data_type, make, glue = single("struct", rows)
    return spark.createDataFrame([make(row) for row in rows], data_type), glue
