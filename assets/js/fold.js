// Text as people compare it: without accents, without capitals; and whether words answer to what somebody writes.

/** Lower case, without accents. */
export function fold(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

const parts = (text) => fold(text).split(/[^\p{L}\p{N}]+/u).filter(Boolean);

/** Letters from which a word may have one mistake. */
const LONG = 4;

/** Whether every written word begins one of these words; a long one with one letter wrong, missing, added or swapped too. */
export function matches(words, written) {
  const known = parts(words);
  return parts(written).every((word) => known.some((one) => one.startsWith(word) || (word.length >= LONG && nearly(one, word))));
}

function nearly(one, word) {
  let same = 0;
  while (same < word.length && one[same] === word[same]) same += 1;
  const rest = word.slice(same + 1);
  const swapped = word[same + 1] === one[same] && word[same] === one[same + 1];
  return (
    one.startsWith(rest, same + 1) ||
    one.startsWith(rest, same) ||
    one.startsWith(word.slice(same), same + 1) ||
    (swapped && one.startsWith(word.slice(same + 2), same + 2))
  );
}
