//! `pipectl prices update`, and the prices of `cost-estimate --listed-prices`

use super::manner::manner;
use crate::aws::{PRICE_FILES, PriceFiles, PriceList};
use crate::commands::Global;
use crate::cost::{Book, Listed, book_of, fetch, fetch_files, updated};
use crate::error::{Error, Exit, Result};
use crate::report::{alert, data, document, listed_to_text, say, update_to_json, update_to_text};
use crate::whole_file::{self, Readers};
use clap::{Args, Subcommand};
use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum PricesCommand {
    /// Write a price book with the prices that AWS lists now, for `cost-estimate --prices FILE`.
    ///
    /// Needs credentials that allow `pricing:GetProducts`, or with `--from-bulk` none. Figures that the price list does not
    /// have stay as they are.
    Update(UpdateArgs),
}

#[derive(Debug, Args)]
pub(crate) struct UpdateArgs {
    /// The regions to ask for; without it, those of the book.
    #[arg(long, value_name = "REGION", value_delimiter = ',')]
    region: Vec<String>,
    /// The book to update; one that is not there is made from the book that this program carries.
    #[arg(long, value_name = "FILE", default_value = "prices.yaml")]
    book: PathBuf,
    /// Read AWS's price files, which need no credentials, from AWS, another URL, or a directory with copies:
    /// offers/v1.0/aws/SERVICE/current/REGION/index.json below it.
    #[arg(long, value_name = "URL|DIR", num_args = 0..=1, default_missing_value = PRICE_FILES)]
    from_bulk: Option<String>,
}

pub(crate) async fn run(global: &Global, command: &PricesCommand) -> Result<Exit> {
    match command {
        PricesCommand::Update(args) => update(global, args).await,
    }
}

async fn update(global: &Global, args: &UpdateArgs) -> Result<Exit> {
    let path = &args.book;
    let invalid = |why: String| Error::usage(why, "name another file with `--book`, or move this one away");
    let text = match std::fs::read_to_string(path) {
        Ok(text) => Some(text),
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(source) => return Err(Error::cannot_read(path)(source)),
    };
    let own = text.as_ref().map(|_| Book::read(path)).transpose().map_err(invalid)?;
    let mut regions: BTreeSet<&str> = args.region.iter().map(String::as_str).collect();
    if regions.is_empty() {
        regions.extend(own.as_ref().unwrap_or_else(|| Book::bundled()).regions());
    }
    let all = match &args.from_bulk {
        Some(place) => read_files(global, place, &regions).await?,
        None => ask(global, &regions).await?,
    };
    let today = jiff::Timestamp::now().to_string().chars().take_while(|c| *c != 'T').collect::<String>();
    let update =
        updated(text.as_deref(), &all, &today).map_err(|why| invalid(format!("`{}` {why}", path.display())))?;
    data(update_to_text(&update));
    let same = text.as_ref() == Some(&update.text);
    if same {
        data(format_args!("{} is up to date\n", path.display()));
    } else {
        whole_file::write(path, &update.text, Readers::All).map_err(Error::cannot_write(path))?;
        data(format_args!("wrote {}\n", path.display()));
    }
    let unclear = all.iter().flat_map(|listed| listed.unclear().map(move |(name, why)| (listed, name, why)));
    let unclear: Vec<_> = unclear.map(|(listed, name, why)| format!("{} {name}: {why}", listed.region)).collect();
    document(update_to_json(&update, path, !same, &unclear));
    if unclear.is_empty() {
        return Ok(Exit::Done);
    }
    let message =
        format!("the price list is not clear about some figures; they stay as they are: {}", unclear.join("; "));
    Err(Error::other(message, "see the AWS pricing page of the service, and write the figure into the book by hand"))
}

/// Region by region, and file by file: what is read of one is small, and gone with it.
async fn read_files(global: &Global, place: &str, regions: &BTreeSet<&str>) -> Result<Vec<Listed>> {
    let files = PriceFiles::at(place, global.profile.as_deref(), manner(global).timeouts).await?;
    let mut all = vec![];
    for region in regions {
        say(format_args!("reading the price files of {region}"));
        let (listed, absent) = fetch_files(&files, region).await?;
        if !absent.is_empty() {
            say(format_args!("{region} has no price files of {}: these figures stay as they are", absent.join(", ")));
        }
        all.push(listed);
    }
    Ok(all)
}

async fn ask(global: &Global, regions: &BTreeSet<&str>) -> Result<Vec<Listed>> {
    let list = connect(global, regions.first().copied().unwrap_or_default()).await?;
    let mut all = vec![];
    for region in regions {
        say(format_args!("asking for prices of {region}"));
        all.push(fetch(&list, region).await?);
    }
    if global.timings {
        alert(&list.timings);
    }
    Ok(all)
}

/// A book of what AWS lists now for regions, each with the figures that an estimate needs of it; tells on stderr what
/// differs from the bundled book.
///
/// # Errors
/// AWS's, and a figure that is needed of which the list does not have one clear price.
pub(super) async fn listed(global: &Global, wanted: &BTreeMap<&str, BTreeSet<&'static str>>) -> Result<Book> {
    let all = ask(global, &wanted.keys().copied().collect()).await?;
    let mut unclear = vec![];
    for listed in &all {
        say(listed_to_text(listed).trim_end());
        let needed = |name: &str| wanted.get(listed.region.as_str()).is_some_and(|figures| figures.contains(name));
        unclear.extend(listed.unclear().filter(|(name, _)| needed(name)).map(|(name, why)| format!("{name}: {why}")));
    }
    if unclear.is_empty() {
        return Ok(book_of(&all));
    }
    let message = format!("the price list is not clear about what this estimate needs: {}", unclear.join("; "));
    Err(Error::other(message, "estimate without `--listed-prices`, or with a price book of your own (`--prices`)"))
}

async fn connect(global: &Global, region: &str) -> Result<PriceList> {
    #[cfg(feature = "local")]
    if global.local.is_some() {
        return Err(Error::usage("Local AWS has no price list", "leave out `--local` to ask AWS for its prices"));
    }
    Ok(PriceList::connect(global.profile.clone(), region, manner(global)).await?)
}
