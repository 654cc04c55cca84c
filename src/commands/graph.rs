//! `pipectl graph`: the pipeline as a picture.

use super::global::assumed_region;
use super::session::{Session, load};
use crate::blueprint::{Functions, Part, graph_in_parts};
use crate::commands::Global;
use crate::config::Pipeline;
use crate::cost::{Billed, Book, Inputs, estimate, priceable};
use crate::engine::plan::Consent;
use crate::error::{Error, Exit, Result};
use crate::names::Names;
use crate::picture::{Picture, of_resources, of_the_way};
use crate::report::{document, exact, picture_to_dot, picture_to_json, picture_to_mermaid, picture_to_svg, say};
use crate::resources::Graph;
use crate::whole_file::{self, Readers};
use clap::Args;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct GraphArgs {
    /// What to draw it as.
    #[arg(long, value_enum, default_value_t = Format::Mermaid, value_name = "FORMAT")]
    format: Format,
    /// What takes from what, in place of the data's way.
    #[arg(long)]
    resources: bool,
    /// Ask AWS how each resource stands to the file: in sync, to be created or updated, drifted, left over.
    #[arg(long)]
    live: bool,
    /// With what a month costs, by resource and part, at list prices.
    #[arg(long)]
    costs: bool,
    /// Write it to a file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For Markdown: GitHub, GitLab and wikis draw it.
    Mermaid,
    /// For Graphviz.
    Dot,
    /// A picture, for pages and slides.
    Svg,
    Json,
}

/// An account that nobody has asked for.
const NOBODYS: &str = "000000000000";

pub(crate) async fn run(global: &Global, args: &GraphArgs) -> Result<Exit> {
    let text = if args.live { live(global, args).await? } else { of_file(global, args)? };
    match &args.output {
        Some(path) => {
            let readers = if args.live { Readers::Owner } else { Readers::All };
            whole_file::write(path, &text, readers).map_err(Error::cannot_write(path))?;
            say(format_args!("wrote {}", path.display()));
        }
        None => exact(text),
    }
    Ok(Exit::Done)
}

/// Without AWS: the file says all that is drawn.
fn of_file(global: &Global, args: &GraphArgs) -> Result<String> {
    let pipeline = load(global)?;
    let region = assumed_region(&pipeline);
    let names = Names::without_account(&pipeline.name, &pipeline.stage, &region);
    let pipeline = pipeline.resolve(&names.account, &region);
    let functions = Functions::without_code();
    let (graph, parts) = graph_in_parts(&pipeline, &names, &functions);
    let mut picture = args.picture((&graph, &parts), &pipeline, &names);
    for node in &mut picture.nodes {
        node.id.take_if(|id| id.contains(NOBODYS));
    }
    Ok(args.drawn(&picture, &names))
}

async fn live(global: &Global, args: &GraphArgs) -> Result<String> {
    let session = Session::open(global).await?;
    let (graph, parts) = session.possible_graph_in_parts().await?;
    let looked = session.look(&graph).await?;
    let plan = session.planned(&graph, (&looked.0, &looked.1), &Consent::default());
    let names = &session.aws.names;
    let picture = args.picture((&graph, &parts), &session.pipeline, names).with_states(&plan);
    session.print_timings(global);
    Ok(args.drawn(&picture, names))
}

impl GraphArgs {
    fn picture(&self, (graph, parts): (&Graph<'_>, &[Part]), pipeline: &Pipeline, names: &Names) -> Picture {
        let picture = if self.resources { of_resources(graph, parts) } else { of_the_way(graph, parts, pipeline) };
        if !self.costs {
            return picture;
        }
        if let Err(why) = priceable(Book::bundled(), &names.region) {
            say(format_args!("costs are not estimated: `{}` {why}", names.region));
            return picture;
        }
        let month = estimate(Book::bundled(), &Billed::wanted(graph), &names.region, Inputs::of(pipeline), false);
        picture.with_costs(&month)
    }

    fn drawn(&self, picture: &Picture, names: &Names) -> String {
        let json = picture_to_json(picture, names, if self.resources { "resources" } else { "way" });
        let text = match self.format {
            Format::Json => format!("{json:#}\n"),
            Format::Mermaid => picture_to_mermaid(picture),
            Format::Dot => picture_to_dot(picture),
            Format::Svg => picture_to_svg(picture, &format!("{}/{}", names.pipeline, names.stage)),
        };
        document(json);
        text
    }
}
