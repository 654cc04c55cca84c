//! What is not done as planned: what is refused until the user agrees, and what stays for now.

use super::resource::Address;
use serde_json::{Value as Json, json};
use std::collections::BTreeSet;

/// Why a step may not run as planned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has our name and nobody's tags.
    Unowned,
    /// It is another pipeline's or stage's.
    OwnedBy(String),
    /// It would lose data, described in words.
    LosesData(String),
    /// What is there already could not be read any more, described in words.
    HidesData(String),
    /// It is a second one of what is asked for, and this refers to it.
    InUse(Address),
    /// Clients still post there, described in words.
    InService(String),
    /// It is known beforehand that it would fail, and what helps.
    Fails { why: String, way: String },
}

impl Refusal {
    pub(super) fn canonical_json(&self) -> Json {
        match self {
            Self::Unowned => json!("unowned"),
            Self::OwnedBy(owner) => json!({"owned_by": owner}),
            Self::LosesData(data) => json!({"loses_data": data}),
            Self::HidesData(data) => json!({"hides_data": data}),
            Self::InService(requests) => json!({"in_service": requests}),
            Self::InUse(user) => json!({"in_use": user.to_string()}),
            Self::Fails { why, way: _ } => json!({"fails": why}),
        }
    }
}

/// What the user allows, address by address.
#[derive(Clone, Debug, Default)]
pub struct Consent {
    pub adopt: BTreeSet<Address>,
    pub lose_data: BTreeSet<Address>,
    pub revert: Revert,
}

/// Whose extras are to go.
#[derive(Clone, Debug, Default)]
pub enum Revert {
    #[default]
    Nothing,
    Of(BTreeSet<Address>),
    Everything,
}

impl Revert {
    pub(super) fn covers(&self, address: &Address) -> bool {
        match self {
            Self::Nothing => false,
            Self::Of(addresses) => addresses.contains(address),
            Self::Everything => true,
        }
    }
}

/// What nothing asks for any more, and is not taken down yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stay {
    pub addresses: Vec<Address>,
    /// What it is still needed for.
    pub why: String,
}
