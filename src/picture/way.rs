//! The way of the data: from who sends events to who queries them.
//!
//! Each rule reads a kind's own settings (which prefix a stream writes to, which one a crawler looks through), and asks
//! the graph whom it works with. What no arrow touches (roles, logs, permissions) only serves, and is drawn in the box of
//! whom it serves, so that whatever is in the graph is in the picture.

use super::{Arrow, Form, Held, Node, Picture};
use crate::aws::Aws;
use crate::blueprint::Part;
use crate::config::Pipeline;
use crate::engine::resource::Resource;
use crate::resources::{
    Alarm, Crawler, Database, EventRule, Function, FunctionUrl, Graph, Job, Notification, RestApi, Stream, Table,
    Topic, Trigger, Workgroup,
};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Who sends events.
pub(super) const CLIENTS: &str = "pages, apps and servers";

/// Where an arrow begins or ends.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// A position in the graph.
    Of(usize),
    /// Below a prefix of the bucket.
    Files(String),
    Clients,
    Mail(String),
}

struct Leg {
    from: End,
    to: End,
    label: String,
    dotted: bool,
}

struct Way<'g> {
    graph: &'g Graph<'g>,
    legs: Vec<Leg>,
}

/// The data's way, in boxes of their parts.
pub(crate) fn of_the_way<'g>(graph: &'g Graph<'g>, parts: &[Part], pipeline: &Pipeline) -> Picture {
    let mut way = Way { graph, legs: vec![] };
    way.ingested(pipeline);
    way.delivered();
    way.moved(pipeline);
    way.found();
    way.converted(pipeline);
    way.queried();
    way.watched();
    way.drawn(parts)
}

impl Way<'_> {
    /// All of a kind, each with its position.
    fn all<R: Resource<World = Aws>>(&self) -> Vec<(usize, R)> {
        let nodes = self.graph.nodes().iter().enumerate().filter(|(_, node)| node.address().kind == R::KIND);
        nodes.filter_map(|(index, node)| Some((index, self.graph.desired(&node.address().name)?))).collect()
    }

    /// Those of a kind that a resource works with, by way of what serves: its role, a permission.
    fn with<R: Resource<World = Aws>>(&self, from: usize) -> Vec<usize> {
        let is = |index: usize| self.graph.nodes()[index].address().kind == R::KIND;
        nearest(from, |index| if is(index) && index != from { vec![] } else { takes_from(self.graph, index) }, is)
    }

    fn leg(&mut self, from: End, to: End, label: impl Into<String>, dotted: bool) {
        self.legs.push(Leg { from, to, label: label.into(), dotted });
    }

    fn ingested(&mut self, pipeline: &Pipeline) {
        let doors = self.all::<RestApi>().into_iter().map(|(index, _)| index);
        let doors: Vec<_> = doors.chain(self.all::<FunctionUrl>().into_iter().map(|(index, _)| index)).collect();
        for door in doors {
            self.leg(End::Clients, End::Of(door), format!("POST {}", pipeline.ingest.path), false);
            for function in self.with::<Function>(door) {
                self.leg(End::Of(door), End::Of(function), "", false);
            }
        }
        for (function, _) in self.all::<Function>() {
            for stream in self.with::<Stream>(function) {
                self.leg(End::Of(function), End::Of(stream), "records", false);
            }
        }
    }

    fn delivered(&mut self) {
        for (index, stream) in self.all::<Stream>() {
            let converts = stream.conversion.is_some();
            let what = if converts { "Parquet" } else { "JSON" };
            self.leg(End::Of(index), files(&stream.prefix), what, false);
            self.leg(End::Of(index), files(&stream.error_prefix), "what fails", true);
            if let Some(backup) = &stream.backup {
                self.leg(End::Of(index), files(&backup.prefix), "JSON as sent", false);
            }
            for table in self.with::<Table>(index).into_iter().filter(|_| converts) {
                self.leg(End::Of(table), End::Of(index), "columns", true);
            }
        }
    }

    fn moved(&mut self, pipeline: &Pipeline) {
        for (index, notification) in self.all::<Notification>() {
            for function in self.with::<Function>(index) {
                self.leg(files(&notification.prefix), End::Of(function), "each file", false);
                self.leg(End::Of(function), files(&pipeline.mover.prefix), "into its day", false);
            }
        }
        for (index, rule) in self.all::<EventRule>() {
            for function in self.with::<Function>(index) {
                self.leg(End::Of(index), End::Of(function), rule.schedule.as_str(), true);
            }
        }
    }

    fn found(&mut self) {
        for (index, crawler) in self.all::<Crawler>() {
            self.leg(files(&crawler.target), End::Of(index), "", false);
            for database in self.with::<Database>(index) {
                self.leg(End::Of(index), End::Of(database), "partitions", false);
            }
        }
        for (index, table) in self.all::<Table>() {
            self.leg(files(&table.location), End::Of(index), "", false);
            for database in self.with::<Database>(index) {
                self.leg(End::Of(index), End::Of(database), "", false);
            }
        }
    }

    fn converted(&mut self, pipeline: &Pipeline) {
        for (index, _) in self.all::<Job>() {
            self.leg(files(&pipeline.mover.prefix), End::Of(index), "new files", false);
            for database in self.with::<Database>(index) {
                self.leg(End::Of(database), End::Of(index), "partitions", true);
            }
            if let Some(parquet) = pipeline.parquet_prefix() {
                self.leg(End::Of(index), files(parquet), "Parquet", false);
            }
        }
        for (index, trigger) in self.all::<Trigger>() {
            for job in self.with::<Job>(index) {
                self.leg(End::Of(index), End::Of(job), trigger.schedule.0.as_str(), true);
            }
        }
    }

    fn queried(&mut self) {
        let databases: Vec<_> = self.all::<Database>().into_iter().map(|(index, _)| index).collect();
        for (index, workgroup) in self.all::<Workgroup>() {
            for database in &databases {
                self.leg(End::Of(*database), End::Of(index), "SQL", false);
            }
            self.leg(End::Of(index), files(&workgroup.output_location), "results", false);
        }
    }

    /// Alarms serve their topic; an arrow tells what they are over.
    fn watched(&mut self) {
        let mut over = BTreeMap::<(usize, usize), Vec<String>>::new();
        for (index, alarm) in self.all::<Alarm>() {
            let Some(topic) = self.with::<Topic>(index).into_iter().next() else { continue };
            // CloudWatch's namespaces are the services, and one dimension has the name of what is measured.
            let service = alarm.namespace.trim_start_matches("AWS/").to_lowercase();
            let named = |id: &str| alarm.dimensions.values().any(|value| value == id);
            let mut nodes = self.graph.nodes().iter();
            let watched = nodes
                .position(|node| node.address().kind.split('.').next() == Some(service.as_str()) && named(node.id()));
            if let Some(watched) = watched {
                over.entry((watched, topic)).or_default().push(self.graph.nodes()[index].address().name.clone());
            }
        }
        for ((watched, topic), names) in over {
            self.leg(End::Of(watched), End::Of(topic), names.join(", "), true);
        }
        for (index, topic) in self.all::<Topic>() {
            for email in &topic.emails {
                self.leg(End::Of(index), End::Mail(email.clone()), "mail", false);
            }
        }
    }
}

/// Positions of what a resource takes something from.
fn takes_from(graph: &Graph<'_>, index: usize) -> Vec<usize> {
    let node = &graph.nodes()[index];
    node.dependencies().union(node.foreseen()).copied().collect()
}

/// Positions of what takes something from a resource.
fn serves(graph: &Graph<'_>, index: usize) -> Vec<usize> {
    (0..graph.nodes().len()).filter(|user| takes_from(graph, *user).contains(&index)).collect()
}

/// All that is wanted along the edges, the nearest first.
fn nearest(from: usize, edges: impl Fn(usize) -> Vec<usize>, is_wanted: impl Fn(usize) -> bool) -> Vec<usize> {
    let (mut seen, mut next, mut found) = (BTreeSet::from([from]), VecDeque::from([from]), vec![]);
    while let Some(index) = next.pop_front() {
        for other in edges(index).into_iter().filter(|other| seen.insert(*other)) {
            if is_wanted(other) {
                found.push(other);
            }
            next.push_back(other);
        }
    }
    found
}

/// Below the prefix that a setting names: without its bucket, and without what Firehose fills in.
fn files(setting: &str) -> End {
    let prefix = setting.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).map_or(setting, |(_, key)| key);
    let fixed = prefix.split("!{").next().unwrap_or_default();
    // `year=` of `raw/year=!{timestamp:yyyy}/` is no folder.
    End::Files(fixed.rsplit_once('/').map(|(folder, _)| format!("{folder}/")).unwrap_or_default())
}

impl Way<'_> {
    fn drawn(self, parts: &[Part]) -> Picture {
        let Self { graph, legs } = self;
        let on_the_way: BTreeSet<_> = legs.iter().flat_map(|leg| [&leg.from, &leg.to]).collect();
        let (mut ends, mut picture) = (BTreeMap::<End, usize>::new(), Picture::default());
        let mut hosts = BTreeMap::<usize, usize>::new();
        for (index, node) in graph.nodes().iter().enumerate() {
            let host = host(graph, parts, index, &on_the_way);
            if host == index {
                ends.insert(End::Of(index), picture.nodes.len());
                picture.nodes.push(Node::of_resource(node.address(), node.id(), parts[index]));
            }
            hosts.insert(index, host);
        }
        for (index, host) in hosts.into_iter().filter(|(index, host)| index != host) {
            let held = Held { address: graph.nodes()[index].address().clone(), state: None };
            let drawn = ends.get(&End::Of(host)).and_then(|at| picture.nodes.get_mut(*at));
            drawn.into_iter().for_each(|node| node.resources.push(held.clone()));
        }
        for Leg { from, to, label, dotted } in legs {
            let [from, to] = [from, to].map(|end| {
                *ends.entry(end.clone()).or_insert_with(|| {
                    picture.nodes.extend(outside(&end));
                    picture.nodes.len() - 1
                })
            });
            let arrow = Arrow { from, to, label, dotted };
            if !picture.arrows.contains(&arrow) {
                picture.arrows.push(arrow);
            }
        }
        picture
    }
}

/// In whose box a resource is: its own if the data passes it, or that of the nearest that it serves or works with; one of
/// its own part before others.
fn host(graph: &Graph<'_>, parts: &[Part], index: usize, on_the_way: &BTreeSet<&End>) -> usize {
    let passed = |other: usize| on_the_way.contains(&End::Of(other)) || graph.nodes()[other].holds_data();
    if passed(index) {
        return index;
    }
    let users = nearest(index, |one| serves(graph, one), passed);
    let others = nearest(index, |one| takes_from(graph, one), passed);
    let any = nearest(index, |one| [serves(graph, one), takes_from(graph, one)].concat(), passed);
    let all = [users, others, any].concat();
    all.iter().find(|other| parts[**other] == parts[index]).or(all.first()).copied().unwrap_or(index)
}

/// The box of what is no resource.
fn outside(end: &End) -> Option<Node> {
    match end {
        End::Of(_) => None,
        End::Files(prefix) => Some(Node::of_things(Form::Files, prefix, Part::Store)),
        End::Clients => Some(Node::of_things(Form::People, CLIENTS, Part::Ingest)),
        End::Mail(address) => Some(Node::of_things(Form::People, address, Part::Watch)),
    }
}
