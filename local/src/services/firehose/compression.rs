//! A file's bytes as `CompressionFormat` wants them.

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read as _, Write as _};
use std::path::Path;

/// The bytes, what the name ends with, and the `Content-Encoding` that S3 is told: Firehose sets it, whatever a client then
/// makes of it.
pub(super) struct Compressed {
    pub(super) bytes: Vec<u8>,
    pub(super) extension: &'static str,
    pub(super) encoding: Option<&'static str>,
}

pub(super) fn compress(source: &Path, size: u64, format: &Value) -> io::Result<Compressed> {
    let (bytes, extension) = compressed(source, size, format)?;
    let encoding = match extension {
        ".gz" => Some("gzip"),
        ".hsnappy" => Some("hadoop-snappy"),
        _ => None,
    };
    Ok(Compressed { bytes, extension, encoding })
}

fn compressed(source: &Path, size: u64, format: &Value) -> io::Result<(Vec<u8>, &'static str)> {
    let mut input = BufReader::new(File::open(source)?).take(size);
    match format.as_str() {
        Some("GZIP") => {
            let mut output = GzEncoder::new(vec![], Compression::default());
            io::copy(&mut input, &mut output)?;
            Ok((output.finish()?, ".gz"))
        }
        Some("ZIP") => {
            let mut archive = zip::ZipWriter::new(Cursor::new(vec![]));
            archive.start_file("records", zip::write::SimpleFileOptions::default()).map_err(io::Error::other)?;
            io::copy(&mut input, &mut archive)?;
            Ok((archive.finish().map_err(io::Error::other)?.into_inner(), ".zip"))
        }
        Some("Snappy") => {
            let mut output = snap::write::FrameEncoder::new(vec![]);
            io::copy(&mut input, &mut output)?;
            let bytes = output.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
            Ok((bytes, ".snappy"))
        }
        Some("HADOOP_SNAPPY") => Ok((hadoop_snappy(&mut input)?, ".hsnappy")),
        _ => {
            let mut bytes = vec![];
            input.read_to_end(&mut bytes)?;
            Ok((bytes, ""))
        }
    }
}

/// Hadoop's framing: of each block, its size, then the size of what is compressed and that, sizes big-endian.
fn hadoop_snappy(input: &mut impl io::Read) -> io::Result<Vec<u8>> {
    const BLOCK: u64 = 256 << 10;
    let mut output = vec![];
    loop {
        let mut block = vec![];
        input.by_ref().take(BLOCK).read_to_end(&mut block)?;
        if block.is_empty() {
            return Ok(output);
        }
        let compressed = snap::raw::Encoder::new().compress_vec(&block).map_err(io::Error::other)?;
        for size in [block.len(), compressed.len()] {
            output.write_all(&u32::try_from(size).map_err(io::Error::other)?.to_be_bytes())?;
        }
        output.write_all(&compressed)?;
    }
}
