//! What a provider says of whom, signed: read only where the signature is one of its keys, by an algorithm that we named, and where it
//! is meant for us, for this question and for now.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::{Language, Moment};
use ring::signature::{ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey};
use serde_json::Value as Json;

/// Clocks may be so many seconds apart.
const SKEW_SECONDS: i64 = 60;
/// What a token was made before is not about now, in seconds.
const OLD_SECONDS: i64 = 600;

/// What is expected of a token.
pub(super) struct Expected<'e> {
    pub(super) issuer: &'e str,
    pub(super) client: &'e str,
    pub(super) nonce: &'e str,
    pub(super) now: Moment,
}

/// Whom it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: String,
    pub(super) email_verified: bool,
    /// What people call him; empty where it is not said.
    pub(super) name: String,
    /// What he reads.
    pub(super) language: Language,
}

fn bytes(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

fn part(text: &str) -> Option<Json> {
    serde_json::from_slice(&bytes(text)?).ok()
}

/// The claims of a token, or why there are none.
pub(super) fn verified(token: &str, keys: &Json, expected: &Expected<'_>) -> Result<Claims, &'static str> {
    let mut parts = token.split('.');
    let (Some(head), Some(body), Some(signature), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Err("no token of three parts");
    };
    let header = part(head).ok_or("no header")?;
    let signature = bytes(signature).ok_or("no signature")?;
    let algorithm = header["alg"].as_str().unwrap_or_default();
    // The algorithm is chosen by us: none, and keys of another kind, have no name here.
    let kind = match algorithm {
        "RS256" => "RSA",
        "ES256" => "EC",
        _ => return Err("an algorithm that is not taken"),
    };
    if !header["crit"].is_null() {
        return Err("something critical that nobody knows");
    }
    let signed = format!("{head}.{body}");
    let fits = |key: &&Json| {
        key["kty"] == kind
            && (key["use"].is_null() || key["use"] == "sig")
            && (key["alg"].is_null() || key["alg"] == algorithm)
            && (header["kid"].is_null() || key["kid"] == header["kid"])
    };
    let fitting: Vec<&Json> = keys["keys"].as_array().into_iter().flatten().filter(fits).collect();
    let [key] = fitting[..] else { return Err("no key, or more than one") };
    let component = |name: &str| key[name].as_str().and_then(bytes).ok_or("a broken key");
    let right = if kind == "RSA" {
        let key = RsaPublicKeyComponents { n: component("n")?, e: component("e")? };
        key.verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature).is_ok()
    } else {
        let point = [vec![4], component("x")?, component("y")?].concat();
        key["crv"] == "P-256" && UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed.as_bytes(), &signature).is_ok()
    };
    if !right {
        return Err("a signature that is not right");
    }
    let claims = part(body).ok_or("no claims")?;
    let text = |name: &str| claims[name].as_str().unwrap_or_default();
    if text("iss") != expected.issuer {
        return Err("another issuer");
    }
    let meant = match &claims["aud"] {
        Json::String(one) => one == expected.client,
        Json::Array(all) => all.iter().any(|one| one == expected.client) && (all.len() == 1 || text("azp") == expected.client),
        _ => false,
    };
    if !meant || !claims["azp"].is_null() && text("azp") != expected.client {
        return Err("meant for another");
    }
    let now = expected.now.millis() / 1000;
    let seconds = |name: &str| claims[name].as_i64().or_else(|| claims[name].as_f64().map(|seconds| seconds as i64));
    if seconds("exp").is_none_or(|until| until + SKEW_SECONDS <= now) {
        return Err("over");
    }
    if seconds("iat").is_none_or(|made| made > now + SKEW_SECONDS || made < now - OLD_SECONDS) {
        return Err("of another time");
    }
    if expected.nonce.is_empty() || text("nonce") != expected.nonce {
        return Err("an answer to another question");
    }
    let subject = text("sub");
    if subject.is_empty() || subject.len() > 255 {
        return Err("about nobody");
    }
    Ok(Claims {
        issuer: expected.issuer.to_owned(),
        subject: subject.to_owned(),
        email: text("email").to_owned(),
        email_verified: claims["email_verified"] == true,
        name: match text("name") {
            "" => format!("{} {}", text("given_name"), text("family_name")).trim().to_owned(),
            name => name.to_owned(),
        },
        language: text("locale").split(['-', '_']).next().and_then(|code| code.parse().ok()).unwrap_or_default(),
    })
}
