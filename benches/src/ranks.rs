//! Whether two samples could come from one and the same source: the test of Mann and Whitney, by ranks, so that a few slow answers
//! decide nothing.

/// The probability that two samples of one source differ as much as these, or more, whichever is the greater: by the normal approximation,
/// corrected for ties and for continuity. 1 where there is nothing to compare.
pub fn probability(one: &[f64], other: &[f64]) -> f64 {
    let (n, m) = (one.len() as f64, other.len() as f64);
    let mut all: Vec<(f64, bool)> = one.iter().map(|value| (*value, true)).chain(other.iter().map(|value| (*value, false))).collect();
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut ranks, mut ties, mut before) = (0.0, 0.0, 0.0);
    for same in all.chunk_by(|a, b| a.0 == b.0) {
        let count = same.len() as f64;
        // Those that are equal share the middle of their ranks.
        let rank = before + (count + 1.0) / 2.0;
        ranks += rank * same.iter().filter(|(_, first)| *first).count() as f64;
        ties += count.powi(3) - count;
        before += count;
    }
    let u = ranks - n * (n + 1.0) / 2.0;
    let whole = n + m;
    let spread = (n * m / 12.0 * (whole + 1.0 - ties / (whole * (whole - 1.0)))).sqrt();
    let distance = (u - n * m / 2.0).abs() - 0.5;
    if spread > 0.0 && distance > 0.0 { 2.0 * beyond(distance / spread) } else { 1.0 }
}

/// The share of the normal distribution beyond so many deviations, of which there are 0 or more; right to seven digits (Zelen and
/// Severo: Abramowitz and Stegun, Handbook of Mathematical Functions, 26.2.17).
fn beyond(deviations: f64) -> f64 {
    const WEIGHTS: [f64; 5] = [0.319_381_530, -0.356_563_782, 1.781_477_937, -1.821_255_978, 1.330_274_429];
    let t = 1.0 / (1.0 + 0.231_641_9 * deviations);
    let density = (-deviations * deviations / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
    density * WEIGHTS.iter().rev().fold(0.0, |sum, weight| (sum + weight) * t)
}

#[cfg(test)]
mod tests {
    use super::{beyond, probability};

    fn close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} instead of {expected}");
    }

    #[test]
    fn the_tail_of_the_normal_distribution() {
        for (deviations, share) in [(0.0, 0.5), (1.0, 0.158_655_254), (1.959_963_985, 0.025), (3.0, 0.001_349_898)] {
            close(beyond(deviations), share);
        }
    }

    #[test]
    fn known_samples_give_known_probabilities() {
        // The ages of the manual of scipy.stats.mannwhitneyu.
        let (men, women) = ([19.0, 22.0, 16.0, 29.0, 24.0], [20.0, 11.0, 17.0, 12.0]);
        close(probability(&men, &women), 0.111_346_887);
        close(probability(&women, &men), 0.111_346_887);
        // With ties, of two, three and two; reckoned by hand.
        let (few, more) = ([1.0, 2.0, 2.0, 3.0, 5.0], [3.0, 3.0, 4.0, 5.0, 6.0]);
        close(probability(&few, &more), 0.110492024);
    }

    #[test]
    fn the_same_is_the_same_and_the_other_is_another() {
        let same: Vec<f64> = (0..200).map(f64::from).collect();
        close(probability(&same, &same), 1.0);
        close(probability(&[4.0; 20], &[4.0; 20]), 1.0);
        let later: Vec<f64> = same.iter().map(|value| value + 60.0).collect();
        assert!(probability(&same, &later) < 1e-6);
    }
}
