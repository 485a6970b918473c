//! Passkeys, with an authenticator made of a key and a counter: added, asked after a password, enough alone, and never copied.

use crate::arrivals::{known, told};
use crate::client::{Got, Sending};
use crate::house::{House, houses};
use crate::letters::set_account;
use crate::post_office::PostOffice;
use crate::signing_in::{PASSWORD, cookie, form, with_password};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as LETTERS;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

/// A device that holds one passkey.
#[derive(Clone)]
struct Device {
    pkcs8: Vec<u8>,
    id: Vec<u8>,
    handle: Vec<u8>,
    counter: u32,
    /// Whether it makes sure who holds it.
    verifies: bool,
}

impl Device {
    fn new(id: u8) -> Device {
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).expect("a key");
        Device { pkcs8: pkcs8.as_ref().to_vec(), id: vec![id; 32], handle: Vec::new(), counter: 0, verifies: true }
    }

    fn key(&self) -> EcdsaKeyPair {
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &self.pkcs8, &SystemRandom::new()).expect("a key")
    }

    /// What it says of itself and of this moment.
    fn said(&mut self, relying: &str, attested: bool) -> Vec<u8> {
        self.counter += 1;
        let flags = 0x01 | if self.verifies { 0x04 } else { 0 } | if attested { 0x40 } else { 0 };
        let mut said = Sha256::digest(relying.as_bytes()).to_vec();
        said.push(flags);
        said.extend(self.counter.to_be_bytes());
        if attested {
            said.extend([0; 16]);
            said.extend((self.id.len() as u16).to_be_bytes());
            said.extend(&self.id);
            let key = self.key();
            let point = key.public_key().as_ref();
            // A COSE key: EC2, ES256, P-256, x and y.
            said.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
            said.extend(&point[1..33]);
            said.extend([0x22, 0x58, 0x20]);
            said.extend(&point[33..65]);
        }
        said
    }

    fn client(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
        json!({ "type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false }).to_string().into_bytes()
    }

    /// The answer of a browser to whoever asks for a new passkey.
    fn made(&mut self, question: &Json, origin: &str) -> String {
        let key = &question["publicKey"];
        self.handle = LETTERS.decode(key["user"]["id"].as_str().expect("a handle")).expect("letters");
        let client = Device::client("webauthn.create", key["challenge"].as_str().expect("a challenge"), origin);
        let said = self.said("localhost", true);
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend((said.len() as u16).to_be_bytes());
        object.extend(said);
        json!({
            "id": LETTERS.encode(&self.id), "rawId": LETTERS.encode(&self.id), "type": "public-key", "extensions": {},
            "response": { "clientDataJSON": LETTERS.encode(client), "attestationObject": LETTERS.encode(object) },
        })
        .to_string()
    }

    /// The answer to whoever asks for a proof.
    fn proved(&mut self, question: &Json, origin: &str) -> String {
        let challenge = question["publicKey"]["challenge"].as_str().expect("a challenge");
        let client = Device::client("webauthn.get", challenge, origin);
        let said = self.said("localhost", false);
        let signed = [said.as_slice(), &Sha256::digest(&client)].concat();
        let signature = self.key().sign(&SystemRandom::new(), &signed).expect("a signature");
        json!({
            "id": LETTERS.encode(&self.id), "rawId": LETTERS.encode(&self.id), "type": "public-key", "extensions": {},
            "response": {
                "clientDataJSON": LETTERS.encode(client), "authenticatorData": LETTERS.encode(said),
                "signature": LETTERS.encode(signature.as_ref()), "userHandle": LETTERS.encode(&self.handle),
            },
        })
        .to_string()
    }
}

/// The house under a name: no passkey answers to a number.
struct Door<'h> {
    house: &'h House,
    origin: String,
}

impl<'h> Door<'h> {
    fn of(house: &'h House) -> Door<'h> {
        Door { house, origin: format!("http://localhost:{}", house.address.port()) }
    }

    fn send(&self, method: &str, target: &str, cookie: &str) -> Sending {
        let sending = self.house.send(method, target).without_host().header("Host", &self.origin["http://".len()..]);
        let sending = sending.header("Sec-Fetch-Site", "same-origin");
        if cookie.is_empty() { sending } else { sending.header("Cookie", cookie) }
    }

    async fn post(&self, target: &str, cookie: &str, fields: &[(&str, &str)]) -> Got {
        let csrf = self.house.web.csrf(&engine::identity::digest(cookie.trim_start_matches("sid=")));
        self.send("POST", target, cookie).form(&form(&[&[("csrf", csrf.as_str())], fields].concat())).send().await
    }

    async fn sign_in(&self, who: &str) -> String {
        with_password(self.house, who).await;
        let email = format!("{who}@example.it");
        cookie(&self.post("/sign-in", "", &[("email", &email), ("password", PASSWORD)]).await.expect(303))
    }

    /// A question of ours, and the secret of its answer.
    async fn asked(&self, target: &str, cookie: &str) -> (String, Json) {
        let asked = self.post(target, cookie, &[]).await.expect(200).json();
        (asked["secret"].as_str().expect("a secret").to_owned(), asked["question"].clone())
    }

    /// Adds a passkey to whoever is signed in; gives the cookie he has then.
    async fn add(&self, device: &mut Device, cookie: &str) -> Got {
        let (secret, question) = self.asked("/preferences/security/passkeys/question", cookie).await;
        let answer = device.made(&question, &self.origin);
        self.post("/preferences/security/passkeys", cookie, &[("secret", &secret), ("answer", &answer), ("name", "Telefono")]).await
    }

    async fn enter_alone(&self, secret: &str, answer: &str) -> Got {
        self.post("/sign-in/passkey", "", &[("secret", secret), ("answer", answer)]).await.expect(303)
    }

    async fn is_in(&self, cookie: &str) -> bool {
        self.send("GET", "/accounts", cookie).send().await.status == 200
    }
}

#[tokio::test]
async fn a_passkey_alone_lets_its_holder_in() {
    for house in houses().await {
        let door = Door::of(&house);
        let mut device = Device::new(7);
        let before = door.sign_in("anna").await;
        let added = door.add(&mut device, &before).await.expect(303);
        let after = cookie(&added);
        assert!(after != before && door.is_in(&after).await && !door.is_in(&before).await, "E4: another secret");
        let page = door.send("GET", "/preferences/security", &after).send().await.expect(200).text();
        assert!(page.contains("Telefono"), "{page}");
        let (secret, question) = door.asked("/sign-in/passkey/question", "").await;
        assert!(question["publicKey"]["allowCredentials"].as_array().is_none_or(Vec::is_empty), "nobody is told who has which: {question}");
        let answer = device.proved(&question, &door.origin);
        let office = PostOffice::open().await;
        set_account(&house, &office).await;
        let before = told(&house, &office).await;
        let got = door.enter_alone(&secret, &answer).await;
        assert!(door.is_in(&cookie(&got)).await && !known(&got).is_empty());
        assert_eq!(told(&house, &office).await, before + 1, "this browser was not known");
        // The same answer again is nothing: its question is taken.
        assert_eq!(door.enter_alone(&secret, &answer).await.header("location"), "/sign-in?said=passkey");
        // Whoever is put out is out.
        let (secret, question) = door.asked("/sign-in/passkey/question", "").await;
        let users = house.engine.entity("user").expect("users");
        let active = users.field("active").expect("a field").id;
        let system = house.engine.system(engine::Through::CommandLine);
        let off = vec![(active, kernel::Value::Bool(false))];
        house.engine.change(&system, &users, house.people["anna"].id, None, off, Vec::new()).await.expect("out");
        let answer = device.proved(&question, &door.origin);
        assert_eq!(door.enter_alone(&secret, &answer).await.header("location"), "/sign-in?said=passkey");
    }
}

#[tokio::test]
async fn a_passkey_is_the_second_step_after_a_password() {
    for house in houses().await {
        let door = Door::of(&house);
        let (mut device, mut other) = (Device::new(7), Device::new(8));
        let anna = door.sign_in("anna").await;
        door.add(&mut device, &anna).await.expect(303);
        let bruno = door.sign_in("bruno").await;
        door.add(&mut other, &bruno).await.expect(303);
        let first = door.post("/sign-in", "", &[("email", "anna@example.it"), ("password", PASSWORD)]).await.expect(303);
        let half = cookie(&first);
        assert!(half.starts_with("scheda_half="));
        let (secret, question) = door.asked("/sign-in/second-step/question", &half).await;
        let theirs = other.proved(&question, &door.origin);
        door.post("/sign-in/second-step", &half, &[("secret", &secret), ("answer", &theirs)]).await.expect(422);
        let answer = device.proved(&question, &door.origin);
        let got = door.post("/sign-in/second-step", &half, &[("secret", &secret), ("answer", &answer)]).await.expect(303);
        assert!(door.is_in(&cookie(&got)).await);
    }
}

/// E8: another page's answer, a holder who was not verified, a counter that went back, another's key: none of them opens anything.
#[tokio::test]
async fn what_is_not_the_holder_here_and_now_is_refused() {
    for house in houses().await {
        let door = Door::of(&house);
        let mut device = Device::new(7);
        let anna = door.sign_in("anna").await;
        let anna = cookie(&door.add(&mut device, &anna).await.expect(303));
        let refused = async |device: &mut Device, origin: &str| {
            let (secret, question) = door.asked("/sign-in/passkey/question", "").await;
            let answer = device.proved(&question, origin);
            door.enter_alone(&secret, &answer).await.header("location") == "/sign-in?said=passkey"
        };
        assert!(refused(&mut device, "https://evil.example").await, "another page's");
        let mut stolen = Device { verifies: false, ..device.clone() };
        assert!(refused(&mut stolen, &door.origin).await, "whoever only holds it");
        let mut forged = Device { pkcs8: Device::new(9).pkcs8, ..device.clone() };
        assert!(refused(&mut forged, &door.origin).await, "another key");
        let mut copy = Device { counter: 0, ..device.clone() };
        device.counter += 20;
        assert!(!refused(&mut device, &door.origin).await);
        assert!(refused(&mut copy, &door.origin).await, "a copy, whose counter is behind");
        for garbage in ["", "{}", "null", "{\"id\":1}"] {
            let (secret, _) = door.asked("/sign-in/passkey/question", "").await;
            assert_eq!(door.enter_alone(&secret, garbage).await.header("location"), "/sign-in?said=passkey");
        }
        // The same passkey is nobody else's, and the answer to one's own question no other's.
        let bruno = door.sign_in("bruno").await;
        door.add(&mut device.clone(), &bruno).await.expect(422);
        let (secret, question) = door.asked("/preferences/security/passkeys/question", &anna).await;
        let answer = Device::new(10).made(&question, &door.origin);
        door.post("/preferences/security/passkeys", &bruno, &[("secret", &secret), ("answer", &answer)]).await.expect(422);
        // Taken off, it opens nothing any more.
        let page = door.send("GET", "/preferences/security", &anna).send().await.expect(200).text();
        let id = page
            .split("passkeys/removal")
            .nth(1)
            .and_then(|rest| rest.split("name=\"id\" value=\"").nth(1))
            .and_then(|rest| rest.split('"').next());
        door.post("/preferences/security/passkeys/removal", &anna, &[("id", id.expect("its id"))]).await.expect(303);
        assert!(refused(&mut device, &door.origin).await);
    }
}
