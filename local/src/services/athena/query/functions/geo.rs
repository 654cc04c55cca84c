//! Places on the earth: https://trino.io/docs/current/functions/geospatial.html, of which the engine has no geometries.

use super::call::{Given, Row, bad};
use super::library::Entry;

pub(super) const FUNCTIONS: &[Entry] =
    &[("great_circle_distance", "double, double, double, double -> double", |call| call.each(great_circle_distance))];

/// The mean radius, as Trino takes it.
const EARTH_KM: f64 = 6371.01;

/// Of latitude and longitude of two places, in degrees: by Vincenty's formula on a sphere, which is exact also for places
/// that are close or opposite.
fn great_circle_distance(row: Row<'_>) -> Given<f64> {
    let (from, to) = (place(row.double(0), row.double(1))?, place(row.double(2), row.double(3))?);
    let ((from_sin, from_cos), (to_sin, to_cos)) = (from.0.sin_cos(), to.0.sin_cos());
    let (sin, cos) = (from.1 - to.1).sin_cos();
    let across = (to_cos * sin).hypot(from_cos * to_sin - from_sin * to_cos * cos);
    Ok(Some(across.atan2(from_sin * to_sin + from_cos * to_cos * cos) * EARTH_KM))
}

/// In radians.
fn place(latitude: f64, longitude: f64) -> datafusion::common::Result<(f64, f64)> {
    if !(-90.0..=90.0).contains(&latitude) {
        return Err(bad("Latitude must be between -90 and 90"));
    }
    if !(-180.0..=180.0).contains(&longitude) {
        return Err(bad("Longitude must be between -180 and 180"));
    }
    Ok((latitude.to_radians(), longitude.to_radians()))
}
