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
            // Local AWS lets nobody in who takes it for another host.
            let request = match std::str::from_utf8(&buffer[..count]) {
                Ok(text) => text.replace("aws.invalid", "localhost").into_bytes(),
                Err(_) => buffer[..count].to_vec(),
            };
            if server.write_all(&request).is_err() {
                break;
            }
        }
    });
    (address, shown)
}

/// Answers every request with the same bytes, and shows what it was sent.
pub(super) fn answering(answer: &'static str) -> (String, Seen) {
    answering_each(move |_| answer.to_owned())
}

/// Answers each request as it is told; requests are short enough to come in one piece.
fn answering_each(answer: impl Fn(&str) -> String + Send + Sync + 'static) -> (String, Seen) {
    let seen = Seen::default();
    let shown = seen.clone();
    let address = serve(move |mut client| {
        let mut buffer = [0; 65_536];
        let mut request = String::new();
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            seen.add(&buffer[..count]);
            request.push_str(&String::from_utf8_lossy(&buffer[..count]));
            // The head of a POST may come before its body.
            if request.starts_with("POST") && request.ends_with("\r\n\r\n") {
                continue;
            }
            if client.write_all(answer(&request).as_bytes()).is_err() {
                break;
            }
            request.clear();
        }
    });
    (address, shown)
}

/// An STS that lets everybody assume every role, as the key `AKIAROLE`; with `denies`, nobody.
pub(super) fn sts(denies: bool) -> (String, Seen) {
    answering_each(move |request| {
        let arn = "<Arn>arn:aws:sts::000000000000:assumed-role/deploy/pipectl-minimal-prod</Arn>";
        let (status, body) = if request.contains("Action=GetCallerIdentity") {
            let who = format!("{arn}<UserId>AROA:x</UserId><Account>000000000000</Account>");
            (
                200,
                format!(
                    "<GetCallerIdentityResponse><GetCallerIdentityResult>{who}</GetCallerIdentityResult></GetCallerIdentityResponse>"
                ),
            )
        } else if denies {
            let why = "<Code>AccessDenied</Code><Message>not authorized to perform: sts:AssumeRole</Message>";
            (403, format!("<ErrorResponse><Error><Type>Sender</Type>{why}</Error></ErrorResponse>"))
        } else {
            let keys =
                "<AccessKeyId>AKIAROLE</AccessKeyId><SecretAccessKey>x</SecretAccessKey><SessionToken>t</SessionToken>";
            let keys = format!("<Credentials>{keys}<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>");
            let user = format!("<AssumedRoleUser>{arn}<AssumedRoleId>AROA:x</AssumedRoleId></AssumedRoleUser>");
            (200, format!("<AssumeRoleResponse><AssumeRoleResult>{keys}{user}</AssumeRoleResult></AssumeRoleResponse>"))
        };
        let head = format!("HTTP/1.1 {status} -\r\nx-amzn-requestid: 1\r\ncontent-type: text/xml\r\n");
        format!("{head}content-length: {}\r\n\r\n{body}", body.len())
    })
}

/// Takes connections and says nothing.
pub(super) fn silent() -> String {
    serve(|mut client| {
        let mut buffer = [0; 16_384];
        while let Ok(1..) = client.read(&mut buffer) {}
    })
}
