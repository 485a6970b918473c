//! Whom we believe: the certificates that a server's has to come from.

use super::{Refused, Security, Server};
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// The certificates of the system and those of a [`Server`], read once for many lines, which also take up TLS again where an
/// earlier one left it.
#[derive(Clone)]
pub struct Trust(pub(super) Option<Arc<ClientConfig>>);

impl Trust {
    /// What a server is measured by. `Later` where a certificate of its own can't be read.
    pub fn of(server: &Server) -> Result<Trust, Refused> {
        if server.security == Security::None {
            return Ok(Trust(None));
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        for der in &server.trusted {
            roots.add(CertificateDer::from(der.clone())).map_err(|fault| Refused::Later(fault.to_string()))?;
        }
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = config.map_err(|fault| Refused::Later(fault.to_string()))?;
        Ok(Trust(Some(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))))
    }
}
