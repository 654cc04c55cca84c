//! Pictures for programs. The schema is versioned: fields are added, never renamed.

use crate::cost::{Money, Total};
use crate::names::Names;
use crate::picture::{Arrow, Form, Held, Node, Picture};
use crate::report::told;
use serde_json::{Value, json};

const SCHEMA: &str = "pipectl-graph/1";

/// `view`: which of the pictures it is.
pub(crate) fn picture_to_json(picture: &Picture, names: &Names, view: &str) -> Value {
    let arrow = |Arrow { from, to, label, dotted }: &Arrow| json!({"from": format!("n{from}"), "to": format!("n{to}"), "label": label, "dotted": dotted});
    let parts = picture.parts().map(|part| json!({"part": part, "month": picture.costs.get(part).map(amount)}));
    json!({
        "schema": SCHEMA,
        "pipeline": names.pipeline,
        "stage": names.stage,
        "region": names.region,
        "view": view,
        "parts": parts.collect::<Vec<_>>(),
        "nodes": picture.nodes.iter().enumerate().map(node_to_json).collect::<Vec<_>>(),
        "arrows": picture.arrows.iter().map(arrow).collect::<Vec<_>>(),
    })
}

fn node_to_json((index, node): (usize, &Node)) -> Value {
    let form = match node.form {
        Form::Resource => "resource",
        Form::Files => "files",
        Form::People => "people",
    };
    let held =
        |held: &Held| json!({"address": held.address.to_string(), "state": held.state.map(|state| state.name())});
    json!({
        "id": format!("n{index}"),
        "form": form,
        "part": node.part,
        "title": node.title,
        "aws_id": node.id,
        "resources": node.resources.iter().map(held).collect::<Vec<_>>(),
        "month": node.cost.as_ref().map(amount),
    })
}

/// Cents only where no price is missing.
pub(in crate::report) fn amount(total: &Total) -> Value {
    json!({"cents": total.whole(), "told": told(Money::default(), total)})
}
