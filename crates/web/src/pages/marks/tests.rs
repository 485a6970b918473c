use super::{words, write};

fn marked(text: &str, asked: &str) -> String {
    let mut out = String::new();
    write(&mut out, text, &words(asked));
    out
}

#[test]
fn beginnings_of_words_are_marked_whatever_their_accents() {
    assert_eq!(marked("Officina Rossi", "ros OFF"), "<mark>Off</mark>icina <mark>Ros</mark>si");
    assert_eq!(marked("Caffè Niccolò", "caffe niccolo"), "<mark>Caffè</mark> <mark>Niccolò</mark>");
    assert_eq!(marked("Caffe\u{300} nero", "caffè"), "<mark>Caffe</mark>\u{300} nero");
    assert_eq!(marked("Grossi", "rossi"), "Grossi", "the middle of a word is not what was asked");
    assert_eq!(marked("D’Amico", "amico"), "D’<mark>Amico</mark>");
    assert_eq!(marked("info@rossi.it", "rossi"), "info@<mark>rossi</mark>.it");
}

#[test]
fn a_number_is_marked_across_its_punctuation() {
    for asked in ["3331234567", "333 123 4567", "+39 333-123.4567", "0039 333 1234567"] {
        assert_eq!(marked("333 123 4567", asked), "<mark>333 123 4567</mark>", "{asked}");
    }
    assert_eq!(marked("+39 333 123 4567", "33312"), "+39 <mark>333 12</mark>3 4567");
    assert_eq!(marked("333 123 4567", "12"), "333 <mark>12</mark>3 4567");
}

#[test]
fn what_is_marked_stays_text() {
    assert_eq!(marked("<b>Rossi</b> & figli", "b rossi"), "&lt;<mark>b</mark>&gt;<mark>Rossi</mark>&lt;/<mark>b</mark>&gt; &amp; figli");
    for odd in ["", "💥", "ß", "\u{300}", "a\u{0}b", "ﬁne", "İstanbul"] {
        marked(odd, "ss fine a istanbul");
        marked("Straße ﬁne", odd);
    }
}
