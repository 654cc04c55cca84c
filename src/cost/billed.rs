//! The resources that AWS bills: those that a graph asks for, or those that are live.

use crate::aws::Aws;
use crate::blueprint::{self, ALARMS, API, Functions, QUICKSIGHT, URL};
use crate::config::Pipeline;
use crate::engine::resource::{Address, Owner, Resource};
use crate::names::Names;
use crate::resources::{
    Alarm, Bucket, Crawler, Dashboard, DataSet, Database, Function, FunctionUrl, Graph, Inventory, Job, Key, LogGroup,
    RestApi, Stream, Table, Trigger, Workgroup,
};

/// Where resources are, by their type and their name in the blueprint.
trait Resources {
    fn get<R: Resource<World = Aws>>(&self, name: &str) -> Option<R>;
    /// Of a type of which there are any number.
    fn all<R: Resource<World = Aws>>(&self) -> Vec<R>;
}

/// What is to be.
impl Resources for Graph<'_> {
    fn get<R: Resource<World = Aws>>(&self, name: &str) -> Option<R> {
        self.desired(name)
    }

    fn all<R: Resource<World = Aws>>(&self) -> Vec<R> {
        self.wanted(R::KIND).iter().filter_map(|wanted| self.desired(&wanted.name)).collect()
    }
}

/// What there is of ours, and what has a name that the graph asks for, whoever made it.
struct Before<'a> {
    live: &'a Inventory,
    graph: &'a Graph<'a>,
}

impl Resources for Before<'_> {
    fn get<R: Resource<World = Aws>>(&self, name: &str) -> Option<R> {
        let live = self.live.live::<R>(name)?;
        let counts = live.owner == Owner::Us || self.graph.contains(&Address::new(R::KIND, name));
        counts.then(|| live.resource.clone())
    }

    fn all<R: Resource<World = Aws>>(&self) -> Vec<R> {
        let of_kind = self.live.iter().filter(|live| live.address().kind == R::KIND);
        of_kind.filter_map(|live| self.get(&live.address().name)).collect()
    }
}

/// What a month's bill follows from, beside usage. What is not there costs nothing.
///
/// Each meter reads the resources that it counts, so that a pipeline which is asked for and one which is live are
/// estimated by the same code.
#[derive(Clone, Debug)]
pub(crate) struct Billed {
    pub(super) api: Option<RestApi>,
    pub(super) url: Option<FunctionUrl>,
    pub(super) track: Option<Function>,
    pub(super) track_log: Option<LogGroup>,
    pub(super) stream: Option<Stream>,
    pub(super) key: Option<Key>,
    pub(super) bucket: Option<Bucket>,
    pub(super) mover: Option<Function>,
    pub(super) mover_log: Option<LogGroup>,
    pub(super) database: Option<Database>,
    pub(super) raw_table: Option<Table>,
    pub(super) parquet_table: Option<Table>,
    pub(super) raw_crawler: Option<Crawler>,
    pub(super) parquet_crawler: Option<Crawler>,
    pub(super) job: Option<Job>,
    pub(super) trigger: Option<Trigger>,
    pub(super) workgroup: Option<Workgroup>,
    pub(super) alarms: Vec<Alarm>,
    pub(super) dashboard: Option<Dashboard>,
    pub(super) data_sets: Vec<DataSet>,
}

impl Billed {
    fn of(resources: &impl Resources) -> Self {
        Self {
            api: resources.get(API),
            url: resources.get(URL),
            track: resources.get("track"),
            track_log: resources.get("track"),
            stream: resources.get("delivery"),
            key: resources.get("data"),
            bucket: resources.get("data"),
            mover: resources.get("mover"),
            mover_log: resources.get("mover"),
            database: resources.get("catalog"),
            raw_table: resources.get("raw"),
            parquet_table: resources.get("parquet"),
            raw_crawler: resources.get("raw"),
            parquet_crawler: resources.get("parquet"),
            job: resources.get("etl"),
            trigger: resources.get("etl"),
            workgroup: resources.get("query"),
            dashboard: resources.get(QUICKSIGHT),
            data_sets: resources.all(),
            alarms: ALARMS.iter().filter_map(|name| resources.get(name)).collect(),
        }
    }

    pub(crate) fn has_job(&self) -> bool {
        self.job.is_some()
    }

    /// The names of the crawlers that there are.
    pub(crate) fn crawlers(&self) -> impl Iterator<Item = &str> {
        self.raw_crawler.iter().chain(&self.parquet_crawler).map(|crawler| crawler.name.as_str())
    }

    /// Requests come by a function URL, and by nothing else.
    pub(crate) fn has_url_only(&self) -> bool {
        self.url.is_some() && self.api.is_none()
    }

    pub(crate) fn track_memory_mb(&self) -> Option<i32> {
        self.track.as_ref().map(|track| track.memory_mb)
    }

    pub(crate) fn mover_memory_mb(&self) -> Option<i32> {
        self.mover.as_ref().map(|mover| mover.memory_mb)
    }

    /// Whether Lambda logs its START, END and REPORT of each call.
    pub(crate) fn logs_reports(&self) -> bool {
        self.track.as_ref().is_some_and(|track| track.logging.has_reports())
    }

    /// After a plan: what the graph asks for.
    pub(crate) fn wanted(graph: &Graph<'_>) -> Self {
        Self::of(graph)
    }

    /// Before a plan: what AWS has of it.
    pub(crate) fn live(live: &Inventory, graph: &Graph<'_>) -> Self {
        Self::of(&Before { live, graph })
    }

    /// What a file asks for, while nobody knows the account and nothing is built: neither has a price.
    pub(crate) fn of_file(pipeline: &Pipeline, region: &str) -> Self {
        let names = Names::without_account(&pipeline.name, &pipeline.stage, region);
        let pipeline = pipeline.clone().resolve(&names.account, region);
        Self::wanted(&blueprint::graph(&pipeline, &names, &Functions::without_code()))
    }
}
