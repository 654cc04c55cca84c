//! What the browser shows: inside the program, so that nothing comes from elsewhere.

use super::{PATH, Served};
use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use std::sync::Arc;

const FILES: [(&str, &str, &str); 3] = [
    ("/_pipectl/", "text/html; charset=utf-8", include_str!("../../templates/page/index.html")),
    ("/_pipectl/page.css", "text/css; charset=utf-8", include_str!("../../templates/page/page.css")),
    ("/_pipectl/page.js", "text/javascript; charset=utf-8", include_str!("../../templates/page/page.js")),
];

pub(super) fn routes(mut router: Router<Arc<Served>>) -> Router<Arc<Served>> {
    for (path, kind, text) in FILES {
        router = router.route(path, get(move || async move { file(kind, text) }));
    }
    router.route("/", get(|| async { Redirect::to(PATH) }))
}

fn file(kind: &'static str, text: &'static str) -> Response {
    ([(CONTENT_TYPE, kind)], text).into_response()
}
