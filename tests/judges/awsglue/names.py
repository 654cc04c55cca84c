"""The names of files: Spark tells those of files that it has read itself, and here they come as a column."""

from pyspark.sql import functions as F

COLUMN = "stand-in: file"


def stand_in(script):
    """Lets a script see them, and nothing of the column that they come in."""
    F.input_file_name = lambda: F.col(COLUMN)
    unconverted = script["unconverted"]
    script["unconverted"] = lambda frame: unconverted(frame).drop(COLUMN)
