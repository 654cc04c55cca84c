//! What a pipeline is made of: the resources of its graph, and the documents that they carry.

mod policies;

#[cfg(test)]
mod article;
