//! Companies as ledgers, letterheads and hurried people write them.

use super::{canonical, same};

#[test]
fn names_get_one_writing() {
    for (typed, meant) in [
        ("OFFICINA MECCANICA ROSSI S R L", "Officina Meccanica Rossi S.r.l."),
        ("officina meccanica rossi srl", "Officina Meccanica Rossi S.r.l."),
        ("Officina Meccanica Rossi S.R.L.", "Officina Meccanica Rossi S.r.l."),
        ("Officina Meccanica Rossi s.r.l", "Officina Meccanica Rossi S.r.l."),
        ("ROSSI, SRL", "Rossi S.r.l."),
        ("ROSSI (SRL)", "Rossi S.r.l."),
        ("Rossi - S.r.l.", "Rossi S.r.l."),
        ("TIPOGRAFIA GIORDANO SRLS", "Tipografia Giordano S.r.l.s."),
        ("ACCIAIERIE DEL NORD SPA", "Acciaierie del Nord S.p.A."),
        ("Acciaierie del Nord Società per Azioni", "Acciaierie del Nord S.p.A."),
        ("BIANCHI SNC DI BIANCHI CARLO & C.", "Bianchi S.n.c. di Bianchi Carlo & C."),
        ("Officina Rossi Mario & C. sas", "Officina Rossi Mario & C. S.a.s."),
        ("LA SPERANZA SOC. COOP. SOCIALE", "La Speranza Soc. coop. sociale"),
        ("Lavanderia Bianco Soc. Coop.", "Lavanderia Bianco Soc. coop."),
        ("IL CASTELLO SOCIETA' COOPERATIVA A R.L.", "Il Castello Soc. coop. a r.l."),
        ("CONSORZIO ALFA SCARL", "Consorzio Alfa S.c.a r.l."),
        ("VERDI SRL UNIPERSONALE", "Verdi S.r.l. Unipersonale"),
        ("VERDI S.R.L. IN LIQUIDAZIONE", "Verdi S.r.l. in Liquidazione"),
        ("CAFFE' FLORIAN", "Caffè Florian"),
        ("F.LLI ROSSI SNC", "F.lli Rossi S.n.c."),
        ("BMW ITALIA SPA", "BMW Italia S.p.A."),
        ("3M ITALIA SRL", "3M Italia S.r.l."),
        ("A2A SPA", "A2A S.p.A."),
        ("I.M.A. SPA", "I.M.A. S.p.A."),
        ("HOTEL VITTORIO EMANUELE II", "Hotel Vittorio Emanuele II"),
        ("PANIFICIO D'ANGELO", "Panificio D'Angelo"),
        ("eBay Italia srl", "eBay Italia S.r.l."),
        ("STMicroelectronics srl", "STMicroelectronics S.r.l."),
        ("Bar della Piazza", "Bar della Piazza"),
        ("BAR DELLA PIAZZA", "Bar della Piazza"),
        ("COSTRUZIONI E IMPIANTI ROSSI & FIGLI", "Costruzioni e Impianti Rossi & Figli"),
        ("MUELLER GMBH", "Mueller GmbH"),
        ("ACME LTD.", "Acme Ltd"),
        ("PIZZERIA \"DA GINO\"", "Pizzeria \"da Gino\""),
        ("Studio Legale De Santis", "Studio Legale De Santis"),
        ("CGT EDILIZIA", "CGT Edilizia"),
        ("", ""),
        ("SRL", "SRL"),
    ] {
        assert_eq!(canonical(typed), meant, "{typed}");
        assert_eq!(canonical(meant), meant, "again: {typed}");
    }
}

#[test]
fn writings_of_one_name_are_the_same() {
    assert!(same("ROSSI SRL", "Rossi S.r.l."));
    assert!(!same("Rossi S.r.l.", "Rossi S.p.A."));
}
