//! Which values of an answer are times: where a protocol marks them.

use super::{Kind, Model};

impl Model {
    /// Whether what stands at a path of an operation's output is a time, or a list of them.
    pub(crate) fn is_time(&self, operation: &str, path: &[&str]) -> bool {
        let output = self.document().operations.get(operation).and_then(|operation| operation.output);
        let Some(mut shape) = output.map(|output| self.shape(output)) else { return false };
        for name in path {
            while let (Kind::List, Some(item)) = (shape.kind, shape.member) {
                shape = self.shape(item);
            }
            let below = match shape.kind {
                Kind::Structure => shape.members.get(name).map(|member| member.shape),
                _ => shape.value,
            };
            let Some(below) = below else { return false };
            shape = self.shape(below);
        }
        while let (Kind::List, Some(item)) = (shape.kind, shape.member) {
            shape = self.shape(item);
        }
        shape.kind == Kind::Timestamp
    }
}
