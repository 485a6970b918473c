//! Secrets are made of what chance gives, all of it and nothing else.

use super::Chance;
use proptest::prelude::*;
use std::collections::HashSet;

#[derive(Debug)]
struct Fixed([u8; 32]);

impl Chance for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.copy_from_slice(&self.0[..bytes.len()]);
    }
}

fn secret(bytes: [u8; 32]) -> String {
    (&Fixed(bytes) as &dyn Chance).secret()
}

#[test]
fn a_secret_is_base64_for_addresses_without_padding() {
    assert_eq!(secret([0; 32]), "A".repeat(43));
    assert_eq!(secret([255; 32]), "_".repeat(42) + "8");
    let counted: [u8; 32] = std::array::from_fn(|place| place as u8);
    assert_eq!(secret(counted), "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
}

#[test]
fn the_system_never_gives_the_same_secret_twice() {
    let system: &dyn Chance = &super::SystemChance;
    let secrets: HashSet<String> = (0..1000).map(|_| system.secret()).collect();
    assert_eq!(secrets.len(), 1000);
}

proptest! {
    #[test]
    fn every_bit_counts(bytes: [u8; 32], bit in 0usize..256) {
        let mut other = bytes;
        other[bit / 8] ^= 1 << (bit % 8);
        let text = secret(bytes);
        prop_assert_ne!(&text, &secret(other));
        prop_assert_eq!(text.len(), 43);
        prop_assert!(text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_'));
    }
}
