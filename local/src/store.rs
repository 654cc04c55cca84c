//! The embedded database: JSON documents by collection and key, each request one transaction.

use crate::api_error::{ApiError, Result};
use crate::private;
use redb::backends::FileBackend;
use redb::{
    Database, ReadableDatabase as _, ReadableTable, ReadableTableMetadata as _, StorageBackend, TableDefinition,
    WriteTransaction,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::any::Any;
use std::cell::Cell;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Key: collection, a zero byte, key. Value: JSON.
const DOCUMENTS: TableDefinition<&str, &[u8]> = TableDefinition::new("documents");

/// A file, and the database while it can be used. After an error of the disk, redb refuses everything until the file is
/// opened anew.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    database: Mutex<Option<Arc<Database>>>,
}

/// A file that is written but not synced. A killed process loses nothing, since the pages are the
/// kernel's by then; only a crash of the machine can, and then `pipectl apply --local` makes all anew.
/// Syncing would cost more than all the rest of a request.
#[derive(Debug)]
struct Unsynced(FileBackend);

impl StorageBackend for Unsynced {
    fn len(&self) -> Result<u64, io::Error> {
        self.0.len()
    }
    fn read(&self, offset: u64, out: &mut [u8]) -> Result<(), io::Error> {
        self.0.read(offset, out)
    }
    fn set_len(&self, len: u64) -> Result<(), io::Error> {
        self.0.set_len(len)
    }
    fn sync_data(&self) -> Result<(), io::Error> {
        Ok(())
    }
    fn write(&self, offset: u64, data: &[u8]) -> Result<(), io::Error> {
        self.0.write(offset, data)
    }
    fn close(&self) -> Result<(), io::Error> {
        self.0.close()
    }
}

impl Store {
    /// # Errors
    /// Where the file is no database, or cannot be opened.
    pub(crate) fn open(path: &Path) -> Result<Self, redb::Error> {
        let database = open(path)?;
        Ok(Self { path: path.to_owned(), database: Mutex::new(Some(Arc::new(database))) })
    }

    fn database(&self) -> Result<Arc<Database>> {
        let mut current = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        match &*current {
            Some(database) => Ok(Arc::clone(database)),
            None => Ok(Arc::clone(current.insert(Arc::new(open(&self.path).map_err(ApiError::internal)?)))),
        }
    }

    /// Begins, with the file opened anew where an error of the disk lies before.
    fn begin<T, E: Into<redb::Error>>(&self, begin: impl Fn(&Database) -> Result<T, E>) -> Result<T> {
        let database = self.database()?;
        let failed = match guarded(|| begin(&database).map_err(Into::into)) {
            Ok(begun) => return Ok(begun),
            Err(error) => error,
        };
        self.forget(&database);
        if !matches!(failed, redb::Error::PreviousIo | redb::Error::LockPoisoned(_)) {
            return Err(ApiError::internal(failed));
        }
        drop(database);
        let database = self.database()?;
        guarded(|| begin(&database).map_err(Into::into)).map_err(ApiError::internal)
    }

    fn forget(&self, database: &Arc<Database>) {
        let mut current = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_some_and(|current| Arc::ptr_eq(current, database)) {
            *current = None;
        }
    }

    /// Whether nothing was ever put into it.
    pub(crate) fn is_empty(&self) -> Result<bool> {
        let read = self.begin(Database::begin_read)?;
        whole(|| {
            let table = read.open_table(DOCUMENTS).map_err(ApiError::internal)?;
            table.is_empty().map_err(ApiError::internal)
        })
    }

    /// One document, outside any request.
    pub(crate) fn read(&self, collection: &str, key: &str) -> Result<Option<Value>> {
        let read = self.begin(Database::begin_read)?;
        whole(|| {
            let table = read.open_table(DOCUMENTS).map_err(ApiError::internal)?;
            let found = table.get(path(collection, key).as_str()).map_err(ApiError::internal)?;
            found.map(|bytes| parse(bytes.value())).transpose()
        })
    }

    /// Keys and documents of a collection whose key begins with `prefix`, outside any request and without
    /// waiting for one.
    pub(crate) fn read_all(&self, collection: &str, prefix: &str) -> Result<Vec<(String, Value)>> {
        let read = self.begin(Database::begin_read)?;
        whole(|| {
            let table = read.open_table(DOCUMENTS).map_err(ApiError::internal)?;
            collect(&table, (collection, prefix), keyed)
        })
    }

    /// Shows each document of a collection, with its key, outside any request and without waiting for one.
    pub(crate) fn read_each<T: DeserializeOwned>(&self, collection: &str, mut see: impl FnMut(&str, T)) -> Result<()> {
        let read = self.begin(Database::begin_read)?;
        whole(|| {
            let table = read.open_table(DOCUMENTS).map_err(ApiError::internal)?;
            let seen = |key: &str, bytes: &[u8]| {
                see(key, serde_json::from_slice(bytes).map_err(ApiError::internal)?);
                Ok(())
            };
            // Of units, which take no memory.
            collect(&table, (collection, ""), seen).map(|_| ())
        })
    }

    /// Runs one request: all it writes is kept if it succeeds, nothing of it if it fails.
    pub(crate) fn transact<T>(&self, work: impl FnOnce(&Documents) -> Result<T>) -> Result<T> {
        let write = self.begin(Database::begin_write)?;
        whole(|| {
            let documents = Documents { write, dirty: Cell::new(false) };
            let result = work(&documents);
            let Documents { write, dirty } = documents;
            if result.is_ok() && dirty.get() {
                write.commit().map_err(ApiError::internal)?;
            } else {
                // What cannot be taken back now is not there after the file is opened anew.
                let _ = write.abort();
            }
            result
        })
    }
}

/// # Errors
/// Where the file is no database, is damaged, or cannot be opened.
fn open(path: &Path) -> Result<Database, redb::Error> {
    guarded(|| {
        let file = private::options().read(true).truncate(false).open(path)?;
        private::close(&file)?;
        let backend = Unsynced(FileBackend::new(file)?);
        let mut database = Database::builder().set_cache_size(16 << 20).create_with_backend(backend)?;
        // What is damaged would be met later, in the middle of something.
        database.check_integrity()?;
        let write = database.begin_write()?;
        write.open_table(DOCUMENTS)?;
        write.commit()?;
        Ok(database)
    })
}

/// Where a file is damaged, redb may panic.
fn guarded<T>(work: impl FnOnce() -> Result<T, redb::Error>) -> Result<T, redb::Error> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(redb::Error::Corrupted(words(panic.as_ref()))))
}

/// A request that panics ends with an error, not without an answer.
fn whole<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(ApiError::internal(words(panic.as_ref()))))
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it has panicked").to_owned()
}

/// How a walk goes on.
pub(crate) enum Walk {
    On,
    /// Past everything before this key, which lies behind what was seen.
    From(String),
    Enough,
}

/// The documents, within one request.
pub(crate) struct Documents {
    write: WriteTransaction,
    dirty: Cell<bool>,
}

impl Documents {
    pub(crate) fn get(&self, collection: &str, key: &str) -> Result<Option<Value>> {
        let table = self.write.open_table(DOCUMENTS).map_err(ApiError::internal)?;
        let found = table.get(path(collection, key).as_str()).map_err(ApiError::internal)?;
        found.map(|bytes| parse(bytes.value())).transpose()
    }

    pub(crate) fn put(&self, collection: &str, key: &str, document: &Value) -> Result<()> {
        self.dirty.set(true);
        let mut table = self.write.open_table(DOCUMENTS).map_err(ApiError::internal)?;
        let bytes = serde_json::to_vec(document).map_err(ApiError::internal)?;
        table.insert(path(collection, key).as_str(), bytes.as_slice()).map_err(ApiError::internal)?;
        Ok(())
    }

    /// Takes a document away and gives it back.
    pub(crate) fn remove(&self, collection: &str, key: &str) -> Result<Option<Value>> {
        self.dirty.set(true);
        let mut table = self.write.open_table(DOCUMENTS).map_err(ApiError::internal)?;
        let gone = table.remove(path(collection, key).as_str()).map_err(ApiError::internal)?;
        gone.map(|bytes| parse(bytes.value())).transpose()
    }

    /// Keys and documents whose key begins with `prefix`, in the order of keys.
    pub(crate) fn list(&self, collection: &str, prefix: &str) -> Result<Vec<(String, Value)>> {
        let table = self.write.open_table(DOCUMENTS).map_err(ApiError::internal)?;
        collect(&table, (collection, prefix), keyed)
    }

    /// Shows the documents whose key begins with `prefix` to `see`, from the key `from` on, for as long as it wants. Whoever
    /// wants a page of many reads that page alone.
    pub(crate) fn walk<T: DeserializeOwned>(
        &self,
        (collection, prefix): (&str, &str),
        from: &str,
        mut see: impl FnMut(T) -> Result<Walk>,
    ) -> Result<()> {
        let table = self.write.open_table(DOCUMENTS).map_err(ApiError::internal)?;
        let first = path(collection, prefix);
        let mut from = path(collection, from.max(prefix));
        'anew: loop {
            for entry in table.range(from.as_str()..).map_err(ApiError::internal)? {
                let (key, document) = entry.map_err(ApiError::internal)?;
                if !key.value().starts_with(&first) {
                    return Ok(());
                }
                match see(serde_json::from_slice(document.value()).map_err(ApiError::internal)?)? {
                    Walk::On => {}
                    Walk::From(next) => {
                        from = path(collection, &next);
                        continue 'anew;
                    }
                    Walk::Enough => return Ok(()),
                }
            }
            return Ok(());
        }
    }

    /// The same as what they are, without keys: a [`Value`] of each would be ten times as large as its bytes.
    pub(crate) fn list_of<T: DeserializeOwned>(&self, collection: &str, prefix: &str) -> Result<Vec<T>> {
        let table = self.write.open_table(DOCUMENTS).map_err(ApiError::internal)?;
        collect(&table, (collection, prefix), |_, bytes| serde_json::from_slice(bytes).map_err(ApiError::internal))
    }
}

fn keyed(key: &str, bytes: &[u8]) -> Result<(String, Value)> {
    Ok((key.to_owned(), parse(bytes)?))
}

fn collect<T>(
    table: &impl ReadableTable<&'static str, &'static [u8]>,
    (collection, prefix): (&str, &str),
    mut read: impl FnMut(&str, &[u8]) -> Result<T>,
) -> Result<Vec<T>> {
    let start = path(collection, prefix);
    let base = collection.len() + 1;
    let mut all = vec![];
    for entry in table.range(start.as_str()..).map_err(ApiError::internal)? {
        let (key, document) = entry.map_err(ApiError::internal)?;
        if !key.value().starts_with(&start) {
            break;
        }
        all.push(read(&key.value()[base..], document.value())?);
    }
    Ok(all)
}

fn path(collection: &str, key: &str) -> String {
    format!("{collection}\0{key}")
}

fn parse(bytes: &[u8]) -> Result<Value> {
    serde_json::from_slice(bytes).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_put_outlives_the_process_and_what_fails_leaves_no_trace() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.redb");
        let store = Store::open(&file).unwrap();
        store.transact(|all| all.put("things", "us-east-1/a", &json!({"n": 1}))).unwrap();
        let failed = store.transact(|all| {
            all.put("things", "us-east-1/b", &json!({}))?;
            Err::<(), _>(ApiError::new("Nope", ""))
        });
        assert_eq!(failed.unwrap_err().code, "Nope");
        drop(store);
        let store = Store::open(&file).unwrap();
        let all = store.transact(|all| all.list("things", "us-east-1/")).unwrap();
        assert_eq!(all, [("us-east-1/a".to_owned(), json!({"n": 1}))]);
        assert_eq!(store.transact(|all| all.list("thing", "")).unwrap(), []);
    }

    /// What every page of a file is worth: with any one of them gone, everything is there, or the file is not opened.
    #[test]
    fn a_file_with_a_zeroed_page_is_whole_or_refused() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("state.redb");
        let fill = |store: &Store, run: usize| {
            for number in 0..40 {
                let document = json!({"run": run, "text": "x".repeat(number * 40)});
                store.transact(|all| all.put("things", &format!("{number:03}"), &document)).unwrap();
            }
        };
        let store = Store::open(&file).unwrap();
        (0..3).for_each(|run| fill(&store, run));
        let expected = store.read_all("things", "").unwrap();
        drop(store);
        let bytes = std::fs::read(&file).unwrap();
        let (mut whole, mut refused) = (0, 0);
        for page in (0..bytes.len()).step_by(4096).filter(|at| bytes[*at..*at + 4096].iter().any(|byte| *byte != 0)) {
            let mut damaged = bytes.clone();
            damaged[page..page + 4096].fill(0);
            std::fs::write(&file, &damaged).unwrap();
            let began = std::time::Instant::now();
            match Store::open(&file) {
                Ok(store) => {
                    assert_eq!(store.read_all("things", "").unwrap(), expected, "page {}", page / 4096);
                    store.transact(|all| all.put("things", "new", &json!(1))).unwrap();
                    whole += 1;
                }
                Err(_) => refused += 1,
            }
            assert!(began.elapsed().as_secs() < 10, "page {}", page / 4096);
        }
        assert!(whole + refused >= 10 && refused > 0, "{whole} whole, {refused} refused");
    }
}
