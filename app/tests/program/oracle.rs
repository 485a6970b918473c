//! A mail server on threads of its own that remembers every message it took, in memory and by a line of a file that is on the disk
//! before its answer is: what it says stands outside of the program that it judges.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// A message as it was taken.
#[derive(Debug, Clone)]
pub struct Taken {
    pub to: String,
    /// Its Message-ID.
    pub id: String,
    pub content: String,
    /// When the server was asked to take its content.
    pub began: Instant,
}

pub struct Oracle {
    pub port: u16,
    inside: Arc<Inside>,
}

struct Inside {
    taken: Mutex<Vec<Taken>>,
    file: Mutex<File>,
    takes: Duration,
}

impl Oracle {
    /// One that writes into a file, and takes so long over a message, and up to as long again.
    pub fn begin(file: &Path, takes: Duration) -> Oracle {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let file = OpenOptions::new().create(true).append(true).open(file).expect("a file");
        let inside = Arc::new(Inside { taken: Mutex::default(), file: Mutex::new(file), takes });
        let serving = inside.clone();
        // Both threads and port end with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let serving = serving.clone();
                std::thread::spawn(move || serving.talk(&stream));
            }
        });
        Oracle { port, inside }
    }

    /// Every message that it took.
    pub fn taken(&self) -> Vec<Taken> {
        self.inside.taken.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Inside {
    /// Talks to one client until one of the two hangs up.
    fn talk(&self, stream: &TcpStream) -> Option<()> {
        stream.set_nodelay(true).ok()?;
        let mut lines = BufReader::new(stream.try_clone().ok()?).lines();
        let mut said = stream;
        said.write_all(b"220 oracle ESMTP\r\n").ok()?;
        let mut to = String::new();
        while let Some(Ok(line)) = lines.next() {
            let answer = match line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase().as_str() {
                "EHLO" => "250-oracle\r\n250-PIPELINING\r\n250 8BITMIME\r\n",
                "RCPT" => {
                    to = line.split(['<', '>']).nth(1).unwrap_or_default().to_owned();
                    "250 ok\r\n"
                }
                "DATA" => {
                    let began = Instant::now();
                    said.write_all(b"354 go on\r\n").ok()?;
                    let mut content = String::new();
                    loop {
                        let line = lines.next()?.ok()?;
                        if line == "." {
                            break;
                        }
                        content.push_str(line.strip_prefix('.').unwrap_or(&line));
                        content.push('\n');
                    }
                    self.take(std::mem::take(&mut to), content, began);
                    "250 2.0.0 taken\r\n"
                }
                "QUIT" => return said.write_all(b"221 bye\r\n").ok(),
                _ => "250 ok\r\n",
            };
            said.write_all(answer.as_bytes()).ok()?;
        }
        Some(())
    }

    /// Half of its time goes by before it has the message, and half after: whoever is killed meanwhile does not know whether it had.
    fn take(&self, to: String, content: String, began: Instant) {
        let id = content.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap_or_default().to_owned();
        let more = u32::from(id.bytes().fold(0_u8, u8::wrapping_add));
        let pause = (self.takes + self.takes * more / 255) / 2;
        std::thread::sleep(pause);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        writeln!(file, "{to} {id}").and_then(|()| file.sync_data()).expect("a line");
        drop(file);
        self.taken.lock().unwrap_or_else(PoisonError::into_inner).push(Taken { to, id, content, began });
        std::thread::sleep(pause);
    }
}
