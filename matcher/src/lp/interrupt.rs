//! Asking a running HiGHS whether to stop: the only unsafe code there is.
//!
//! HiGHS calls back between steps of simplex and branch-and-bound and stops when told to. The `highs` crate does not
//! offer this, so its callback is set on the crate's own pointer.

#![allow(
    unsafe_code,
    reason = "HiGHS takes its callback as a C function and a pointer"
)]

use std::ffi::{c_char, c_int, c_void};

use crate::stop::Stop;

/// What the callback is handed.
struct Asked<'a> {
    stop: &'a dyn Stop,
}

/// Runs `model`, stopping it soon after `stop` is due. The error is HiGHS's own.
pub(super) fn solve(
    mut model: highs::Model,
    stop: &dyn Stop,
) -> Result<highs::SolvedModel, highs::HighsStatus> {
    let asked = Asked { stop };
    let data: *const Asked<'_> = &raw const asked;
    let kinds = [
        highs_sys::kHighsCallbackSimplexInterrupt,
        highs_sys::kHighsCallbackIpmInterrupt,
        highs_sys::kHighsCallbackMipInterrupt,
    ];
    let highs = model.as_mut_ptr();
    // SAFETY: `highs` is the live instance that `model` owns. `data` points to `asked`, which outlives the run below;
    // HiGHS hands it back to `ask` unchanged and only while it runs, on this thread or on ones it waits for
    // (`Stop` is `Sync`).
    unsafe {
        highs_sys::Highs_setCallback(highs, Some(ask), data.cast_mut().cast());
        for kind in kinds {
            highs_sys::Highs_startCallback(highs, kind);
        }
    }
    let mut solved = model.try_solve()?;
    // SAFETY: the same instance, now not running; without this it would keep a pointer to `asked`.
    unsafe {
        for kind in kinds {
            highs_sys::Highs_stopCallback(solved.as_mut_ptr(), kind);
        }
        highs_sys::Highs_setCallback(solved.as_mut_ptr(), None, std::ptr::null_mut());
    }
    Ok(solved)
}

/// Called by HiGHS: sets the flag that makes it stop.
unsafe extern "C" fn ask(
    _kind: c_int,
    _message: *const c_char,
    _out: *const highs_sys::HighsCallbackDataOut,
    input: *mut highs_sys::HighsCallbackDataIn,
    data: *mut c_void,
) {
    // SAFETY: `data` is the `Asked` that `solve` passed, alive while HiGHS runs. `input`, where HiGHS provides
    // one, is its own structure, valid and not shared for the time of this call.
    let (asked, input) = unsafe { (data.cast::<Asked<'_>>().as_ref(), input.as_mut()) };
    if let (Some(asked), Some(input)) = (asked, input) {
        input.user_interrupt = c_int::from(asked.stop.is_due());
    }
}
