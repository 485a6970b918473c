use super::keeping::{leaving, stamp};
use kernel::{Date, Moment};

/// One at one in the night of every day, and one more at noon.
fn names(days: i32, until: Date) -> Vec<String> {
    let mut names = Vec::new();
    for back in 0..days {
        let (year, month, day) = until.plus_days(-i64::from(back)).parts();
        for time in ["011100", "120000"] {
            names.push(format!("scheda-{year:04}{month:02}{day:02}-{time}.backup"));
        }
    }
    names
}

#[test]
fn seven_days_four_weeks_and_twelve_months_are_kept() {
    let mut all = names(800, Date::new(2026, 3, 4).expect("a day"));
    all.push("notes.txt".to_owned());
    all.push("scheda-20260101-010000.backup.part".to_owned());
    let going = leaving(all.clone(), [7, 4, 12]);
    let staying: Vec<&String> = all.iter().filter(|name| !going.contains(name)).collect();
    // What is no backup of ours stays as it is.
    assert!(staying.iter().any(|name| *name == "notes.txt") && staying.iter().any(|name| name.ends_with(".part")));
    let backups: Vec<&str> = staying.iter().filter(|name| name.ends_with(".backup")).map(|name| name.as_str()).collect();
    for kept in [
        "scheda-20260304-120000.backup",
        "scheda-20260226-120000.backup",
        // The last days of weeks, then of months.
        "scheda-20260222-120000.backup",
        "scheda-20260215-120000.backup",
        "scheda-20260131-120000.backup",
        "scheda-20250430-120000.backup",
    ] {
        assert!(backups.contains(&kept), "{kept}: {backups:?}");
    }
    for gone in ["scheda-20260304-011100.backup", "scheda-20260225-120000.backup", "scheda-20250331-120000.backup"] {
        assert!(!backups.contains(&gone), "{gone}: {backups:?}");
    }
    assert!(backups.len() <= 7 + 4 + 12, "{backups:?}");
    // The last one stays even where nothing shall be kept.
    assert_eq!(leaving(names(1, Date::new(2026, 3, 4).expect("a day")), [0, 0, 0]), ["scheda-20260304-011100.backup"]);
}

#[test]
fn names_stand_in_the_order_of_time() {
    assert_eq!(stamp(Moment::from_millis(1_772_442_000_000)), "20260302-090000");
}
