//! Keys that take one value, or a list of them.

use super::described::{Form, What};
use super::problem::Problem;
use super::reader::{Entry, Section};
use super::tree::Node;

impl Section<'_, '_> {
    /// A value or a list of values, of which there is one at least.
    pub(super) fn words<T: ToString>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        default: T,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let entry = self.take(key, doc, What::Words(form, default.to_string()));
        if let Some((Node::List(items), span)) = entry.map(|(_, node)| (&node.value, &node.span))
            && items.is_empty()
        {
            self.reader.problem(Problem::new(span.clone(), format!("`{}` is empty", self.name(key))));
        }
        let items = self.one_or_several(entry, parse);
        if items.is_empty() { vec![default] } else { items }
    }

    /// A value or a list of values, or nothing.
    pub(super) fn some<T>(
        &mut self,
        key: &'static str,
        doc: &'static str,
        form: Form,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Vec<T> {
        let entry = self.take(key, doc, What::Some(form));
        self.one_or_several(entry, parse)
    }

    fn one_or_several<T>(&self, entry: Option<Entry<'_>>, parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
        match entry.map(|(_, node)| &node.value) {
            Some(Node::List(items)) => {
                items.iter().filter_map(|item| self.noted(self.reader.scalar(None, item, &[], &parse))).collect()
            }
            _ => self.read(entry, &[], parse).into_iter().collect(),
        }
    }
}
