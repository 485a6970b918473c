use super::plain;

#[test]
fn text_beside_the_html_says_the_same_words() {
    let html = "<style>p { margin: 0 }</style><p>Gentile  <b>Ada</b>\n\t Neri,</p><p>c’è una novità &amp; costa&nbsp;3&euro; &sconto; &#232; \
        tutto.<br>A presto &</p><ul><li>Uno</li><li><a href=\"https://verdi.example/due?a=1&amp;b=2\">Due</a></li></ul>";
    assert_eq!(
        plain(html),
        "Gentile Ada Neri,\n\nc’è una novità & costa 3€ &sconto; è tutto.\nA presto &\n\n- Uno\n- Due (https://verdi.example/due?a=1&b=2)\n"
    );
}
