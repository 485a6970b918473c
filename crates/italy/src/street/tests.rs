//! Streets as letterheads, ledgers and hurried people write them.

use super::{Street, canonical};

#[test]
fn lines_get_one_writing() {
    for (typed, meant) in [
        ("VIA ROMA, 12", "Via Roma 12"),
        ("via roma 12", "Via Roma 12"),
        ("Via Roma n. 12", "Via Roma 12"),
        ("Via Roma n.12", "Via Roma 12"),
        ("Via Roma, n° 12", "Via Roma 12"),
        ("Via Roma nr 12", "Via Roma 12"),
        ("Via Roma, civico 12", "Via Roma 12"),
        ("Via Roma 12/a", "Via Roma 12/A"),
        ("Via Roma 12a", "Via Roma 12/A"),
        ("Via Roma 12 A", "Via Roma 12/A"),
        ("Via Roma 12 / A", "Via Roma 12/A"),
        ("Via Roma 35bis", "Via Roma 35/bis"),
        ("Via Roma 35 bis", "Via Roma 35/bis"),
        ("Via Roma, 12-14", "Via Roma 12-14"),
        ("Via Roma 12/14", "Via Roma 12/14"),
        ("V.le Europa 95 int. 3", "Viale Europa 95 int. 3"),
        ("V.LE EUROPA, 95, INT.3", "Viale Europa 95 int. 3"),
        ("P.zza Garibaldi 1", "Piazza Garibaldi 1"),
        ("P.ZA GARIBALDI 1", "Piazza Garibaldi 1"),
        ("P.le Loreto 5", "Piazzale Loreto 5"),
        ("P.zza della Liberta', 25 interno 3", "Piazza della Libertà 25 int. 3"),
        ("C.so Vittorio Emanuele II, 194", "Corso Vittorio Emanuele II 194"),
        ("C.SO VITTORIO EMANUELE II 194", "Corso Vittorio Emanuele II 194"),
        ("corso vittorio emanuele ii 194", "Corso Vittorio Emanuele II 194"),
        ("L.go Augusto 132", "Largo Augusto 132"),
        ("Vic. Stretto 97/A", "Vicolo Stretto 97/A"),
        ("Str. Prov. 12 137", "Strada Provinciale 12 137"),
        ("S.P. 12 km 3", "Strada Provinciale 12 km 3"),
        ("SP 12, 137", "Strada Provinciale 12 137"),
        ("S.S. 16 Adriatica km 12+300", "Strada Statale 16 Adriatica km 12+300"),
        ("S.S.16 KM. 12,300", "Strada Statale 16 km 12,300"),
        ("SS 16 Km12+300", "Strada Statale 16 km 12+300"),
        ("Strada Provinciale 12 89/A", "Strada Provinciale 12 89/A"),
        ("Loc. Pian del Lago 66bis", "Località Pian del Lago 66/bis"),
        ("LOCALITA' PIAN DEL LAGO SNC", "Località Pian del Lago snc"),
        ("Fraz. San Rocco s.n.c.", "Frazione San Rocco snc"),
        ("Via Salaria S.N.C.", "Via Salaria snc"),
        ("Via Salaria s.n.", "Via Salaria snc"),
        ("C.da Sant' Angelo 4", "Contrada Sant'Angelo 4"),
        ("VIA SANT'ANGELO 4", "Via Sant'Angelo 4"),
        ("VIA DELL'ARTIGIANATO 47", "Via dell'Artigianato 47"),
        ("Via Dell'Artigianato 47", "Via dell'Artigianato 47"),
        ("Via Della Libertà 3", "Via della Libertà 3"),
        ("VIA SAN FRANCESCO D'ASSISI 218", "Via San Francesco d'Assisi 218"),
        ("Via Gabriele D'Annunzio 5", "Via Gabriele D'Annunzio 5"),
        ("Via Di Vittorio 8", "Via Di Vittorio 8"),
        ("VIA DE GASPERI 8", "Via De Gasperi 8"),
        ("VIA LEONARDO DA VINCI 1", "Via Leonardo da Vinci 1"),
        ("VIA XX SETTEMBRE 5", "Via XX Settembre 5"),
        ("via xxv aprile, 7", "Via XXV Aprile 7"),
        ("Via 4 Novembre 12", "Via 4 Novembre 12"),
        ("Via 4 Novembre", "Via 4 Novembre"),
        ("Via 25 Aprile, 3/C", "Via 25 Aprile 3/C"),
        ("Via F.lli Cervi 3", "Via Fratelli Cervi 3"),
        ("Via G. Verdi 3", "Via G. Verdi 3"),
        ("VIA G. VERDI 3", "Via G. Verdi 3"),
        ("Via Roma 12 sc. B int. 3", "Via Roma 12 scala B int. 3"),
        ("Via Roma 12 scala b piano 2 interno 3/a", "Via Roma 12 scala B piano 2 int. 3/A"),
        ("Via Roma 12 c/o Studio Rossi", "Via Roma 12, c/o Studio Rossi"),
        ("c/o Studio Rossi, Via Roma 12", "Via Roma 12, c/o Studio Rossi"),
        ("presso Bar Sport - via Roma 12", "c/o Bar Sport - via Roma 12"),
        ("Via Roma 12 (presso Bar Sport)", "Via Roma 12, c/o Bar Sport"),
        ("Viale dell’Industria 7", "Viale dell'Industria 7"),
        ("Zona Industriale Nord 3", "Zona Industriale Nord 3"),
        ("Z.I. Nord lotto 7", "Zona Industriale Nord lotto 7"),
        ("Via Papa Giovanni XXIII 2", "Via Papa Giovanni XXIII 2"),
        ("Calle Larga 22 marzo 2399", "Calle Larga 22 Marzo 2399"),
        ("Cannaregio 3251", "Cannaregio 3251"),
        ("Via", "Via"),
        ("12", "12"),
        ("", ""),
        ("Largo Augusto, 159", "Largo Augusto 159"),
        ("Viale Monte Nero 1", "Viale Monte Nero 1"),
        ("Via.Roma 3", "Via Roma 3"),
        ("Via Nino Bixio", "Via Nino Bixio"),
    ] {
        assert_eq!(canonical(typed), meant, "{typed}");
        assert_eq!(canonical(meant), meant, "again: {typed}");
    }
}

#[test]
fn a_line_is_taken_apart() {
    let street = Street::parse("V.LE G. MARCONI N. 12/B, SCALA C, INT. 4 C/O ROSSI");
    assert_eq!(street.sort, "Viale");
    assert_eq!(street.name, "G. Marconi");
    assert_eq!(street.number, "12/B");
    assert_eq!(street.inner, ["scala C", "int. 4"]);
    assert_eq!(street.at, "ROSSI");
    let road = Street::parse("S.S. 16 km 12+300");
    assert_eq!((road.sort.as_str(), road.name.as_str(), road.kilometre.as_str()), ("Strada Statale", "16", "12+300"));
}
