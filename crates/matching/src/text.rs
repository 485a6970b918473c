//! Words side by side: distances, sounds, digests. Everything here reads bytes, of folded text.

/// A digest that stays the same on every machine and in every version, since the engine keeps it.
pub(crate) fn digest(bytes: &[u8]) -> u64 {
    mixed(bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// Spreads what differs in few bits over all of them.
pub(crate) fn mixed(mut hash: u64) -> u64 {
    hash ^= hash >> 30;
    hash = hash.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash ^= hash >> 27;
    hash = hash.wrapping_mul(0x94d0_49bb_1331_11eb);
    hash ^ hash >> 31
}

/// A table of words, to be asked for many at once.
pub(crate) type Words<T> = std::collections::HashMap<&'static [u8], T, std::hash::BuildHasherDefault<Digest>>;

/// The digest as a hasher: the words of our tables are chosen by us, so nobody can make them collide.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest(u64);

impl Default for Digest {
    fn default() -> Digest {
        Digest(0xcbf2_9ce4_8422_2325)
    }
}

impl std::hash::Hasher for Digest {
    fn finish(&self) -> u64 {
        mixed(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn write_usize(&mut self, number: usize) {
        self.0 ^= number as u64;
    }
}

/// The table of a list of words.
pub(crate) fn table(words: &[&'static str]) -> Words<()> {
    words.iter().map(|word| (word.as_bytes(), ())).collect()
}

/// How many letters have to be changed, left out, added or swapped with their neighbour to make one text the other, if it is
/// not more than `most`. Texts of more than 64 bytes are only compared for equality.
pub(crate) fn distance(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    if a == b {
        return Some(0);
    }
    if a.len().abs_diff(b.len()) > most || a.len() > 64 || b.len() > 64 {
        return None;
    }
    // What both begin and end with tells nothing.
    let begin = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[begin..], &b[begin..]);
    let end = a.iter().rev().zip(b.iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[..a.len() - end], &b[..b.len() - end]);
    if a.is_empty() || b.is_empty() {
        return Some(a.len().max(b.len())).filter(|distance| *distance <= most);
    }
    if most == 1 {
        let swapped = a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0];
        return (swapped || a.len() == 1 && b.len() == 1).then_some(1);
    }
    let mut rows = [[0_u8; 65]; 3];
    for (place, cell) in rows[0].iter_mut().enumerate().take(b.len() + 1) {
        *cell = place as u8;
    }
    for i in 1..=a.len() {
        let (now, last, before) = (i % 3, (i + 2) % 3, (i + 1) % 3);
        rows[now][0] = i as u8;
        let mut least = i as u8;
        for j in 1..=b.len() {
            let changed = rows[last][j - 1] + u8::from(a[i - 1] != b[j - 1]);
            let mut cell = changed.min(rows[last][j] + 1).min(rows[now][j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                cell = cell.min(rows[before][j - 2] + 1);
            }
            rows[now][j] = cell;
            least = least.min(cell);
        }
        if usize::from(least) > most {
            return None;
        }
    }
    Some(usize::from(rows[a.len() % 3][b.len()])).filter(|distance| *distance <= most)
}

/// How many slips of the pen are believed in a word of this length.
pub(crate) fn slips(length: usize) -> usize {
    match length {
        0..=3 => 0,
        4..=6 => 1,
        7..=13 => 2,
        _ => 3,
    }
}

/// Whether two words are one, mistyped.
pub(crate) fn mistyped(a: &[u8], b: &[u8]) -> bool {
    distance(a, b, slips(a.len().min(b.len()))).is_some()
}

/// The bones of a word: its consonants as they sound in Italian, doubled ones once, and whether it begins with a vowel. Typing
/// mistakes in vowels and doubles, and foreign letters, leave it as it is.
pub(crate) fn bones(word: &[u8], bones: &mut Vec<u8>) {
    let mut last = 0;
    for (place, byte) in word.iter().enumerate() {
        let sound = match byte {
            b'a' | b'e' | b'i' | b'o' | b'u' | b'j' | b'y' if place == 0 => b'a',
            b'a' | b'e' | b'i' | b'o' | b'u' | b'j' | b'y' | b'h' => continue,
            b'k' | b'q' | b'x' => b'c',
            b'w' => b'v',
            b'z' => b's',
            other => *other,
        };
        if sound != last {
            bones.push(sound);
            last = sound;
        }
    }
}

/// The words of a normalised text.
pub(crate) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(|byte| *byte == b' ').filter(|word| !word.is_empty())
}

/// Two texts without their spaces, compared as one word each: `vicolos tretto` is `vicolo stretto`.
pub(crate) fn distance_without_spaces(a: &[u8], b: &[u8], most: usize) -> Option<usize> {
    let mut closed = [[0_u8; 64]; 2];
    let mut lengths = [0; 2];
    for (side, text) in [a, b].into_iter().enumerate() {
        for byte in text.iter().filter(|byte| **byte != b' ') {
            *closed[side].get_mut(lengths[side])? = *byte;
            lengths[side] += 1;
        }
    }
    distance(&closed[0][..lengths[0]], &closed[1][..lengths[1]], most)
}
