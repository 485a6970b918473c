//! The pages of any entity, through HTTP: what they show, what they refuse, what they keep.

use crate::client::Got;
use crate::house::{House, houses};
use kernel::Id;

/// A form of somebody's, with the token of his session.
async fn post(house: &House, who: &str, path: &str, pairs: &[(&str, &str)]) -> Got {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("csrf", &house.people[who].csrf);
    for (name, value) in pairs {
        form.append_pair(name, value);
    }
    house.page(who, "POST", path).form(&form.finish()).send().await
}

async fn read(house: &House, who: &str, path: &str) -> String {
    house.page(who, "GET", path).send().await.expect(200).text()
}

/// The address that an answer leads to.
fn led(got: Got) -> String {
    got.expect(303).header("location").to_owned()
}

/// The value of a hidden field.
fn hidden(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

fn link(page: &str, rel: &str) -> Option<String> {
    let after = page.split(&format!("rel=\"{rel}\" href=\"")).nth(1)?;
    Some(after.split('"').next()?.replace("&amp;", "&"))
}

const MARKUP: &str = "<script>alert('x')</script>\"&<b>";

#[tokio::test]
async fn what_people_write_is_never_markup() {
    for house in houses().await {
        let card = led(post(
            &house,
            "anna",
            "/accounts/new",
            &[("name", MARKUP), ("remarks", MARKUP), ("trade_name", MARKUP), ("address.city", MARKUP), ("web_site", "www.example.it")],
        )
        .await);
        post(&house, "anna", &format!("{card}/edit"), &[("version", "1"), ("trade_name", "Other"), ("remarks", "Other")]).await.expect(303);
        let encoded: String = form_urlencoded::byte_serialize(MARKUP.as_bytes()).collect();
        let id = card.rsplit('/').next().expect("an id");
        let everywhere = [
            "/accounts".to_owned(),
            card.clone(),
            format!("{card}/edit"),
            format!("/accounts?q={encoded}"),
            format!("/search?q={encoded}"),
            "/search?q=script".to_owned(),
            "/accounts/options?q=script".to_owned(),
            format!("/contacts/new?through=accounts&to={id}"),
            format!("/sites/new?account={id}&back={encoded}"),
        ];
        for path in everywhere {
            let page = read(&house, "anna", &path).await;
            assert!(!page.contains("<script>alert") && !page.contains("<b>"), "{path} shows markup");
        }
        assert!(read(&house, "anna", &card).await.contains("&lt;script&gt;"));
        let wrong = house.page("anna", "GET", &format!("/accounts?filter={encoded}")).send().await.expect(422).text();
        assert!(!wrong.contains("<script>alert"));
        let twice = post(&house, "anna", "/accounts/new", &[("name", ""), ("remarks", MARKUP), ("owner.text", MARKUP), ("owner", "")])
            .await
            .expect(422)
            .text();
        assert!(!twice.contains("<script>alert") && twice.contains("&lt;script&gt;"));
    }
}

#[tokio::test]
async fn what_one_may_not_see_is_on_no_page() {
    for house in houses().await {
        let theirs = house.south.account;
        for path in ["/accounts", "/search?q=officine", "/accounts/options?q=officine", "/contacts", "/sites", "/accounts?q=officine"] {
            let page = read(&house, "anna", path).await;
            assert!(!page.contains("Officine B") && !page.contains("Rossi B") && !page.contains("Sede B"), "{path}");
        }
        house.page("anna", "GET", &format!("/accounts/{theirs}")).send().await.expect(404);
        house.page("anna", "GET", &format!("/accounts/{theirs}/edit")).send().await.expect(404);
        house.page("anna", "GET", &format!("/contacts/new?through=accounts&to={theirs}")).send().await.expect(404);
        post(&house, "anna", &format!("/accounts/{theirs}/edit"), &[("version", "1"), ("name", "Mine")]).await.expect(404);
        post(&house, "anna", "/contacts/new", &[("name.family", "X"), ("through", "accounts"), ("to", &theirs.to_string())])
            .await
            .expect(404);
        // A link to it is refused beside the field, in the same words as one to nothing.
        let page =
            post(&house, "anna", "/sites/new", &[("name", "X"), ("account", &theirs.to_string()), ("account.text", "Officine B")]).await;
        assert!(page.expect(422).text().contains("No record has this name"));
        // Its history neither.
        post(&house, "anna", &format!("/changes/{}/undo", house.south.changeset), &[]).await.expect(404);
    }
}

#[tokio::test]
async fn a_reader_reads() {
    for house in houses().await {
        let card = format!("/accounts/{}", house.north.account);
        let page = read(&house, "rita", &card).await;
        assert!(!page.contains("/edit") && !page.contains("/removal") && !page.contains("/accounts/new"));
        house.page("rita", "GET", "/accounts/new").send().await.expect(403);
        post(&house, "rita", &format!("{card}/removal"), &[]).await.expect(403);
        assert!(!read(&house, "rita", "/accounts").await.contains("/administration"), "administration is not for readers");
        house.page("rita", "GET", "/administration").send().await.expect(403);
    }
}

#[tokio::test]
async fn one_page_leads_to_all_that_administrators_look_after() {
    for house in houses().await {
        let bar = read(&house, "ada", "/accounts").await;
        assert!(bar.contains("href=\"/administration\""), "{bar}");
        let hub = read(&house, "ada", "/administration").await;
        let shown = hub.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).expect("the page");
        let lines: Vec<&str> = shown.split("<a href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for area in ["/users", "/teams", "/terms", "/consent_texts", "/relation_types"] {
            assert!(lines.contains(&area), "{area}: {lines:?}");
        }
        for address in lines {
            house.page("ada", "GET", address).send().await.expect(200);
        }
        assert!(!shown.contains(">administration-"), "a line without words: {shown}");
    }
}

#[tokio::test]
async fn nobody_gives_himself_a_role_and_nobody_is_removed() {
    for house in houses().await {
        let me = house.people["anna"].id;
        post(&house, "anna", &format!("/users/{me}/edit"), &[("version", "1"), ("roles", "administrator")]).await.expect(403);
        post(&house, "anna", &format!("/users/{me}/password"), &[("password", "finestra mare tredici volte")]).await.expect(403);
        post(&house, "ada", &format!("/users/{me}/removal"), &[]).await.expect(403);
        assert!(!read(&house, "ada", &format!("/users/{me}")).await.contains("/removal"));
        let away = led(post(&house, "ada", &format!("/users/{me}/edit"), &[("version", "1"), ("active", "false")]).await);
        assert_eq!(away, format!("/users/{me}"));
        house.page("anna", "GET", "/accounts").send().await.expect(303);
    }
}

#[tokio::test]
async fn the_same_form_sent_twice_makes_one_record() {
    for house in houses().await {
        let form = read(&house, "anna", "/accounts/new").await;
        let sending = hidden(&form, "sending");
        assert_eq!(sending.len(), 43);
        let form = [("name", "Once S.r.l."), ("sending", sending.as_str())];
        let send = || post(&house, "anna", "/accounts/new", &form);
        let first = led(send().await);
        assert_eq!(led(send().await), first);
        assert_eq!(read(&house, "anna", "/accounts").await.matches("Once S.r.l.").count(), 1);
    }
}

#[tokio::test]
async fn a_stale_form_never_wins_by_itself() {
    for house in houses().await {
        let card = format!("/accounts/{}", house.north.account);
        let edit = format!("{card}/edit");
        let version = hidden(&read(&house, "aldo", &edit).await, "version");
        post(&house, "anna", &edit, &[("version", &version), ("trade_name", "Theirs"), ("employees", "12")]).await.expect(303);
        let mine = [("version", version.as_str()), ("name", "Officine A"), ("trade_name", "Mine"), ("employees", ""), ("remarks", "kept")];
        let page = post(&house, "aldo", &edit, &mine).await.expect(409).text();
        assert!(page.contains("Mine: Mine") && page.contains("The saved one: Theirs") && page.contains("kept"));
        // Nobody touched the employees here: theirs are taken over.
        assert!(page.contains("value=\"12\"") && !page.contains("decide.employees"));
        let now = hidden(&page, "version");
        let decided =
            [("version", now.as_str()), ("trade_name", "Mine"), ("remarks", "kept"), ("employees", "12"), ("decide.trade_name", "theirs")];
        post(&house, "aldo", &edit, &decided).await.expect(303);
        let page = read(&house, "aldo", &card).await;
        assert!(page.contains("Theirs") && page.contains("kept"));
    }
}

#[tokio::test]
async fn a_contact_and_its_place_are_one_operation() {
    for house in houses().await {
        let account = house.north.account.to_string();
        let form = [
            ("through", "accounts"),
            ("to", account.as_str()),
            ("place.role", "Buyer"),
            ("place.main", "true"),
            ("name.given", "Mario"),
            ("name.family", "Verdi"),
            ("emails", ""),
            ("emails.3.address", "Mario.Verdi@Example.it"),
            ("emails.4.address", ""),
            ("emails.main", "3"),
        ];
        let got = post(&house, "anna", "/contacts/new", &form).await;
        assert_eq!(led(got), format!("/accounts/{account}"));
        let card = read(&house, "anna", &format!("/accounts/{account}")).await;
        assert!(card.contains("Verdi Mario") && card.contains("Buyer") && card.contains(">main<"));
        // What is wrong with a line is said at the line, under the number it has in the form.
        let wrong = [("name.family", "Neri"), ("emails", ""), ("emails.3.address", "right@example.it"), ("emails.7.address", "wrong")];
        let page = post(&house, "anna", "/contacts/new", &wrong).await.expect(422).text();
        assert!(page.contains("href=\"#emails.7.address\"") && page.contains("id=\"emails.7.address-error\""));
    }
}

#[tokio::test]
async fn a_list_is_walked_forward_and_back() {
    for house in houses().await {
        let mut expected: Vec<String> = vec!["Officine A".to_owned()];
        for place in 0..120 {
            let name = format!("Walk {place:03} S.r.l.");
            post(&house, "anna", "/accounts/new", &[("name", &name)]).await.expect(303);
            expected.push(name);
        }
        let names = |page: &str| -> Vec<String> {
            let cells = page.split("class=\"row-link\"").skip(1);
            cells.filter_map(|cell| Some(cell.split('>').nth(1)?.split('<').next()?.to_owned())).collect()
        };
        let mut walked = Vec::new();
        let mut path = "/accounts?sort=name".to_owned();
        let mut pages = Vec::new();
        loop {
            let page = read(&house, "anna", &path).await;
            walked.extend(names(&page));
            pages.push(names(&page));
            match link(&page, "next") {
                Some(next) => path = next,
                None => break,
            }
        }
        assert_eq!(walked, expected);
        let last = read(&house, "anna", &path).await;
        let before = link(&last, "prev").expect("a way back");
        assert_eq!(names(&read(&house, "anna", &before).await), pages[1]);
        // A place is sealed for its list: elsewhere it means nothing, and the list begins at its start.
        let moved = before.replace("sort=name", "sort=-name");
        assert_eq!(names(&read(&house, "anna", &moved).await)[0], "Walk 119 S.r.l.");
        let counted = house.page("anna", "GET", "/accounts/count").header("HX-Request", "true").send().await.expect(200).text();
        assert!(counted.contains("121 in all"), "{counted}");
    }
}

#[tokio::test]
async fn what_was_removed_comes_back() {
    for house in houses().await {
        let card = format!("/contacts/{}", house.north.contact);
        assert_eq!(led(post(&house, "mara", &format!("{card}/removal"), &[]).await), "/contacts");
        assert!(!read(&house, "mara", "/contacts").await.contains("Rossi A"));
        assert!(read(&house, "mara", "/contacts?trash=1").await.contains("Rossi A"));
        let page = read(&house, "mara", &card).await;
        assert!(page.contains("in the trash since") && page.contains("/restoration") && !page.contains("/removal"));
        // Somebody had its form open meanwhile: he is led to the card, which says so.
        assert_eq!(led(post(&house, "anna", &format!("{card}/edit"), &[("version", "1"), ("job_title", "X")]).await), card);
        assert_eq!(led(post(&house, "mara", &format!("{card}/restoration"), &[]).await), card);
        assert!(read(&house, "mara", "/contacts").await.contains("Rossi A"));
    }
}

#[tokio::test]
async fn one_reads_in_his_own_language() {
    for house in houses().await {
        assert!(read(&house, "rita", "/accounts").await.contains("<html lang=\"en\""));
        post(&house, "rita", "/preferences/language", &[("language", "it")]).await.expect(303);
        let page = read(&house, "rita", "/accounts").await;
        assert!(page.contains("<html lang=\"it\"") && page.contains("Clienti"));
        let entry = house.send("GET", "/sign-in").header("Accept-Language", "en-GB,en;q=0.9,it;q=0.5").send().await.expect(200).text();
        assert!(entry.contains(">Sign in<"));
        let unknown: Id = house.people["rita"].id;
        house.page("rita", "GET", &format!("/accounts/{unknown}")).send().await.expect(404);
    }
}
