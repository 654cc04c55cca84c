//! How much memory the machine has, or what this process may use of it.

use std::fs::read_to_string;

/// Where nothing says how much there is.
const UNKNOWN: u64 = 4 << 30;
const LEAST: u64 = 256 << 20;

/// What queries may use together, unless they are told another bound: a quarter of the machine.
pub(crate) fn share() -> u64 {
    (total() / 4).max(LEAST)
}

fn total() -> u64 {
    let machine = read_to_string("/proc/meminfo").ok().and_then(|text| of_meminfo(&text)).unwrap_or(UNKNOWN);
    // Of a container. `max` is no number: there is no limit.
    let container = read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    container.map_or(machine, |most: u64| most.min(machine))
}

fn of_meminfo(text: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().trim_end_matches("kB").trim().parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_the_machine() {
        assert_eq!(of_meminfo("MemTotal:       16384 kB\nMemFree: 1 kB\n"), Some(16 << 20));
        assert!(share() >= LEAST);
    }
}
