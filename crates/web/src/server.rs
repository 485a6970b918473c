//! The server: connections in, answers out, and an end in good order.

mod guests;
mod patient;

use crate::headers::Peer;
use crate::route::Routes;
use crate::state::Web;
use guests::Guests;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use kernel::{Error, Result};
use patient::Patient;
use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::Service;

/// A request's head must be there within this time.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// A request's head is no longer than this, in bytes.
const LONGEST_HEAD: usize = 96 << 10;
/// An answer goes on being taken within this time.
const TAKING_PATIENCE: Duration = Duration::from_secs(30);
/// Connections at once; more wait to be accepted.
const MOST_CONNECTIONS: usize = 10_000;
/// Connections of one network address at once; a proxy that is trusted stands for many.
const MOST_OF_ONE: usize = 200;
/// How long open requests may take when the server stops.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// Serves until `shutdown` is ready and what was begun is answered.
pub async fn serve(web: Web, routes: Routes, listener: TcpListener, shutdown: impl Future<Output = ()>) -> Result<()> {
    let router = routes.router(&web);
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_PATIENCE).max_headers(100).max_buf_size(LONGEST_HEAD);
    let graceful = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let guests = Guests::new(MOST_OF_ONE, &web.settings().trusted_proxies);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &room) => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles, or a connection that went away: neither is a reason to stop.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        let (stream, place) = stream;
        // Answering that there are too many would be one more thing to do for each.
        let Some(guest) = guests.take_in(peer.ip()) else { continue };
        // Answers are written whole: waiting for more would only delay them.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let answer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.clone().call(request)
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(Patient::new(stream, TAKING_PATIENCE)), answer));
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection broke off");
            }
            drop((place, guest));
        });
    }
    drop(listener);
    web.close();
    if tokio::time::timeout(LAST_WORDS, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were not answered before the end");
    }
    Ok(())
}

type Accepted = ((tokio::net::TcpStream, tokio::sync::OwnedSemaphorePermit), SocketAddr);

async fn accept(listener: &TcpListener, room: &Arc<Semaphore>) -> Result<Accepted> {
    let place = room.clone().acquire_owned().await.map_err(Error::internal)?;
    let (stream, peer) = listener.accept().await.map_err(Error::internal)?;
    Ok(((stream, place), peer))
}
