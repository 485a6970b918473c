//! What a process took of the machine, as Linux tells it.

use std::collections::BTreeMap;
use std::fs;

/// Seconds of processor of each thread of this process that lives, and of the process as a whole.
pub fn processor() -> (f64, BTreeMap<String, f64>) {
    let mut threads = BTreeMap::new();
    for task in fs::read_dir("/proc/self/task").into_iter().flatten().flatten() {
        let name = fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        let stat = fs::read_to_string(task.path().join("stat")).unwrap_or_default();
        *threads.entry(name.trim().to_owned()).or_insert(0.0) += seconds(&stat);
    }
    (seconds(&fs::read_to_string("/proc/self/stat").unwrap_or_default()), threads)
}

fn seconds(stat: &str) -> f64 {
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// The most memory this process ever held, in MB.
pub fn peak_memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
