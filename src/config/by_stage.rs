//! Keys whose value may differ from stage to stage: one value for all of them, or a group with one for each.

use super::described::{Form, What};
use super::problem::Problem;
use super::reader::Section;
use super::tree::Node;
use super::values;

impl Section<'_, '_> {
    /// What the key says of this stage. A stage that the group does not name has nothing.
    ///
    /// What it says of other stages is checked as well, but for what comes from the environment: somebody who works on
    /// `dev` need not have the variables of `prod`.
    pub(super) fn by_stage<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        stage: &str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Option<T> {
        let (place, node) = self.take(key, doc, What::ByStage(form))?;
        if !matches!(node.value, Node::Map(_)) {
            return self.read(Some((place, node)), &[], parse);
        }
        let inner = Section::new(self.reader, &self.name(key), Some(node));
        let mut ours = None;
        for (name, value) in &inner.entries {
            self.noted(values::stage(&name.value).map_err(|why| Problem::split(Some(name.span.clone()), &why)));
            let is_ours = name.value == stage;
            if !is_ours && matches!(&value.value, Node::Text(text) if text.contains("${")) {
                continue;
            }
            let read = self.read(Some((name, value)), &[], &parse);
            if is_ours {
                ours = read;
            }
        }
        ours
    }
}
