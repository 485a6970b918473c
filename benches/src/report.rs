//! Figures as a table for people, or one JSON object a line for programs.

use std::process::Command;

/// A figure that was measured.
#[derive(Debug, Clone)]
pub struct Figure {
    /// The bench.
    pub bench: &'static str,
    /// What was measured.
    pub measure: String,
    /// How much.
    pub value: f64,
    /// Of what.
    pub unit: &'static str,
    /// What it should be.
    pub goal: Option<Goal>,
    /// On which database.
    pub database: &'static str,
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// This or more.
    AtLeast(f64),
    /// This or less.
    AtMost(f64),
}

/// Where figures go.
pub struct Report {
    json: bool,
    commit: String,
    figures: Vec<Figure>,
}

impl Report {
    /// An empty one.
    pub fn new(json: bool) -> Report {
        let commit = Command::new("git").args(["rev-parse", "--short", "HEAD"]).output().ok();
        let commit = commit.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default();
        Report { json, commit, figures: Vec::new() }
    }

    /// Notes a figure; as JSON it is printed at once.
    pub fn note(&mut self, figure: Figure) {
        if self.json {
            let (goal, met) = (figure.goal.map(Goal::text), figure.goal.map(|goal| goal.met(figure.value)));
            let object = serde_json::json!({
                "bench": figure.bench, "measure": figure.measure, "value": round(figure.value), "unit": figure.unit,
                "goal": goal, "met": met, "database": figure.database, "commit": self.commit,
            });
            println!("{object}");
        } else {
            eprintln!("  {} · {} · {}: {} {}", figure.bench, figure.database, figure.measure, round(figure.value), figure.unit);
        }
        self.figures.push(figure);
    }

    /// Prints the table.
    pub fn end(&self) {
        if self.json || self.figures.is_empty() {
            return;
        }
        println!("| bench | measure | database | value | goal | met |\n|---|---|---|---:|---|---|");
        for figure in &self.figures {
            let goal = figure.goal.map(Goal::text).unwrap_or_default();
            let met = figure.goal.map_or("", |goal| if goal.met(figure.value) { "yes" } else { "no" });
            println!(
                "| {} | {} | {} | {} {} | {goal} | {met} |",
                figure.bench,
                figure.measure,
                figure.database,
                round(figure.value),
                figure.unit
            );
        }
        println!("\nmeasured at {}", self.commit);
    }
}

impl Goal {
    fn met(self, value: f64) -> bool {
        match self {
            Goal::AtLeast(least) => value >= least,
            Goal::AtMost(most) => value <= most,
        }
    }

    fn text(self) -> String {
        match self {
            Goal::AtLeast(least) => format!("≥ {least}"),
            Goal::AtMost(most) => format!("≤ {most}"),
        }
    }
}

fn round(value: f64) -> f64 {
    // Shares of one are told apart by their last digits.
    let scale = match value.abs() {
        large if large >= 100.0 => 1.0,
        share if share <= 1.0 => 10_000.0,
        _ => 100.0,
    };
    (value * scale).round() / scale
}
