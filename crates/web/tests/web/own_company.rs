//! The page of the company: what it says of itself, its logo, and that every node hears of it.

use crate::house::{House, houses};
use crate::letters::{set_account, work};
use crate::post_office::PostOffice;
use image::ImageFormat;
use std::io::Cursor;
use std::time::Duration;

const ADDRESS: &str = "/administration/company";

fn picture(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image::DynamicImage::new_rgb8(900, 300).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

async fn version(house: &House) -> String {
    let page = house.page("ada", "GET", ADDRESS).send().await.expect(200).text();
    let at = page.split("name=\"version\" value=\"").nth(1).unwrap_or_else(|| panic!("{page}"));
    at.split('"').next().expect("a version").to_owned()
}

async fn saved(house: &House, who: &str, version: &str, fields: &[(&str, &str)]) -> crate::client::Got {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.append_pair("csrf", &house.people[who].csrf).append_pair("version", version);
    for (name, value) in fields {
        pairs.append_pair(name, value);
    }
    house.page(who, "POST", ADDRESS).form(&pairs.finish()).send().await
}

#[tokio::test]
async fn the_company_says_who_it_is_and_every_node_hears_of_it() {
    for house in houses().await {
        let other = match house.engine.store().dialect() {
            engine::Dialect::Sqlite => house.engine.clone(),
            engine::Dialect::Postgres => engine::testing::engine(house.engine.store().clone(), crate::house::areas()).await.0,
        };
        for who in ["anna", "mara"] {
            assert!(matches!(house.page(who, "GET", ADDRESS).send().await.status, 403 | 404));
            assert!(matches!(saved(&house, who, "1", &[("name", "Mia")]).await.status, 403 | 404));
        }
        let first = version(&house).await;
        let wrong = [
            ("name", ""),
            ("vat_number", "12345678901"),
            ("tax_code", "ABC"),
            ("recipient_code", "1"),
            ("rea", "XX-1"),
            ("email", "nessuno"),
        ];
        let refused = saved(&house, "ada", &first, &wrong).await.expect(422).text();
        for (field, _) in wrong {
            assert!(refused.contains(&format!("href=\"#{field}\"")), "{field} is not refused: {refused}");
        }
        let right = [
            ("name", "Officine <b>Rossi</b>"),
            ("legal_name", "Officine Rossi S.r.l."),
            ("vat_number", "IT 00743110157"),
            ("rea", "pi 123456"),
            ("capital", "10.000,00"),
            ("address.street", "Via Roma 1"),
            ("address.postcode", "56121"),
            ("address.city", "Pisa"),
            ("address.province", "PI"),
            ("pec", "rossi@pec.example"),
        ];
        saved(&house, "ada", &first, &right).await.expect(303);
        let stale = saved(&house, "ada", &first, &[("name", "Altra")]).await.expect(409).text();
        assert!(stale.contains("Officine &#60;b&#62;Rossi"), "{stale}");
        let page = house.page("anna", "GET", "/accounts").send().await.expect(200).text();
        assert!(page.contains("Officine &#60;b&#62;Rossi") && !page.contains("<b>Rossi"), "{page}");
        for _ in 0..200 {
            if &*other.company_known().name == "Officine <b>Rossi</b>" {
                break;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        assert_eq!(&*other.company_known().name, "Officine <b>Rossi</b>", "the other node shows it too");
        let form = house.page("ada", "GET", ADDRESS).send().await.expect(200).text();
        assert!(form.contains("PI-123456") && form.contains("00743110157"), "{form}");
        assert!(house.table("history").await.contains("company"));

        // Under every letter stands who sends it.
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let bruno = house.people["bruno"].id;
        let sent = format!("csrf={}", house.people["ada"].csrf);
        house.page("ada", "POST", &format!("/users/{bruno}/invitation")).form(&sent).send().await.expect(303);
        work(&house).await;
        let letter = office.newest().replace("=\r\n", "").replace("=C2=B7", "·");
        for said in ["Officine Rossi S.r.l.", "56121 Pisa PI", "00743110157", "REA PI-123456", "rossi@pec.example"] {
            assert!(letter.contains(said), "{said} is not in {letter}");
        }
    }
}

#[tokio::test]
async fn a_logo_is_a_picture_of_ours_and_nothing_else() {
    for house in houses().await {
        let csrf = house.people["ada"].csrf.clone();
        let put = |who: &str, name: &str, bytes: &[u8]| {
            let sending = house.page(who, "POST", &format!("{ADDRESS}/logo"));
            sending.multipart(&[("csrf", &house.people[who].csrf)], &[(name, bytes)]).send()
        };
        house.send("GET", "/company/logo").send().await.expect(404);
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        let gif = picture(ImageFormat::Gif);
        let mut spoilt = picture(ImageFormat::Png);
        spoilt.truncate(60);
        let wrong: [(&str, &[u8]); 5] =
            [("logo.svg", svg), ("logo.png", svg), ("logo.gif", &gif), ("logo.png", &spoilt), ("logo.html", b"<script>alert(1)</script>")];
        for (name, bytes) in wrong {
            let got = put("ada", name, bytes).await;
            assert_eq!(got.status, 422, "{name}: {}", got.text());
        }
        house.send("GET", "/company/logo").send().await.expect(404);
        assert!(matches!(put("anna", "logo.png", &picture(ImageFormat::Png)).await.status, 403 | 404));
        for (name, format) in [("logo.png", ImageFormat::Png), ("logo.webp", ImageFormat::WebP), ("logo.jpg", ImageFormat::Jpeg)] {
            put("ada", name, &picture(format)).await.expect(303);
            let got = house.send("GET", "/company/logo").send().await.expect(200);
            assert!(matches!(got.header("content-type"), "image/jpeg" | "image/png"), "{}", got.header("content-type"));
            assert_eq!(got.header("content-security-policy"), "sandbox; default-src 'none'");
            assert_eq!(got.header("x-content-type-options"), "nosniff");
            let small = image::load_from_memory(&got.body).expect("a picture");
            assert_eq!((small.width(), small.height()), (320, 107), "made small");
        }
        for (who, address) in [("", "/sign-in"), ("anna", "/accounts")] {
            let page = if who.is_empty() { house.send("GET", address) } else { house.page(who, "GET", address) };
            let page = page.send().await.expect(200).text();
            assert!(page.contains("src=\"/company/logo?v="), "{page}");
        }
        let off = format!("{ADDRESS}/logo/removal");
        house.page("ada", "POST", &off).form(&format!("csrf={csrf}")).send().await.expect(303);
        house.send("GET", "/company/logo").send().await.expect(404);
        let page = house.page("anna", "GET", "/accounts").send().await.expect(200).text();
        assert!(!page.contains("/company/logo"), "{page}");
    }
}
