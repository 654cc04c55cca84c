"""Stands in for the few names of AWS Glue's library that the rendered script uses.

The library itself runs on Glue only. What is here follows its documentation: a file's values keep their types, and a column
that has several becomes, with `make_struct`, a struct with one field for each.
"""
