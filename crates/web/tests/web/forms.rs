//! E9, E10: forms of other sites, and the set-up page.

use crate::house::{CONSOLE, House, houses};
use engine::testing::both;

#[tokio::test]
async fn only_our_own_pages_send_forms() {
    for house in houses().await {
        let anna = &house.people["anna"];
        let own = format!("http://{}", house.address);
        let form = |body: String| house.page("anna", "POST", "/test/hello").form(&body);
        let right = || form(format!("name=x&csrf={}", anna.csrf));
        right().send().await.expect(200);
        right().header("Origin", &own).header("Sec-Fetch-Site", "same-origin").send().await.expect(200);
        house.page("anna", "POST", "/test/hello").header("X-CSRF-Token", &anna.csrf).form("name=x").send().await.expect(200);
        // Without the token, with another's, from another site, or in a form that no form sends.
        form("name=x".to_owned()).send().await.expect(403);
        form("name=x&csrf=".to_owned()).send().await.expect(403);
        form(format!("name=x&csrf={}", house.people["bruno"].csrf)).send().await.expect(403);
        right().header("Origin", "https://evil.example").send().await.expect(403);
        right().header("Origin", "null").send().await.expect(403);
        right().header("Sec-Fetch-Site", "cross-site").send().await.expect(403);
        right().header("Sec-Fetch-Site", "same-site").header("Origin", &own).send().await.expect(403);
        let csrf = format!("{{\"name\":\"x\",\"csrf\":\"{}\"}}", anna.csrf);
        house.page("anna", "POST", "/test/hello").body("text/plain", csrf).send().await.expect(403);
        house.page("anna", "GET", &format!("/test/hello?_method=POST&csrf={}", anna.csrf)).send().await.expect(200);
        house.page("anna", "GET", "/test/hello").header("X-HTTP-Method-Override", "DELETE").send().await.expect(200);
        // Signing somebody in from elsewhere fails too.
        let sign_in = || house.send("POST", "/test/enter").form("email=a&password=b");
        sign_in().send().await.expect(200);
        sign_in().header("Origin", &own).send().await.expect(200);
        sign_in().header("Origin", "https://evil.example").send().await.expect(403);
        sign_in().header("Sec-Fetch-Site", "cross-site").send().await.expect(403);
        // Listening is for our own pages; a link from elsewhere to a page is not.
        house.page("anna", "GET", "/live").header("Sec-Fetch-Site", "cross-site").send().await.expect(403);
        house.page("anna", "GET", "/test/hello").header("Sec-Fetch-Site", "cross-site").send().await.expect(200);
        // What is wrong with a form is a sentence, in a page.
        let got = form(format!("csrf={}", anna.csrf)).send().await.expect(422);
        assert!(got.header("content-type").starts_with("text/html") && got.text().contains("This is required."));
        form(format!("name=%ff&csrf={}", anna.csrf)).send().await.expect(400);
        let settings = house.page("anna", "GET", "/test/settings").send().await.expect(403);
        assert!(settings.text().contains("Only an administrator"));
        house.page("ada", "GET", "/test/settings").send().await.expect(200);
    }
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_the_door() {
    for house in houses().await {
        let got = house.send("GET", "/test/hello?a=b&c=d").send().await.expect(303);
        assert_eq!(got.header("location"), "/sign-in?next=%2Ftest%2Fhello%3Fa%3Db%26c%3Dd");
        let got = house.send("GET", "/test/hello").header("HX-Request", "true").send().await.expect(401);
        assert_eq!(got.header("hx-redirect"), "/sign-in");
        let cookie = &house.people["anna"].cookie;
        house.send("GET", "/test/hello").header("Cookie", format!("x=1; {cookie}; y=2")).send().await.expect(200);
        // Two cookies of the name: somebody planted one.
        house.send("GET", "/test/hello").header("Cookie", format!("{cookie}; sid=planted")).send().await.expect(303);
    }
}

#[tokio::test]
async fn the_set_up_page_is_for_whoever_reads_the_console_and_then_gone() {
    for (engine, clock) in both(crate::house::areas).await {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        drop(listener);
        let house = House::furnish(engine, clock, |_| {}).await;
        // The house has an administrator: the page is gone, even for whoever knows the secret.
        house.send("GET", &format!("/test/setup?token={CONSOLE}")).send().await.expect(404);
        house.send("POST", "/test/setup").form(&format!("token={CONSOLE}&company=x")).send().await.expect(404);
    }
    for (engine, _) in both(crate::house::areas).await {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut settings = web::WebSettings::local(address);
        settings.console_token = Some(CONSOLE.to_owned());
        let web = web::Web::open(engine, settings).await.unwrap();
        tokio::spawn(web::serve(web, crate::house::routes(), listener, std::future::pending()));
        let send = |method: &str, target: &str| crate::client::Sending::new(address, method, target);
        send("GET", "/test/setup").send().await.expect(403);
        send("GET", "/test/setup?token=guess").send().await.expect(403);
        send("GET", &format!("/test/setup?token={CONSOLE}")).send().await.expect(200);
        send("POST", "/test/setup").form("company=x&token=guess").send().await.expect(403);
        let set = send("POST", "/test/setup").form(&format!("company=Acme&token={CONSOLE}")).send().await.expect(200);
        assert_eq!(set.text(), "Acme");
    }
}
