//! One input of a form that is about no record: its label, what stands in it, what is wrong with it.

use kernel::Problems;

use crate::pages::speech::Speech;

/// An input, as `input.html` writes it.
#[derive(Debug, Default)]
pub(crate) struct Input {
    pub(crate) name: &'static str,
    pub(crate) label: String,
    /// `text`, `email`, `password`, `number`, `date`, `select`, `long` or `switch`.
    pub(crate) kind: &'static str,
    pub(crate) value: String,
    pub(crate) hint: String,
    pub(crate) error: Option<String>,
    /// What a browser may fill in.
    pub(crate) auto: &'static str,
    pub(crate) required: bool,
    /// Whether a phone shows its digits.
    pub(crate) numeric: bool,
    pub(crate) focused: bool,
    pub(crate) width: &'static str,
    pub(crate) options: Vec<(String, String)>,
}

impl Input {
    /// An input called by the words `{page}-{name}`, with the hint `{page}-{name}-hint` where there is one.
    pub(crate) fn new(speech: &Speech, page: &str, name: &'static str, kind: &'static str, value: &str) -> Input {
        let key = format!("{page}-{}", name.replace('_', "-"));
        let hint = speech.known(&format!("{key}-hint")).unwrap_or_default().to_owned();
        Input {
            name,
            label: speech.say(&key).to_owned(),
            kind,
            value: value.to_owned(),
            hint,
            auto: "off",
            width: "w-long",
            ..Input::default()
        }
    }

    /// The same, for a browser that may fill it in.
    pub(crate) fn auto(mut self, auto: &'static str) -> Input {
        self.auto = auto;
        self
    }

    /// The same, which may not stay empty.
    pub(crate) fn required(mut self) -> Input {
        self.required = true;
        self
    }

    /// The same, where one begins to write.
    pub(crate) fn focused(mut self) -> Input {
        self.focused = true;
        self
    }

    /// The same with this hint.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Input {
        self.hint = hint.into();
        self
    }

    /// The same with these choices: key and words.
    pub(crate) fn options(mut self, options: Vec<(String, String)>) -> Input {
        self.options = options;
        self
    }

    /// How it is described to whoever does not see: attributes, of names that we gave.
    pub(crate) fn described(&self) -> String {
        let mut about = Vec::new();
        if !self.hint.is_empty() {
            about.push(format!("{}-hint", self.name));
        }
        if self.error.is_some() {
            about.push(format!("{}-error", self.name));
        }
        let invalid = if self.error.is_some() { " aria-invalid=\"true\"" } else { "" };
        if about.is_empty() { invalid.to_owned() } else { format!("{invalid} aria-describedby=\"{}\"", about.join(" ")) }
    }
}

/// Says beside each input what is wrong with it; what is about none of them is given back.
pub(crate) fn marked(inputs: &mut [Input], speech: &Speech, problems: Problems) -> Vec<String> {
    let mut others = Vec::new();
    for problem in problems {
        let said = speech.sentence(&problem.say);
        match inputs.iter_mut().find(|input| input.name == problem.field) {
            Some(input) => input.error = Some(said),
            None => others.push(said),
        }
    }
    others
}
