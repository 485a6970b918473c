//! The JSON API, for what a bench sets up before it measures.

use crate::client::{Connection, Fallible, request};
use crate::installation::Server;
use serde_json::Value as Json;

/// A connection with somebody's token.
pub struct Api {
    connection: Connection,
    token: String,
}

impl Api {
    /// Connects to a server.
    pub async fn open(server: &Server, token: &str) -> Fallible<Api> {
        Ok(Api { connection: Connection::open(&server.address).await?, token: format!("Bearer {token}") })
    }

    /// Asks for something that is answered with JSON.
    pub async fn ask(&mut self, method: &str, path: &str, body: Json) -> Fallible<Json> {
        let headers = [("authorization", &*self.token), ("content-type", "application/json")];
        let (headers, body) = if body.is_null() { (&headers[..1], String::new()) } else { (&headers[..], body.to_string()) };
        let answer = self.connection.ask(&request(method, path, headers, &body)).await?;
        if answer.status >= 300 {
            return Err(format!("{method} {path}: {} {}", answer.status, String::from_utf8_lossy(&answer.body)));
        }
        serde_json::from_slice(&answer.body).map_err(|fault| fault.to_string())
    }

    /// Makes a record; gives its identity.
    pub async fn make(&mut self, plural: &str, body: Json) -> Fallible<String> {
        let headers = [("authorization", &*self.token), ("content-type", "application/json")];
        let answer = self.connection.ask(&request("POST", &format!("/api/v1/{plural}?insist=1"), &headers, &body.to_string())).await?;
        let made: Json = serde_json::from_slice(&answer.body).map_err(|fault| fault.to_string())?;
        match made["id"].as_str() {
            Some(id) if answer.status == 201 => Ok(id.to_owned()),
            _ => Err(format!("{plural}: {} {made}", answer.status)),
        }
    }
}
