//! How many connections one network address may have: so that one does not take the places of all.

use crate::headers::network;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

/// Who is connected, by network address.
pub(super) struct Guests {
    most: usize,
    /// Proxies stand for many people.
    exempt: Vec<IpAddr>,
    here: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection; it counts until this is dropped.
#[derive(Debug)]
pub(super) struct Guest {
    address: IpAddr,
    here: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Guests {
    /// So many of each address, but for these.
    pub(super) fn new(most: usize, exempt: &[IpAddr]) -> Guests {
        Guests { most, exempt: exempt.iter().map(IpAddr::to_canonical).collect(), here: Arc::default() }
    }

    /// Takes a connection in; `None` where its address has as many as it may.
    pub(super) fn take_in(&self, address: IpAddr) -> Option<Guest> {
        let exempt = self.exempt.contains(&address.to_canonical());
        let address = network(address);
        let mut here = self.here.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let count = here.entry(address).or_default();
        if *count >= self.most && !exempt {
            return None;
        }
        *count += 1;
        Some(Guest { address, here: self.here.clone() })
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let mut here = self.here.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(count) = here.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                here.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests;
