//! Files of JSON into files of Parquet, as many at once as there are cores.
//!
//! A partition with much to read is cut into slices: files that one worker reads, one after the other, into files of its
//! own. What a worker holds in memory is a batch of rows and a row group, whatever the size of the files.

use super::execute::{Made, Work};
use super::files::{self, Part};
use super::output::Output;
use super::report::{Lines, Report};
use super::settings::Settings;
use crate::api_error::{ApiError, Result};
use crate::services::glue::rows::{Columns, lines};
use crate::services::s3;
use crate::services::s3::versions::Version;
use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// More are of little use: each has its row group, and the smaller those, the worse for who reads them.
const MOST_WORKERS: usize = 8;
/// What all row groups that are being made may have together.
const ROW_GROUPS: usize = 96 << 20;
/// A slice is worth it from here on: each makes a file of its own, and few files are better to read.
const LEAST_SLICE: u64 = 32 << 20;

/// What one worker reads of a partition.
struct Slice<'a> {
    part: usize,
    files: &'a [Version],
}

/// What has become of a slice.
struct Done {
    part: usize,
    files: Vec<Version>,
    report: Report,
}

/// Why the reading of a file stopped.
enum Stopped {
    /// The file is damaged: what is in it so far counts.
    Damaged(io::Error),
    Failed(ApiError),
}

impl From<io::Error> for Stopped {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error)
    }
}

impl From<ApiError> for Stopped {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl Work<'_> {
    /// All new files of partitions, as files of Parquet. What is made before an error is in `made` too, to be swept.
    pub(super) fn convert(&self, settings: &Settings, parts: Vec<Part>, made: &mut Made) -> Result<()> {
        let folder = |part: &Part| format!("{}{}", settings.output.1, files::path(&part.values));
        parts.iter().try_for_each(|part| self.permit(settings, part, &folder(part)))?;
        let workers = thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS);
        let whole = parts.iter().enumerate();
        let slices =
            whole.flat_map(|(part, whole)| sliced(&whole.files, workers).map(move |files| Slice { part, files }));
        let slices: Vec<_> = slices.collect();
        let workers = workers.min(slices.len());
        let mut failed = Ok(());
        let (mut last, mut number) = (None, 0);
        for done in self.at_once(settings, &slices, workers) {
            match done {
                Ok(done) => {
                    if last.replace(done.part) != Some(done.part) {
                        number = 0;
                    }
                    for mut file in done.files {
                        let folder = folder(&parts[done.part]);
                        file.key = format!("{folder}part-{number:05}-{}.c000.snappy.parquet", self.id);
                        number += 1;
                        made.files.push(file);
                    }
                    made.report.add(done.report);
                }
                Err(error) => failed = failed.and(Err(error)),
            }
        }
        made.read.extend(parts.into_iter().flat_map(|part| part.files).map(|file| (file.key, file.etag)));
        failed
    }

    fn permit(&self, settings: &Settings, part: &Part, folder: &str) -> Result<()> {
        self.core.run(self.region, |context| {
            part.files.iter().try_for_each(|file| self.may(context, "s3:GetObject", &settings.bucket, &file.key))?;
            s3::count(context, &settings.bucket, (0, part.files.len() as u64))?;
            for action in ["s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"] {
                self.may(context, action, &settings.output.0, &format!("{folder}part"))?;
            }
            Ok(())
        })
    }

    /// What becomes of the slices, in their order. After an error, no further one is begun.
    fn at_once(&self, settings: &Settings, slices: &[Slice<'_>], workers: usize) -> Vec<Result<Done>> {
        let (next, failed) = (AtomicUsize::new(0), AtomicBool::new(false));
        let done = Mutex::new(vec![]);
        let work = || {
            while let Some(index) =
                Some(next.fetch_add(1, Ordering::Relaxed)).filter(|_| !failed.load(Ordering::Relaxed))
            {
                let Some(slice) = slices.get(index) else { return };
                let made = self.slice(settings, slice, ROW_GROUPS / workers, &failed);
                failed.fetch_or(made.is_err(), Ordering::Relaxed);
                done.lock().unwrap_or_else(PoisonError::into_inner).push((index, made));
            }
        };
        thread::scope(|scope| {
            let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
            let ended: Vec<_> = threads.into_iter().map(thread::ScopedJoinHandle::join).collect();
            // A panic is the run's, in its own words.
            ended.into_iter().for_each(|ended| ended.unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        });
        let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        done.sort_by_key(|(index, _)| *index);
        done.into_iter().map(|(_, made)| made).collect()
    }

    fn slice(&self, settings: &Settings, slice: &Slice<'_>, group: usize, failed: &AtomicBool) -> Result<Done> {
        let mut output = Output::new(self.core, group, Columns::new(&settings.columns).counting_unknown());
        let mut report = Report::default();
        for file in slice.files {
            if failed.load(Ordering::Relaxed) {
                // Another slice's error is the run's.
                break;
            }
            self.go_on()?;
            self.read(&format!("s3://{}/{}", settings.bucket, file.key), file, &mut output, &mut report)?;
        }
        let (files, rows, lost) = output.finish()?;
        report.partition(rows, lost);
        Ok(Done { part: slice.part, files, report })
    }

    /// A file that is damaged does not stop the others, as under Spark with `spark.files.ignoreCorruptFiles`.
    fn read(&self, uri: &str, file: &Version, output: &mut Output<'_>, report: &mut Report) -> Result<()> {
        let opened = File::open(self.core.blobs.path(&file.blob)).map_err(ApiError::internal)?;
        let mut read = Lines::default();
        let stopped = lines(opened, |line| {
            read.add(output.line(line)?);
            Ok(true)
        });
        match stopped {
            Ok(()) => report.file(uri, &read, None),
            Err(Stopped::Damaged(error)) => report.file(uri, &read, Some(&error)),
            Err(Stopped::Failed(error)) => return Err(error),
        }
        Ok(())
    }
}

/// Neighbours together, so that rows stay in the order of their files; about the same number of bytes each.
fn sliced(files: &[Version], most: usize) -> impl Iterator<Item = &[Version]> {
    let total: u64 = files.iter().map(|file| file.size).sum();
    let count = (total / LEAST_SLICE).clamp(1, most.max(1) as u64);
    let (mut rest, mut bytes, mut left) = (files, total, count);
    std::iter::from_fn(move || {
        let share = bytes / left.max(1);
        let mut own = 0;
        let mut taken = 0;
        while taken < rest.len() && (taken == 0 || left <= 1 || own < share) {
            own += rest[taken].size;
            taken += 1;
        }
        (bytes, left) = (bytes - own, left.saturating_sub(1));
        let (slice, others) = rest.split_at(taken);
        rest = others;
        (!slice.is_empty()).then_some(slice)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slices_have_every_file_once_and_are_about_as_large_as_one_another() {
        let of = |sizes: &[u64], most: usize| {
            let files: Vec<_> = sizes.iter().map(|size| Version { size: *size << 20, ..Version::default() }).collect();
            let slices = sliced(&files, most).map(|slice| slice.iter().map(|file| file.size >> 20).collect::<Vec<_>>());
            slices.collect::<Vec<_>>()
        };
        assert_eq!(of(&[13; 10], 2), [[13; 5], [13; 5]]);
        assert_eq!(of(&[13; 10], 8).iter().map(Vec::len).collect::<Vec<_>>(), [3, 3, 2, 2]);
        assert_eq!(of(&[10, 10, 10], 8), [[10; 3]]);
        assert_eq!(of(&[500], 8), [[500]]);
        assert_eq!(of(&[500, 1, 1, 500], 8), [vec![500], vec![1, 1, 500]]);
        assert_eq!(of(&[0], 8), [[0]]);
        assert_eq!(of(&[], 8), Vec::<Vec<u64>>::new());
    }
}
