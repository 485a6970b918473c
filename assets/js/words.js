// Words of the reader's language, which the server writes as data attributes of <meta id="words">.

/** A word by its name, or the given one where the page does not carry it. */
export function word(name, otherwise) {
  return document.getElementById("words")?.dataset[name] ?? otherwise;
}
