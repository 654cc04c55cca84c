//! Which files, and which parts of them, are read at once.

use super::scan::ScanFile;

/// Of a file that has less to read, its footer would be read twice for little.
const LEAST: u64 = 2 << 20;

/// About as many bytes for each of `count` readers, in the order of the files. `cuts` is whether a file may be cut.
pub(super) fn split(files: Vec<ScanFile>, count: usize, cuts: bool) -> Vec<Vec<ScanFile>> {
    let share = files.iter().map(|file| file.size).sum::<u64>().div_ceil(count.max(1) as u64);
    let mut groups: Vec<Vec<ScanFile>> = vec![vec![]; count.max(1)];
    let (mut index, mut room) = (0, share);
    for mut file in files {
        let mut size = file.size;
        while index + 1 < groups.len() && size > room {
            if cuts && room >= LEAST && size - room >= LEAST {
                let at = file.part.start + room;
                groups[index].push(ScanFile { part: file.part.start..at, ..file.clone() });
                file.part.start = at;
                size -= room;
            } else if groups[index].is_empty() || size / 2 <= room {
                // More of it has room here than in the next.
                break;
            }
            (index, room) = (index + 1, share);
        }
        room = room.saturating_sub(size);
        groups[index].push(file);
    }
    groups
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file(index: usize, size: u64) -> ScanFile {
        let (key, part) = (index.to_string(), 0..u64::MAX);
        ScanFile { key, blob: String::new(), path: Default::default(), size, part, values: vec![] }
    }

    fn split_of(sizes: &[u64], count: usize, cuts: bool) -> Vec<Vec<ScanFile>> {
        split(sizes.iter().enumerate().map(|(index, size)| file(index, *size)).collect(), count, cuts)
    }

    #[test]
    fn one_file_is_for_all_readers_if_it_can_be_cut() {
        let bytes = |groups: Vec<Vec<ScanFile>>| {
            let sizes = |group: Vec<ScanFile>| {
                group.iter().map(|file| (file.part.end.min(file.size) - file.part.start) >> 20).sum::<u64>()
            };
            groups.into_iter().map(sizes).collect::<Vec<_>>()
        };
        assert_eq!(bytes(split_of(&[40 << 20], 4, true)), [10, 10, 10, 10]);
        assert_eq!(bytes(split_of(&[40 << 20], 4, false)), [40, 0, 0, 0]);
        assert_eq!(bytes(split_of(&[60 << 20, 15 << 20, 60 << 20, 15 << 20], 2, true)), [75, 75]);
        assert_eq!(bytes(split_of(&[10 << 20; 8], 4, false)), [20, 20, 20, 20]);
    }

    proptest! {
        #[test]
        fn every_byte_is_read_once(sizes in prop::collection::vec(0_u64..20 << 20, 0..12), count in 1_usize..9, cuts: bool) {
            let mut read: Vec<Vec<_>> = vec![vec![]; sizes.len()];
            for file in split_of(&sizes, count, cuts).into_iter().flatten() {
                prop_assert!(cuts || file.part == (0..u64::MAX));
                read[file.key.parse::<usize>().unwrap()].push(file.part);
            }
            for parts in read {
                let mut at = 0;
                for part in parts {
                    prop_assert_eq!(part.start, at);
                    at = part.end;
                }
                prop_assert_eq!(at, u64::MAX);
            }
        }
    }
}
