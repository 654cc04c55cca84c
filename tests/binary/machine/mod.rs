//! What programs read: documents, lines and errors.

mod lines;
