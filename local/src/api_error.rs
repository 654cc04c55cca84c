//! Errors as AWS answers them: a code, a status and a message. Each protocol spells them its own way.

/// An error of the service, as the client is to see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ApiError {
    /// HTTP status.
    pub(crate) status: u16,
    /// AWS's code, `ResourceNotFoundException`.
    pub(crate) code: String,
    pub(crate) message: String,
}

/// No space, a file that may not grow, a quota: as the system numbers them, whoever passes its error on.
const FULL: [&str; 3] = ["(os error 28)", "(os error 27)", "(os error 122)"];

pub(crate) type Result<T, E = ApiError> = std::result::Result<T, E>;

impl ApiError {
    /// With status 400, as most of AWS's errors have.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.to_owned(), message: message.into() }
    }

    pub(crate) fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// An operation that Local AWS does not have. It says so, instead of pretending.
    pub(crate) fn unknown_operation(service: &str, operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("Local AWS does not implement {service}:{operation}"))
            .with_status(501)
    }

    /// The fault of Local AWS itself: its files cannot be read or written.
    pub(crate) fn internal(error: impl std::fmt::Display) -> Self {
        let error = error.to_string();
        match FULL.iter().any(|number| error.contains(number)) {
            true => Self::disk_full(),
            false => Self::new("InternalFailure", format!("Local AWS: {error}")).with_status(500),
        }
    }

    /// With a status that no client asks again for by itself: there is nothing to wait for.
    fn disk_full() -> Self {
        let words = "Local AWS: the disk is full; nothing of this request was kept. It goes on once there is space";
        Self::new("DiskFull", words).with_status(507)
    }
}

impl From<std::io::Error> for ApiError {
    fn from(error: std::io::Error) -> Self {
        Self::internal(error)
    }
}
