"""Reads DOT with pydot: one JSON document a file, of its nodes' labels and of its edges.

usage: dot.py FILE...
"""

import json
import sys

import pydot


def nodes(graph):
    yield from graph.get_nodes()
    for part in graph.get_subgraphs():
        yield from nodes(part)


for path in sys.argv[1:]:
    graphs = pydot.graph_from_dot_file(path)
    if not graphs:
        print(json.dumps({"wrong": path}))
        continue
    (graph,) = graphs
    labels = {node.get_name(): json.loads(node.get_label()) for node in nodes(graph) if node.get_label()}
    edges = [[edge.get_source(), edge.get_destination()] for edge in graph.get_edges()]
    print(json.dumps({"nodes": labels, "edges": edges}))
