//! What holds when things break: processes, disks, databases, nodes.
//!
//! Counts are small; `MUSTER_RELEASE_COUNTS=1` (`./run durability`) makes them those of a release. Every test says
//! what it counted.

mod audit;
mod crash;
mod cut;
mod disk;
mod ground;
mod jobs;
mod nodes;
mod outage;
mod shutdown;
