//! The palette through HTTP: what it finds, what it remembers, and what it never shows.

use crate::house::{House, houses};
use engine::Through;
use kernel::{Id, Value};
use std::time::Duration;

/// The palette's answer to a module of ours.
async fn palette(house: &House, who: &str, question: &str) -> String {
    house.page(who, "GET", &format!("/palette?{question}")).header("HX-Request", "true").send().await.expect(200).text()
}

/// Opens a card, and waits until that is noted.
async fn open(house: &House, who: &str, path: &str) {
    house.clock.pass(1_000);
    house.page(who, "GET", path).send().await.expect(200);
    for _ in 0..200 {
        if palette(house, who, "").await.contains(&format!("data-href=\"{path}\"")) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{path} was never noted");
}

async fn make(house: &House, who: &str, pairs: &[(&str, &str)]) -> String {
    let mut form = form_urlencoded::Serializer::new(String::new());
    // What is made here is alike.
    form.append_pair("csrf", &house.people[who].csrf).append_pair("insist", "1");
    form.extend_pairs(pairs);
    let made = house.page(who, "POST", "/accounts/new").form(&form.finish()).send().await.expect(303);
    made.header("location").to_owned()
}

#[tokio::test]
async fn names_numbers_and_codes_are_found_and_marked() {
    for house in houses().await {
        let pairs = [
            ("name", "Caffè Niccolò S.r.l."),
            ("vat_number", "01234567897"),
            ("pec", "niccolo@pec.example.it"),
            ("phones", ""),
            ("phones.0.number", "+39 333 123 4567"),
            ("emails", ""),
            ("emails.0.address", "banco@niccolo.example.it"),
        ];
        let card = make(&house, "anna", &pairs).await;
        for asked in
            ["caffe", "NICCOLO caff", "3331234567", "333 123-4567", "01234567897", "IT01234567897", "niccolo@pec.example.it", "banco@nic"]
        {
            let encoded: String = form_urlencoded::byte_serialize(asked.as_bytes()).collect();
            let found = palette(&house, "anna", &format!("q={encoded}")).await;
            assert!(found.contains(&format!("data-href=\"{card}\"")) && found.contains("<mark>"), "{asked}: {found}");
            assert!(found.contains(&format!("data-href=\"/search?q={encoded}\"")), "{asked}");
        }
        assert!(palette(&house, "anna", "q=caffe").await.contains("<mark>Caffè</mark> Niccolò"));
        assert!(palette(&house, "anna", "q=3331234567").await.contains("<mark>333 123 4567</mark>"));
        assert_eq!(palette(&house, "anna", "q=nessuno+si+chiama").await, "");
        // Five of each kind, whoever has more of them.
        for place in 0..7 {
            make(&house, "anna", &[("name", &format!("Molti {place}"))]).await;
        }
        assert_eq!(palette(&house, "anna", "q=molti").await.matches("data-href=\"/accounts/").count(), 5);
        // Without a module it is the search page.
        let got = house.page("anna", "GET", "/palette?q=molti").send().await.expect(303);
        assert_eq!(got.header("location"), "/search?q=molti");
        house.send("GET", "/palette?q=molti").header("HX-Request", "true").send().await.expect(401);
    }
}

#[tokio::test]
async fn it_begins_with_what_was_open_last() {
    for house in houses().await {
        let account = format!("/accounts/{}", house.north.account);
        let contact = format!("/contacts/{}", house.north.contact);
        assert_eq!(palette(&house, "anna", "").await, "");
        open(&house, "anna", &account).await;
        open(&house, "anna", &contact).await;
        let recent = palette(&house, "anna", "").await;
        assert!(recent.find(&contact) < recent.find(&account) && recent.contains("Opened recently"), "{recent}");
        // Where one is already is no place to go to.
        let elsewhere = palette(&house, "anna", &format!("on={contact}")).await;
        assert!(!elsewhere.contains(&contact) && elsewhere.contains(&account));
        // A part of a card that is fetched anew was not opened.
        house.clock.pass(1_000);
        house.page("anna", "GET", &account).header("HX-Request", "true").send().await.expect(200);
        tokio::time::sleep(Duration::from_millis(100)).await;
        let recent = palette(&house, "anna", "").await;
        assert!(recent.find(&contact) < recent.find(&account));
        // What is not found is not remembered.
        house.page("anna", "GET", &format!("/accounts/{}", house.south.account)).send().await.expect(404);
        assert!(!palette(&house, "anna", "").await.contains(&house.south.account.to_string()));
        assert_eq!(palette(&house, "aldo", "").await, "", "each person has his own");
    }
}

#[tokio::test]
async fn what_went_out_of_sight_is_gone_from_it() {
    for house in houses().await {
        let [account, contact] =
            [("accounts", house.north.account), ("contacts", house.north.contact)].map(|(plural, id)| format!("/{plural}/{id}"));
        open(&house, "anna", &account).await;
        open(&house, "anna", &contact).await;
        open(&house, "mara", &account).await;
        give(&house, "account", house.north.account, "bruno").await;
        give(&house, "contact", house.north.contact, "bruno").await;
        let recent = palette(&house, "anna", "").await;
        assert!(!recent.contains("Officine") && !recent.contains("Rossi") && !recent.contains(&account), "{recent}");
        for question in ["q=officine", "q=rossi", "q=00743110157", "q=rossi.A@example.it", "q=sede"] {
            let found = palette(&house, "anna", question).await;
            assert!(!found.contains("Officine") && !found.contains("Rossi") && !found.contains("Sede"), "{question}: {found}");
        }
        assert!(palette(&house, "mara", "").await.contains("Officine A"), "who still sees it still has it");
        // In the trash it is gone for everybody.
        let entity = house.engine.entity("account").expect("accounts");
        let system = house.engine.system(Through::CommandLine);
        house.engine.remove(&system, &entity, house.north.account, None).await.expect("removed");
        assert!(!palette(&house, "mara", "").await.contains("Officine A"));
    }
}

async fn give(house: &House, entity: &str, id: Id, to: &str) {
    let entity = house.engine.entity(entity).expect("an entity");
    let owner = entity.field("owner").expect("an owner").id;
    let system = house.engine.system(Through::CommandLine);
    house.engine.change(&system, &entity, id, None, vec![(owner, Value::Link(house.people[to].id))], Vec::new()).await.expect("given");
}

#[tokio::test]
async fn names_with_markup_stay_text() {
    for house in houses().await {
        let evil = "<img src=x onerror=alert(1)> \"quoted\" <script>alert(2)</script>";
        let card = make(&house, "anna", &[("name", evil), ("pec", "script@pec.example.it"), ("address.city", evil)]).await;
        open(&house, "anna", &card).await;
        let encoded: String = form_urlencoded::byte_serialize(evil.as_bytes()).collect();
        for question in
            ["".to_owned(), "q=script".to_owned(), "q=img+quoted".to_owned(), format!("q={encoded}"), format!("q=x&on={encoded}")]
        {
            let found = palette(&house, "anna", &question).await;
            assert!(!found.contains("<img") && !found.contains("<script") && !found.contains("\"quoted\""), "{question}: {found}");
        }
        assert!(palette(&house, "anna", "q=script").await.contains("&lt;<mark>script</mark>&gt;"));
        for odd in ["q=%00", "q=%F0%9F%92%A5", "q=%22%27%28", "q=a*+OR+b", "on=%2f%2fevil.example", "q=%25", "q=%CC%80"] {
            palette(&house, "anna", odd).await;
        }
        let long = "a+".repeat(4_000);
        palette(&house, "anna", &format!("q={long}")).await;
    }
}

/// WCAG 2.1.4: single letters are each person's choice.
#[tokio::test]
async fn single_letters_can_be_turned_off() {
    for house in houses().await {
        let anna = &house.people["anna"];
        let send = async |pairs: &str| {
            let form = format!("csrf={}&{pairs}", anna.csrf);
            house.page("anna", "POST", "/preferences/keys").form(&form).send().await.expect(303)
        };
        let cookie = |got: &crate::client::Got, value: &str| {
            got.headers.iter().any(|(name, set)| name == "set-cookie" && set.starts_with(&format!("scheda_keys={value};")))
        };
        assert!(cookie(&send("single=false").await, "off") && cookie(&send("single=false&single=true").await, "on"));
        house.page("anna", "POST", "/preferences/keys").form("single=false").send().await.expect(403);
        let with = |cookies: String| house.send("GET", "/preferences").header("Cookie", cookies);
        let off = with(format!("{}; scheda_keys=off", anna.cookie)).send().await.expect(200).text();
        let on = with(anna.cookie.clone()).send().await.expect(200).text();
        assert!(off.contains("data-single-keys=\"off\"") && !on.contains("data-single-keys"));
    }
}
