//! What a letter says: a greeting, paragraphs, one link, and small print; as plain text and as simple HTML.

/// The words of a letter.
#[derive(Debug, Clone, Default)]
pub struct Wording {
    /// What it is about.
    pub subject: String,
    /// The paragraphs.
    pub paragraphs: Vec<String>,
    /// What is to be done, and where.
    pub link: Option<(String, String)>,
    /// What stands under it, small.
    pub foot: Vec<String>,
}

impl Wording {
    /// As plain text.
    pub fn text(&self) -> String {
        let mut parts = self.paragraphs.clone();
        if let Some((label, address)) = &self.link {
            parts.push(format!("{label}:\n{address}"));
        }
        if !self.foot.is_empty() {
            parts.push(format!("-- \n{}", self.foot.join("\n")));
        }
        parts.join("\n\n") + "\n"
    }

    /// As HTML that any mail program shows: no styles from elsewhere, no pictures, nothing that is fetched.
    pub fn html(&self) -> String {
        let mut body = String::new();
        for paragraph in &self.paragraphs {
            body += &format!("<p>{}</p>", escaped(paragraph).replace('\n', "<br>"));
        }
        if let Some((label, address)) = &self.link {
            let address = escaped(address);
            body += &format!("<p><a href=\"{address}\"><strong>{}</strong></a></p><p>{address}</p>", escaped(label));
        }
        if !self.foot.is_empty() {
            let lines: Vec<String> = self.foot.iter().map(|line| escaped(line)).collect();
            body += &format!("<hr><p><small>{}</small></p>", lines.join("<br>"));
        }
        format!("<!doctype html><html><head><meta charset=\"utf-8\"></head><body>{body}</body></html>")
    }
}

fn escaped(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// C2: what people are called is text, also in mail.
    #[test]
    fn a_name_is_never_markup() {
        let wording = Wording {
            subject: "Invito".to_owned(),
            paragraphs: vec!["Gentile <img src=x onerror=alert(1)> & figli".to_owned()],
            link: Some(("Apri".to_owned(), "https://crm.example.it/x?a=1&b=\"2\"".to_owned())),
            foot: vec!["Officina <Verdi>".to_owned()],
        };
        let html = wording.html();
        assert!(!html.contains("<img") && html.contains("&lt;img src=x") && html.contains("&amp;b=&quot;2&quot;"), "{html}");
        assert!(wording.text().contains("Apri:\nhttps://crm.example.it/x?a=1&b=\"2\""));
    }
}
