//! Companies and people in one column.

use super::{Form, split};

#[test]
fn companies_are_known_by_their_end() {
    for (name, stem, form) in [
        ("Rossi S.r.l.", "Rossi", Form::Srl),
        ("ROSSI SRL", "ROSSI", Form::Srl),
        ("Rossi s. r. l.", "Rossi", Form::Srl),
        ("Alfa S.r.l.s.", "Alfa", Form::Srls),
        ("Banca Beta S.p.A.", "Banca Beta", Form::Spa),
        ("Gamma SPA in liquidazione", "Gamma", Form::Spa),
        ("Delta S.r.l. Unipersonale", "Delta", Form::Srl),
        ("Delta - S.R.L. a socio unico", "Delta", Form::Srl),
        ("Delta S.r.l. unipersonale in liquidazione", "Delta", Form::Srl),
        ("Rossi Mario & C. S.a.s.", "Rossi Mario", Form::Sas),
        ("Rossi Mario e C. SNC", "Rossi Mario", Form::Snc),
        ("Officina Meccanica S.n.c. di Rossi Mario & C.", "Officina Meccanica", Form::Snc),
        ("Bar Sport di Bianchi Luca & C. s.a.s.", "Bar Sport di Bianchi Luca", Form::Sas),
        ("La Speranza Soc. Coop.", "La Speranza", Form::Cooperative),
        ("La Speranza Soc. Coop. a r.l.", "La Speranza", Form::Cooperative),
        ("La Speranza Società Cooperativa Sociale Onlus", "La Speranza", Form::Cooperative),
        ("Soc. Coop. La Speranza", "La Speranza", Form::Cooperative),
        ("Epsilon società a responsabilità limitata", "Epsilon", Form::Srl),
        ("EPSILON SOCIETA' A RESPONSABILITA' LIMITATA", "EPSILON", Form::Srl),
        ("Zeta S.c.a r.l.", "Zeta", Form::Consortium),
        ("Podere Vecchio Società Semplice Agricola", "Podere Vecchio", Form::Ss),
        ("Podere Vecchio s.s.", "Podere Vecchio", Form::Ss),
        ("Studio Verdi S.t.p. S.r.l.", "Studio Verdi S.t.p.", Form::Srl),
        ("Studio Verdi Srl STP", "Studio Verdi", Form::Srl),
        ("Müller GmbH & Co. KG", "Müller", Form::Foreign),
        ("Schmidt AG", "Schmidt", Form::Foreign),
        ("Acme Ltd.", "Acme", Form::Foreign),
        ("Polisportiva A.S.D.", "Polisportiva", Form::Association),
        ("Ferramenta Neri & C.", "Ferramenta Neri", Form::Partners),
        ("Falegnameria Neri e figli", "Falegnameria Neri", Form::Partners),
    ] {
        assert_eq!(split(name), (stem, Some(form)), "{name}");
    }
}

#[test]
fn people_and_plain_names_are_left_alone() {
    for name in [
        "Mario Rossi",
        "F.lli Bianchi",
        "ROSSI MARIO AG",
        "Spa",
        "S.r.l.",
        "",
        "  ",
        "Anna Massas",
        "Trattoria da Gino",
        "D'Amico Carlo",
        "& C.",
        "e C.",
    ] {
        assert_eq!(split(name), (name.trim(), None), "{name}");
    }
}
