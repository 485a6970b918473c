//! A mail server of the tests, which takes every letter and shows it.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What came in.
#[derive(Clone, Default)]
pub struct PostOffice {
    letters: Arc<Mutex<Vec<String>>>,
    pub port: u16,
}

impl PostOffice {
    pub async fn open() -> PostOffice {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let office = PostOffice { port: listener.local_addr().expect("its address").port(), ..PostOffice::default() };
        let letters = office.letters.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let letters = letters.clone();
                tokio::spawn(async move { talk(stream, &letters).await });
            }
        });
        office
    }

    /// The letters so far, decoded where they were quoted.
    pub fn letters(&self) -> Vec<String> {
        self.letters.lock().expect("letters").clone()
    }

    /// The newest, with its recipient in the first line.
    pub fn newest(&self) -> String {
        self.letters().last().cloned().expect("a letter")
    }
}

/// The secret of the link in a letter.
pub fn token(letter: &str) -> String {
    let rest = letter.split("token=").nth(1).unwrap_or_else(|| panic!("no link in {letter}"));
    rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect()
}

async fn talk(stream: TcpStream, letters: &Mutex<Vec<String>>) -> Option<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    writer.write_all(b"220 post ESMTP\r\n").await.ok()?;
    let mut to = String::new();
    while let Some(line) = lines.next_line().await.ok()? {
        let answer = match line.split([' ', ':']).next().unwrap_or_default() {
            "EHLO" => "250-post\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n",
            "AUTH" => "235 welcome\r\n",
            "RCPT" => {
                to = line;
                "250 ok\r\n"
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await.ok()?;
                let mut whole = format!("{to}\n");
                while let Some(line) = lines.next_line().await.ok()? {
                    if line == "." {
                        break;
                    }
                    // Quoted lines are joined again.
                    match line.strip_suffix('=') {
                        Some(begun) => whole += begun,
                        None => whole += &format!("{line}\n"),
                    }
                }
                letters.lock().ok()?.push(whole.replace("=3D", "="));
                "250 taken\r\n"
            }
            "QUIT" => return writer.write_all(b"221 bye\r\n").await.ok(),
            _ => "250 ok\r\n",
        };
        writer.write_all(answer.as_bytes()).await.ok()?;
    }
    Some(())
}
