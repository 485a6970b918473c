//! Names, towns and trades for a believable Italian company. No real person or company.

/// Family names, the most common first.
pub const FAMILIES: [&str; 84] = [
    "Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Colombo", "Ricci", "Marino", "Greco", "Bruno", "Gallo", "Conti", "De Luca",
    "Mancini", "Costa", "Giordano", "Rizzo", "Lombardi", "Moretti", "Barbieri", "Fontana", "Santoro", "Mariani", "Rinaldi", "Caruso", "Ferrara",
    "Galli", "Martini", "Leone", "Longo", "Gentile", "Martinelli", "Vitale", "Lombardo", "Serra", "Coppola", "De Santis", "D'Angelo", "Marchetti",
    "Parisi", "Villa", "Conte", "Ferraro", "Ferri", "Fabbri", "Bianco", "Marini", "Grasso", "Valentini", "Messina", "Sala", "De Angelis", "Gatti",
    "Pellegrini", "Palumbo", "Sanna", "Farina", "Rizzi", "Monti", "Cattaneo", "Morelli", "Amato", "Silvestri", "Mazza", "Testa", "Grassi",
    "Pellegrino", "Carbone", "Giuliani", "Benedetti", "Barone", "Rossetti", "Caputo", "Montanari", "Guerra", "Palmieri", "Bernardi", "Martino",
    "Fiore", "De Rosa", "Ferretti", "Bellini", "Nicolò",
];

/// Given names.
pub const GIVEN: [&str; 60] = [
    "Giuseppe", "Maria", "Giovanni", "Anna", "Antonio", "Francesca", "Mario", "Giulia", "Luigi", "Chiara", "Francesco", "Laura", "Marco", "Sara",
    "Andrea", "Elena", "Luca", "Valentina", "Stefano", "Federica", "Paolo", "Alessandra", "Roberto", "Silvia", "Alessandro", "Paola", "Davide",
    "Martina", "Matteo", "Elisa", "Simone", "Roberta", "Riccardo", "Barbara", "Fabio", "Cristina", "Claudio", "Monica", "Massimo", "Daniela",
    "Salvatore", "Ilaria", "Vincenzo", "Simona", "Giorgio", "Beatrice", "Enrico", "Giorgia", "Alberto", "Noemi", "Pietro", "Caterina", "Nicola",
    "Irene", "Michele", "Alice", "Emanuele", "Lucia", "Tommaso", "Rosa",
];

/// A town: name, province, postcode, phone prefix.
pub const TOWNS: [(&str, &str, &str, &str); 64] = [
    ("Milano", "MI", "20121", "02"), ("Roma", "RM", "00184", "06"), ("Torino", "TO", "10121", "011"), ("Napoli", "NA", "80133", "081"),
    ("Pisa", "PI", "56125", "050"), ("Firenze", "FI", "50123", "055"), ("Bologna", "BO", "40121", "051"), ("Livorno", "LI", "57123", "0586"),
    ("Genova", "GE", "16121", "010"), ("Verona", "VR", "37121", "045"), ("Padova", "PD", "35121", "049"), ("Brescia", "BS", "25121", "030"),
    ("Pontedera", "PI", "56025", "0587"), ("Lucca", "LU", "55100", "0583"), ("Prato", "PO", "59100", "0574"), ("Modena", "MO", "41121", "059"),
    ("Parma", "PR", "43121", "0521"), ("Reggio nell'Emilia", "RE", "42121", "0522"), ("Bergamo", "BG", "24121", "035"), ("Vicenza", "VI", "36100", "0444"),
    ("Treviso", "TV", "31100", "0422"), ("Udine", "UD", "33100", "0432"), ("Trieste", "TS", "34121", "040"), ("Venezia", "VE", "30172", "041"),
    ("Bari", "BA", "70121", "080"), ("Palermo", "PA", "90133", "091"), ("Catania", "CT", "95124", "095"), ("Cagliari", "CA", "09124", "070"),
    ("Perugia", "PG", "06121", "075"), ("Ancona", "AN", "60121", "071"), ("Pescara", "PE", "65121", "085"), ("Rimini", "RN", "47921", "0541"),
    ("Arezzo", "AR", "52100", "0575"), ("Siena", "SI", "53100", "0577"), ("Grosseto", "GR", "58100", "0564"), ("Massa", "MS", "54100", "0585"),
    ("La Spezia", "SP", "19121", "0187"), ("Savona", "SV", "17100", "019"), ("Cuneo", "CN", "12100", "0171"), ("Novara", "NO", "28100", "0321"),
    ("Varese", "VA", "21100", "0332"), ("Como", "CO", "22100", "031"), ("Monza", "MB", "20900", "039"), ("Lecco", "LC", "23900", "0341"),
    ("Mantova", "MN", "46100", "0376"), ("Cremona", "CR", "26100", "0372"), ("Piacenza", "PC", "29121", "0523"), ("Ferrara", "FE", "44121", "0532"),
    ("Ravenna", "RA", "48121", "0544"), ("Forlì", "FC", "47121", "0543"), ("Pesaro", "PU", "61121", "0721"), ("Macerata", "MC", "62100", "0733"),
    ("Terni", "TR", "05100", "0744"), ("Viterbo", "VT", "01100", "0761"), ("Latina", "LT", "04100", "0773"), ("Salerno", "SA", "84121", "089"),
    ("Caserta", "CE", "81100", "0823"), ("Lecce", "LE", "73100", "0832"), ("Taranto", "TA", "74121", "099"), ("Potenza", "PZ", "85100", "0971"),
    ("Cosenza", "CS", "87100", "0984"), ("Messina", "ME", "98121", "090"), ("Sassari", "SS", "07100", "079"), ("Cascina", "PI", "56021", "050"),
];

/// Streets.
pub const STREETS: [&str; 24] = [
    "Via Roma", "Via Garibaldi", "Corso Italia", "Via Mazzini", "Via Dante Alighieri", "Via Cavour", "Viale della Repubblica", "Via Verdi",
    "Via dell'Artigianato", "Via dell'Industria", "Piazza della Libertà", "Via Marconi", "Via Matteotti", "Via Gramsci", "Viale Europa",
    "Via del Lavoro", "Via San Francesco d'Assisi", "Corso Vittorio Emanuele II", "Via XX Settembre", "Via Aldo Moro", "Largo Augusto",
    "Via Toscoromagnola", "Strada Provinciale 12", "Via della Stazione",
];

/// A trade: what stands before the name, and its sector.
pub const TRADES: [(&str, &str); 30] = [
    ("Officina Meccanica", "metalmeccanica"), ("Carpenteria", "metalmeccanica"), ("Tornitura", "metalmeccanica"), ("Stampi", "plastica"),
    ("Falegnameria", "legno"), ("Mobilificio", "legno"), ("Arredamenti", "legno"), ("Serramenti", "edilizia"), ("Costruzioni", "edilizia"),
    ("Edil", "edilizia"), ("Impianti Elettrici", "impianti"), ("Termoidraulica", "impianti"), ("Molino", "alimentare"), ("Caseificio", "alimentare"),
    ("Salumificio", "alimentare"), ("Pastificio", "alimentare"), ("Azienda Agricola", "agricoltura"), ("Cantina", "agricoltura"),
    ("Tipografia", "grafica"), ("Cartotecnica", "grafica"), ("Lavanderia", "servizi"), ("Trasporti", "logistica"), ("Autotrasporti", "logistica"),
    ("Conceria", "moda"), ("Calzaturificio", "moda"), ("Confezioni", "moda"), ("Studio Tecnico", "studi-professionali"),
    ("Consulenze", "studi-professionali"), ("Farmacia", "sanita"), ("Hotel", "turismo"),
];

/// Legal forms of companies.
pub const FORMS: [&str; 7] = ["S.r.l.", "S.r.l.", "S.r.l.", "S.p.A.", "S.n.c.", "S.a.s.", "Soc. Coop."];

/// What people do in a company.
pub const ROLES: [&str; 12] = [
    "Titolare", "Responsabile acquisti", "Amministrazione", "Direttore tecnico", "Segreteria", "Direttore commerciale", "Responsabile produzione",
    "Responsabile qualità", "Legale rappresentante", "Magazzino", "Ufficio tecnico", "Responsabile IT",
];

/// Terms of the vocabularies: vocabulary, Italian, English.
pub const TERMS: [(&str, &str, &str); 42] = [
    ("sector", "Metalmeccanica", "Engineering"), ("sector", "Plastica", "Plastics"), ("sector", "Legno", "Wood and furniture"),
    ("sector", "Edilizia", "Building"), ("sector", "Impianti", "Plant installation"), ("sector", "Alimentare", "Food"),
    ("sector", "Agricoltura", "Farming"), ("sector", "Grafica", "Printing"), ("sector", "Servizi", "Services"), ("sector", "Logistica", "Logistics"),
    ("sector", "Moda", "Fashion"), ("sector", "Studi professionali", "Professional firms"), ("sector", "Sanità", "Health"),
    ("sector", "Turismo", "Tourism"), ("market", "Locale", "Local"), ("market", "Nazionale", "National"), ("market", "Europa", "Europe"),
    ("market", "Mondo", "World"), ("zone", "Pisa e Livorno", "Pisa and Livorno"), ("zone", "Toscana nord", "Northern Tuscany"),
    ("zone", "Toscana sud", "Southern Tuscany"), ("zone", "Liguria", "Liguria"), ("zone", "Emilia", "Emilia"), ("zone", "Nord ovest", "North-west"),
    ("zone", "Nord est", "North-east"), ("zone", "Centro", "Centre"), ("zone", "Sud e isole", "South and islands"),
    ("product-interest", "Stampanti e multifunzione", "Printers"), ("product-interest", "Gestionale", "ERP software"),
    ("product-interest", "Centralino", "Telephone system"), ("product-interest", "Rete e Wi-Fi", "Network and Wi-Fi"),
    ("product-interest", "Videosorveglianza", "Video surveillance"), ("service-expected", "Assistenza in sede", "On-site support"),
    ("service-expected", "Assistenza telefonica", "Telephone support"), ("service-expected", "Formazione", "Training"),
    ("service-expected", "Noleggio", "Rental"), ("competing-tool", "Fogli di calcolo", "Spreadsheets"), ("competing-tool", "Outlook", "Outlook"),
    ("competing-tool", "Altro CRM", "Another CRM"), ("source", "Fiera", "Trade fair"), ("source", "Passaparola", "Word of mouth"),
    ("source", "Sito web", "Web site"),
];
