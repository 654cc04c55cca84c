//! What a pipeline is made of: the resources of its graph, and the documents that they carry.

mod etl_script;
mod policies;

#[cfg(test)]
mod article;
