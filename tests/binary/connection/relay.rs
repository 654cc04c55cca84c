//! Small servers that stand between pipectl and AWS, or in its place.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What a server has been sent, as text.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Mutex<Vec<u8>>>);

impl Seen {
    fn add(&self, bytes: &[u8]) {
        self.0.lock().unwrap().extend_from_slice(bytes);
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }

    /// The keys and regions that requests were signed with: `AKIA1 us-east-1`.
    pub(super) fn signers(&self) -> Vec<String> {
        let text = self.text();
        let scopes = text.split("Credential=").skip(1).filter_map(|rest| {
            let mut parts = rest.split('/');
            Some(format!("{} {}", parts.next()?, parts.nth(1)?))
        });
        let mut all: Vec<_> = scopes.collect();
        all.sort();
        all.dedup();
        all
    }
}

/// A server that does one thing with every connection. It ends with the tests.
fn serve(act: impl Fn(TcpStream) + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let act = Arc::new(act);
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let act = Arc::clone(&act);
            std::thread::spawn(move || act(stream));
        }
    });
    address
}

/// Passes everything on to a server at `http://ADDRESS`, and shows what it was sent.
pub(super) fn relay(url: &str) -> (String, Seen) {
    let (upstream, seen) = (url.trim_start_matches("http://").to_owned(), Seen::default());
    let shown = seen.clone();
    let address = serve(move |mut client| {
        let Ok(mut server) = TcpStream::connect(&upstream) else { return };
        let (mut back_from, mut back_to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
        std::thread::spawn(move || {
            let _ = std::io::copy(&mut back_from, &mut back_to);
            let _ = back_to.shutdown(std::net::Shutdown::Both);
        });
        let mut buffer = [0; 16_384];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            seen.add(&buffer[..count]);
            if server.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
    });
    (address, shown)
}

/// Answers every request with the same bytes, and shows what it was sent.
pub(super) fn answering(answer: &'static str) -> (String, Seen) {
    let seen = Seen::default();
    let shown = seen.clone();
    let address = serve(move |mut client| {
        let mut buffer = [0; 16_384];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            seen.add(&buffer[..count]);
            if client.write_all(answer.as_bytes()).is_err() {
                break;
            }
        }
    });
    (address, shown)
}

/// Takes connections and says nothing.
pub(super) fn silent() -> String {
    serve(|mut client| {
        let mut buffer = [0; 16_384];
        while let Ok(1..) = client.read(&mut buffer) {}
    })
}
