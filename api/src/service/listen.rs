//! The address that is listened on, and how it is given up without losing a caller.
//!
//! The system takes connections before the program does. Whoever just stops listening resets those, and their
//! requests are lost though they were sent in good time. So a service that is told to stop goes on for a moment,
//! while others learn that it is not ready; then it takes every connection that waits, and only then it is gone.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tower::ServiceExt as _;

/// How long to wait when no connection can be taken, for lack of file descriptors mostly.
const RECOVERY: Duration = Duration::from_millis(100);

/// Takes connections until `closing` is true, and those that wait at that moment.
pub(super) struct Listener {
    /// `None` once it is given up.
    open: Option<TcpListener>,
    closing: watch::Receiver<bool>,
    /// Connections that waited when it was given up.
    last: VecDeque<(TcpStream, SocketAddr)>,
    address: SocketAddr,
}

impl Listener {
    /// Listens.
    ///
    /// # Errors
    /// The address cannot be listened on.
    pub(super) async fn bind(
        address: SocketAddr,
        closing: watch::Receiver<bool>,
    ) -> io::Result<Self> {
        let open = TcpListener::bind(address).await?;
        Ok(Self {
            address: open.local_addr()?,
            open: Some(open),
            closing,
            last: VecDeque::new(),
        })
    }

    /// Takes what waits, and is gone.
    fn close(&mut self) -> io::Result<()> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        // Not waiting: the end of the queue is an error.
        let open = open.into_std()?;
        while let Ok((stream, address)) = open.accept() {
            stream.set_nonblocking(true)?;
            self.last.push_back((TcpStream::from_std(stream)?, address));
        }
        Ok(())
    }
}

impl Listener {
    /// The next connection; never any once it is given up.
    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            if let Some(last) = self.last.pop_front() {
                return last;
            }
            let Some(open) = &self.open else {
                return pending().await;
            };
            let accepted = tokio::select! {
                accepted = open.accept() => Some(accepted),
                _ = self.closing.wait_for(|closing| *closing) => None,
            };
            let Some(accepted) = accepted else {
                if let Err(error) = self.close() {
                    tracing::warn!(%error, "connections that waited are lost");
                }
                continue;
            };
            match accepted {
                Ok(accepted) => return accepted,
                // The caller went away.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    tracing::warn!(%error, "no connection can be taken");
                    tokio::time::sleep(RECOVERY).await;
                }
            }
        }
    }

    /// Where it listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }
}

/// Serves connections until `over` is, then ends those that are idle and waits for the others. Whoever takes longer
/// than `patience` to say what they want, the headers of a request, loses the connection.
pub(super) async fn serve(
    mut listener: Listener,
    router: Router,
    patience: Duration,
    over: impl Future<Output = ()>,
) {
    let mut over = pin!(over);
    // Told to end, and gone when every connection has let go of it.
    let (end, ending) = watch::channel(false);
    loop {
        let (stream, address) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut over => break,
        };
        tokio::spawn(connection(
            stream,
            address,
            router.clone(),
            patience,
            ending.clone(),
        ));
    }
    drop((listener, ending));
    end.send_replace(true);
    end.closed().await;
}

/// Serves one connection.
async fn connection(
    stream: TcpStream,
    address: SocketAddr,
    router: Router,
    patience: Duration,
    ending: watch::Receiver<bool>,
) {
    // Held as long as the connection is.
    let mut told = ending.clone();
    let told = async move { drop(told.wait_for(|ending| *ending).await) };
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(address));
        router.clone().oneshot(request)
    });
    let mut served = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(patience)
            .serve_connection(TokioIo::new(stream), service)
    );
    let done = tokio::select! {
        done = served.as_mut() => done,
        () = told => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = done {
        tracing::debug!(%error, "a connection broke off");
    }
    drop(ending);
}
