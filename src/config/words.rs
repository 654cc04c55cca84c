//! The words that some keys have for values.

use std::fmt;

/// An enumeration whose values are spelled the same way in the file and in messages.
macro_rules! spelled {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum $name { $($(#[$variant_doc])* $variant),+ }

        impl $name {
            pub(crate) const ALL: &[Self] = &[$(Self::$variant),+];

            pub(crate) fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
    };
}

spelled! {
    /// The unit of a usage plan's quota.
    Period { Day = "day", Week = "week", Month = "month" }
}
spelled! {
    /// Where QuickSight has its rows from: a query at each look, or its own copy.
    Import { Direct = "direct", Spice = "spice" }
}
spelled! {
    /// The processor a function is built for.
    Architecture { Arm64 = "arm64", X86_64 = "x86_64" }
}
spelled! {
    /// How Firehose compresses what it writes. It knows Snappy and ZIP too, but neither Athena nor Glue reads JSON in its
    /// forms of these (Athena user guide, "Use compression in Athena").
    Compression { Gzip = "gzip", None = "none" }
}
spelled! {
    /// A size of Glue worker. The letter R has twice the memory of the G of the same size.
    WorkerType {
        G1X = "G.1X", G2X = "G.2X", G4X = "G.4X", G8X = "G.8X", G12X = "G.12X", G16X = "G.16X",
        R1X = "R.1X", R2X = "R.2X", R4X = "R.4X", R8X = "R.8X",
    }
}
spelled! {
    /// The version of Glue, which decides those of Spark and Python.
    GlueVersion { V2 = "2.0", V3 = "3.0", V4 = "4.0", V5 = "5.0", V5_1 = "5.1", V6 = "6.0" }
}
spelled! {
    /// `strict` pays for what scanners ask for: a key of the pipeline's own, old versions, a year of logs.
    Security { Standard = "standard", Strict = "strict" }
}
spelled! {
    /// `flex` runs on spare capacity: cheaper, and starts when there is some.
    Execution { Standard = "standard", Flex = "flex" }
}
spelled! {
    /// Whose parts are the default: the article's, or those that cost nothing while no event comes.
    Shape { Article = "article", Lean = "lean" }
}
spelled! {
    /// What takes the requests of clients.
    Front { RestApi = "rest_api", FunctionUrl = "function_url" }
}
spelled! {
    /// Who puts files into the folders of their days.
    Partition { Mover = "mover", Firehose = "firehose" }
}
spelled! {
    /// What Firehose writes.
    Format { Json = "json", Parquet = "parquet" }
}
spelled! {
    /// How the catalog comes to know the tables.
    Tables { Crawled = "crawled", Declared = "declared" }
}
spelled! {
    /// The least that a function's log keeps; `all` is what Lambda writes unless it is told otherwise, in plain text.
    LogLevel { All = "all", Debug = "debug", Info = "info", Warn = "warn" }
}
spelled! {
    /// What becomes of an event that is not as the columns are.
    Unfit { Keep = "keep", Reject = "reject" }
}
spelled! {
    /// What of a client's address is written into its events.
    Address { None = "none", Truncated = "truncated" }
}
