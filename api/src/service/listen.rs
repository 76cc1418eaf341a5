//! The address that is listened on, and how it is given up without losing a caller.
//!
//! The system takes connections before the program does. Whoever just stops listening resets those, and their
//! requests are lost though they were sent in good time. So a service that is told to stop goes on for a moment,
//! while others learn that it is not ready; then it takes every connection that waits, and only then it is gone.

use std::collections::VecDeque;
use std::future::pending;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

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

impl serve::Listener for Listener {
    type Io = TcpStream;
    type Addr = SocketAddr;

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

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}
