//! The engine in words, in a world of memory: no AWS, no network, no clock.

mod digest;
mod failing;
mod fake;
mod generated;
mod locking;
mod order;
mod planning;
mod replacing;
mod upgrading;
