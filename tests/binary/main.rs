//! The program as a user runs it, against Local AWS, with clients that nobody here wrote as judges.

#![allow(clippy::unwrap_used, reason = "a test that fails may panic")]
#![allow(clippy::disallowed_methods, reason = "a test waits for what other processes do")]
#![allow(clippy::disallowed_macros, reason = "the matrices print their tables")]

mod action;
mod admin;
mod adoption;
mod artifacts;
mod bills;
mod cli;
mod clients;
mod connection;
mod converting;
mod cost_assumed;
mod cost_measures;
mod cost_regions;
mod cost_shapes;
mod costs;
mod doors;
mod emulators;
mod etl;
mod events;
mod evolving;
mod faults;
mod first_event;
mod flow;
mod foreign;
mod foreign_text;
mod function_urls;
mod handovers;
mod importing;
mod inputs;
mod judges;
mod keys;
mod kills;
mod lean;
mod life;
mod limits;
mod locking;
mod matrix;
mod obstacles;
mod odd_events;
mod odd_files;
mod open_urls;
mod permissions;
mod pipes;
mod price_files;
mod prices;
mod readme;
mod recovery;
mod regions;
mod replacing;
mod run;
mod running;
mod same_rows;
mod screening;
mod sending;
mod shape_walks;
mod shapes;
mod status;
mod support;
mod tracking;
mod truth;
mod unfinished;
mod walls;
