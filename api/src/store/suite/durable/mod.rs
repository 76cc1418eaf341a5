//! What holds of the store when many write at once, workers die and there is no room. Counts are small;
//! `MUSTER_RELEASE_COUNTS=1` (`./run durability`) makes them those of a release.

mod feed;
mod jobs;
mod pages;

use super::*;
