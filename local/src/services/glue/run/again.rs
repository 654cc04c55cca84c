//! Days that a run is told to read again: their files of Parquet are made anew from the files that were read before, and
//! take the place of what is there.
//!
//! What the bookmark has not seen stays for an ordinary run, and the bookmark stays as it is. So no row is in two files.
//! A script has to go about it step by step, with a journal; here a day changes in one transaction.

use super::execute::{Made, Work};
use super::files::{self, Part, Reading};
use super::settings::{Again, Days, Settings};
use crate::api_error::{ApiError, Result};
use crate::context::Context;
use crate::services::iam::permit_role;
use crate::services::s3::versions::{self, Version};
use crate::services::s3::{self, objects};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};
use std::collections::BTreeMap;
use std::fs::File;

impl Work<'_> {
    /// Converts days again, one after the other.
    pub(super) fn again(&self, settings: &Settings, again: &Again, days: &Days, uses_bookmark: bool) -> Result<Made> {
        let mut all = Made::default();
        let (found, old) = self.core.run(self.region, |context| {
            let job = context.arn("glue", &format!("job/{}", self.job));
            permit_role(context, &self.role, "glue:GetJobRun", &job, &[])?;
            let reading = if uses_bookmark { Reading::Seen } else { Reading::Nothing };
            let found = files::find(context, (&self.job, &self.role), settings, reading)?;
            Ok((found.unwrap_or_default(), self.written(context, settings)?))
        })?;
        let parts = found.into_iter().map(|part| (part.values.join("-"), part)).filter(|(day, _)| days.contain(day));
        let mut parts: BTreeMap<_, _> = parts.collect();
        for (day, old) in old.into_iter().filter(|(day, _)| days.contain(day)) {
            let part = parts.remove(&day).unwrap_or(Part { values: old.values, files: vec![] });
            self.day(settings, again, (&day, part, old.files), &mut all)?;
        }
        // Read before, and no row of it was written.
        for (day, part) in parts {
            self.day(settings, again, (&day, part, vec![]), &mut all)?;
        }
        Ok(all)
    }

    /// The files of Parquet that are there, by day.
    fn written(&self, context: &Context<'_>, settings: &Settings) -> Result<BTreeMap<String, Part>> {
        let (bucket, prefix) = &settings.output;
        s3::permit_role(context, &self.role, "s3:ListBucket", (bucket, ""), &[("s3:prefix", prefix)])?;
        let mut all = BTreeMap::<_, Part>::new();
        for file in versions::list(context, bucket, prefix)? {
            let Some(values) = files::values(&file.key[prefix.len()..]) else { continue };
            let name = file.key.rsplit('/').next().unwrap_or_default();
            if file.is_latest && !file.is_marker && file.size > 0 && !name.starts_with(['_', '.']) {
                let day = all.entry(values.join("-")).or_insert_with(|| Part { values, files: vec![] });
                day.files.push(file);
            }
        }
        Ok(all)
    }

    fn day(
        &self,
        settings: &Settings,
        again: &Again,
        (day, part, old): (&str, Part, Vec<Version>),
        all: &mut Made,
    ) -> Result<()> {
        let mut made = Made::default();
        let before = old.iter().map(|file| self.rows(settings, file)).sum::<Result<u64>>()?;
        self.convert(settings, vec![part], &mut made)?;
        let rows = made.report.rows as u64;
        if rows < before {
            objects::sweep(self.core, &made.files.iter().map(|file| file.blob.clone()).collect::<Vec<_>>());
            all.report.day(format!(
                "{day}: left as it is: its files of JSON have {rows} rows, and its files of Parquet {before}"
            ));
            return Ok(());
        }
        let swept = self.core.run(self.region, |context| self.put_in_place(context, settings, again, &made, &old))?;
        objects::sweep(self.core, &swept);
        all.report.day(format!("{day}: {rows} rows, in place of {before}"));
        all.report.add(made.report);
        Ok(())
    }

    /// How many rows a file has, by its footer.
    fn rows(&self, settings: &Settings, file: &Version) -> Result<u64> {
        self.core.run(self.region, |context| self.may(context, "s3:GetObject", &settings.output.0, &file.key))?;
        let opened = File::open(self.core.blobs.path(&file.blob)).map_err(ApiError::internal)?;
        let metadata = ArrowReaderMetadata::load(&opened, ArrowReaderOptions::new()).map_err(ApiError::internal)?;
        Ok(u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0))
    }

    /// The new files show and the old ones are gone, both or neither. Gives what nobody needs any more.
    fn put_in_place(
        &self,
        context: &Context<'_>,
        settings: &Settings,
        again: &Again,
        made: &Made,
        old: &[Version],
    ) -> Result<Vec<String>> {
        let (bucket, _) = &settings.output;
        let (staging, journal) = (format!("{}part", again.staging), again.journal.clone());
        for key in [&staging, &journal] {
            for action in ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"] {
                self.may(context, action, bucket, key)?;
            }
        }
        for file in &made.files {
            objects::add(context, bucket, file.clone())?;
        }
        let mut gone = vec![];
        for file in old {
            self.may(context, "s3:DeleteObject", bucket, &file.key)?;
            gone.extend(objects::delete(context, bucket, &file.key, None)?.blobs);
        }
        Ok(gone)
    }
}
