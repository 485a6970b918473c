//! What a server can do, as its answer to EHLO says.

use super::reply::Reply;

/// The extensions that matter to us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Offers {
    /// Commands may follow each other without waiting (RFC 2920).
    pub(super) pipelining: bool,
    /// It goes on under TLS (RFC 3207).
    pub(super) start_tls: bool,
    /// Bytes beyond ASCII (RFC 6152).
    pub(super) eight_bits: bool,
    /// Addresses beyond ASCII (RFC 6531), which come with the bytes.
    pub(super) utf8: bool,
    /// It wants to know how large a message is (RFC 1870).
    pub(super) size: bool,
    /// The largest message it takes, in bytes, where it says so.
    pub(super) limit: Option<u64>,
    /// AUTH PLAIN.
    pub(super) plain: bool,
    /// AUTH LOGIN.
    pub(super) login: bool,
}

impl Offers {
    /// Reads an answer to EHLO; its first line is a greeting.
    pub(super) fn read(reply: &Reply) -> Offers {
        let mut offers = Offers::default();
        for line in reply.lines().skip(1) {
            // «AUTH=PLAIN» is what some said before there was a standard.
            let line = line.to_ascii_uppercase().replace("AUTH=", "AUTH ");
            let mut words = line.split_ascii_whitespace();
            match words.next().unwrap_or_default() {
                "PIPELINING" => offers.pipelining = true,
                "STARTTLS" => offers.start_tls = true,
                "8BITMIME" => offers.eight_bits = true,
                "SMTPUTF8" => offers.utf8 = true,
                "SIZE" => {
                    offers.size = true;
                    // Nought is for a server without a limit.
                    offers.limit = words.next().and_then(|most| most.parse().ok()).filter(|most| *most > 0);
                }
                "AUTH" => {
                    for word in words {
                        offers.plain |= word == "PLAIN";
                        offers.login |= word == "LOGIN";
                    }
                }
                _ => {}
            }
        }
        offers
    }
}
