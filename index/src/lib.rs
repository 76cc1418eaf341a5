//! The talent pool.
