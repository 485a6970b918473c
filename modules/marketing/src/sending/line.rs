//! One line to the mail server: takes a few deliveries, writes them, hands them over, and notes what became of them with the next
//! taking. It takes so few that they are gone within a moment: what is decided meanwhile counts for everything after.

use super::Going;
use super::ledger::{Asked, Became, Settled, Taken, Taking, settle_and_take};
use crate::mailings::message::Addressee;
use crate::suppression::entity::Reason;
use crate::suppression::suppress;
use crate::unsubscribe;
use engine::Engine;
use kernel::{Error, Result, Say};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use wire::smtp::{Enhanced, Fate, Line, Outgoing, Refused, Server, Stage};

/// The most that one taking takes: what may be on its way at once on each line.
const MOST: usize = 64;
/// As long as a taking should take.
const A_MOMENT: Duration = Duration::from_millis(200);
/// Nothing begins so long after it was asked who may be taken: an unsubscribing that was answered counts for whatever begins later.
const BEGINS_WITHIN: Duration = Duration::from_millis(800);
/// Messages of one connection.
const MOST_OF_A_CONNECTION: usize = 2_000;
/// How often the pages are told of progress.
const TELLS: Duration = Duration::from_millis(500);
/// How long a line waits after the server was lost.
const RESTS: Duration = Duration::from_secs(1);
/// From so many refusals for good on, and where they are more than one in five, something is wrong with the message, not with its readers.
const FAILURES: u64 = 20;

/// How a mailing fares, over all of its lines.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    sent: AtomicU64,
    failed: AtomicU64,
    stops: Mutex<Option<Say>>,
    told: Mutex<Option<Instant>>,
}

impl Trouble {
    /// Why nothing more of it goes out for now.
    pub(super) fn stops(&self) -> Option<Say> {
        self.stops.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn stop(&self, why: Say) {
        *self.stops.lock().unwrap_or_else(PoisonError::into_inner) = Some(why);
    }

    fn count(&self, one: &Settled) {
        match one.became {
            Became::Sent => self.sent.fetch_add(1, Ordering::Relaxed),
            Became::Failed => self.failed.fetch_add(1, Ordering::Relaxed),
            _ => return,
        };
        let (sent, failed) = (self.sent.load(Ordering::Relaxed), self.failed.load(Ordering::Relaxed));
        if one.became == Became::Failed && failed >= FAILURES && failed * 4 > sent {
            self.stop(Say::new("error-sending-failures").with("count", failed).with("answer", &one.answer));
        }
    }

    /// Whether it is time to tell the pages.
    fn tells(&self) -> bool {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let tells = told.is_none_or(|last| now - last >= TELLS);
        if tells {
            *told = Some(now);
        }
        tells
    }
}

/// A connection, and how many messages went over it.
type Open = Option<(Line, usize)>;

/// Works until nothing is due, or something stops it.
pub(super) async fn work(engine: Engine, going: Arc<Going>, server: Arc<Server>, trouble: Arc<Trouble>) {
    let mut line: Open = None;
    let (mut lease, mut settled, mut most) = (String::new(), Arc::new(Vec::new()), 4);
    loop {
        let next = engine.id().to_string();
        let asked = Asked {
            most: if trouble.stops().is_some() { 0 } else { most },
            tells: !settled.is_empty() && trouble.tells(),
            next: next.clone(),
            settled,
            lease,
        };
        let taking = kept_asking(&engine, &going, asked).await;
        if taking.taken.is_empty() {
            break;
        }
        let began = Instant::now();
        let (done, lost) = hand_over(&going, &server, &trouble, &mut line, taking).await;
        done.iter().for_each(|one| trouble.count(one));
        for one in done.iter().filter(|one| one.bounced) {
            if let Err(error) = suppress(&engine, &one.taken.address, None, Reason::Bounced, one.answer.clone()).await {
                tracing::warn!(%error, mailing = %going.id, "an address that is none could not be noted");
            }
        }
        (lease, settled) = (next, Arc::new(done));
        most = match began.elapsed() {
            took if took < A_MOMENT / 2 => (most * 2).min(MOST),
            took if took > A_MOMENT => (most / 2).max(1),
            _ => most,
        };
        if lost {
            // Noted at once: whoever is due comes later, by this line or another.
            let asked = Asked { settled, lease: lease.clone(), ..Asked::default() };
            kept_asking(&engine, &going, asked).await;
            (settled, most) = (Arc::new(Vec::new()), 1);
            tokio::time::sleep(RESTS).await;
        }
    }
    if let Some((line, _)) = line {
        line.quit().await;
    }
}

/// Asks until the database answers: what was sent has to be noted, and nothing goes out that could not be.
async fn kept_asking(engine: &Engine, going: &Arc<Going>, asked: Asked) -> Taking {
    let mut pause = Duration::from_millis(100);
    loop {
        match settle_and_take(engine, going.clone(), asked.clone()).await {
            Ok(taking) => return taking,
            Err(error) => {
                tracing::warn!(%error, mailing = %going.id, "the ledger could not be written; nothing goes out meanwhile");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(10));
            }
        }
    }
}

/// Hands over what was taken; what became of each, and whether the server was lost.
async fn hand_over(going: &Going, server: &Server, trouble: &Trouble, line: &mut Open, taking: Taking) -> (Vec<Settled>, bool) {
    let Taking { taken, at } = taking;
    let mut done = Vec::with_capacity(taken.len());
    let (mut outgoing, mut written) = (Vec::with_capacity(taken.len()), Vec::with_capacity(taken.len()));
    for taken in taken {
        match write(going, &taken) {
            Ok(message) => {
                outgoing.push(message);
                written.push(taken);
            }
            Err(error) => done.push(Settled { taken, became: Became::Failed, answer: error.to_string(), bounced: false }),
        }
    }
    if line.as_ref().is_some_and(|(line, sent)| !line.is_open() || *sent >= MOST_OF_A_CONNECTION)
        && let Some((old, _)) = line.take()
    {
        old.quit().await;
    }
    let (open, sent) = match line {
        Some(open) => open,
        None => match Line::open(server).await {
            Ok(open) => line.insert((open, 0)),
            Err(refused) => {
                let answer = refused_with(refused, trouble);
                let untouched = |taken| Settled { taken, became: Became::Untouched, answer: answer.clone(), bounced: false };
                done.extend(written.into_iter().map(untouched));
                return (done, true);
            }
        },
    };
    let fates = open.deliver_until(&outgoing, at + BEGINS_WITHIN).await;
    *sent += fates.len();
    let lost = !open.is_open();
    done.extend(written.into_iter().zip(fates).map(|(taken, fate)| settled(taken, fate, trouble)));
    (done, lost)
}

/// The server's words where it lets nobody in; for good where it says so.
fn refused_with(refused: Refused, trouble: &Trouble) -> String {
    match refused {
        Refused::Later(cause) => cause,
        Refused::Never(cause) | Refused::Unfit(cause) => {
            trouble.stop(Say::new("error-sending-refused").with("answer", &cause));
            cause
        }
        Refused::Open => {
            trouble.stop(Say::new("error-mail-open"));
            String::new()
        }
    }
}

fn settled(taken: Taken, fate: Fate, trouble: &Trouble) -> Settled {
    let permanent = fate.is_permanent();
    // 5.1.x: the address is none, or nobody's (RFC 3463); what else is refused says nothing of it.
    let bounced = matches!(&fate, Fate::Refused { stage: Stage::Rcpt, enhanced: Some(Enhanced(5, 1, _)), .. });
    let (became, answer) = match fate {
        Fate::Taken(answer) => (Became::Sent, answer),
        // A connection that ends says nothing about who was next.
        Fate::Refused { code: 421, text, .. } => (Became::Untouched, format!("421 {text}")),
        // A sender who may not send says nothing about who was next either, and nobody else will get it.
        Fate::Refused { stage: Stage::Mail, code, enhanced, text } if permanent && !of_its_content(code, enhanced) => {
            let answer = format!("MAIL: {code} {text}");
            trouble.stop(Say::new("error-sending-refused").with("answer", &answer));
            (Became::Untouched, answer)
        }
        Fate::Refused { stage, code, text, .. } => {
            let at = match stage {
                Stage::Mail => "MAIL",
                Stage::Rcpt => "RCPT",
                Stage::Data | Stage::End => "DATA",
            };
            (if permanent { Became::Failed } else { Became::Retry }, format!("{at}: {code} {text}"))
        }
        Fate::Doubt(cause) => (Became::InDoubt, cause),
        Fate::Untouched(cause) => (Became::Untouched, cause),
    };
    Settled { taken, became, answer, bounced }
}

/// Whether a sender is refused for what one message is: its size, or what stands in it.
fn of_its_content(code: u16, enhanced: Option<Enhanced>) -> bool {
    code == 552 || matches!(enhanced, Some(Enhanced(5, 3, 4) | Enhanced(5, 6, 0)))
}

fn write(going: &Going, taken: &Taken) -> Result<Outgoing> {
    let merged = serde_json::from_str(&taken.merged).map_err(Error::internal)?;
    let frozen = going.written.frozen();
    let unsubscribe = unsubscribe::address(&going.seal, &frozen.base, taken.id);
    let addressee = Addressee { key: &taken.key, address: &taken.address, merged: &merged, unsubscribe: &unsubscribe };
    let mail = going.written.to(&addressee)?;
    let content = mail.written().map_err(|refused| Error::internal(format_args!("{refused:?}")))?;
    Ok(Outgoing { from: frozen.from_address.clone(), to: taken.address.clone(), content: content.into() })
}
