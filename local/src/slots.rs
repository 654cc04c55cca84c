//! What each service keeps in memory between requests. It is found by its type, so that nothing here names a service.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What a service keeps. It is made when it is first asked for.
pub(crate) trait Slot: Debug + Send + Sync + 'static {
    /// `directory` is Local AWS's; a service keeps what it has on disk in a folder there.
    fn open(directory: &Path) -> Self;
}

#[derive(Debug, Default)]
pub(crate) struct Slots(Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>);

impl Slots {
    pub(crate) fn get<T: Slot>(&self, directory: &Path) -> Arc<T> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let slot = Arc::clone(all.entry(TypeId::of::<T>()).or_insert_with(|| Arc::new(T::open(directory))));
        drop(all);
        slot.downcast().expect("a slot is kept under its type")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Debug)]
    struct Count(AtomicU64);

    impl Slot for Count {
        fn open(directory: &Path) -> Self {
            Self(AtomicU64::new(directory.as_os_str().len() as u64))
        }
    }

    #[test]
    fn a_slot_is_made_once_and_kept() {
        let slots = Slots::default();
        slots.get::<Count>(Path::new("four")).0.fetch_add(1, Ordering::Relaxed);
        assert_eq!(slots.get::<Count>(Path::new("else")).0.load(Ordering::Relaxed), 5);
    }
}
