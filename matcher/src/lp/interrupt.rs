//! Watching a running HiGHS: telling it to stop, and keeping the solutions it finds. The only unsafe code there is.
//!
//! HiGHS calls back between steps of simplex and branch-and-bound, and for every better solution. The `highs` crate does
//! not offer this, so the callback is set on the crate's own pointer.

#![allow(
    unsafe_code,
    reason = "HiGHS takes its callback as a C function and a pointer"
)]

use std::ffi::{c_char, c_int, c_void};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a running HiGHS and whoever waits for it share.
#[derive(Debug, Default)]
pub(super) struct Watched {
    /// Whether it is to stop.
    pub(super) is_due: AtomicBool,
    best: Mutex<Option<Vec<f64>>>,
}

impl Watched {
    /// The best solution so far.
    pub(super) fn best(&self) -> Option<Vec<f64>> {
        let best = self.best.lock();
        best.unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Runs `model`, stopping it when `watched` says so. The error is HiGHS's own.
pub(super) fn solve(
    mut model: highs::Model,
    watched: &Watched,
) -> Result<highs::SolvedModel, highs::HighsStatus> {
    let data: *const Watched = watched;
    let kinds = [
        highs_sys::kHighsCallbackSimplexInterrupt,
        highs_sys::kHighsCallbackIpmInterrupt,
        highs_sys::kHighsCallbackMipInterrupt,
        highs_sys::kHighsCallbackMipImprovingSolution,
    ];
    let highs = model.as_mut_ptr();
    // SAFETY: `highs` is the live instance that `model` owns. `data` points to `watched`, which outlives the run below;
    // HiGHS hands it back to `called` unchanged and only while it runs, on this thread or on ones it waits for
    // (`Watched` is `Sync`).
    unsafe {
        highs_sys::Highs_setCallback(highs, Some(called), data.cast_mut().cast());
        for kind in kinds {
            highs_sys::Highs_startCallback(highs, kind);
        }
    }
    let mut solved = model.try_solve()?;
    // SAFETY: the same instance, now not running; without this it would keep a pointer to `watched`.
    unsafe {
        for kind in kinds {
            highs_sys::Highs_stopCallback(solved.as_mut_ptr(), kind);
        }
        highs_sys::Highs_setCallback(solved.as_mut_ptr(), None, std::ptr::null_mut());
    }
    Ok(solved)
}

/// Called by HiGHS: keeps a better solution, or sets the flag that makes it stop.
unsafe extern "C" fn called(
    kind: c_int,
    _message: *const c_char,
    out: *const highs_sys::HighsCallbackDataOut,
    input: *mut highs_sys::HighsCallbackDataIn,
    data: *mut c_void,
) {
    // SAFETY: `data` is the `Watched` that `solve` passed, alive while HiGHS runs. `input` and `out`, where HiGHS
    // provides them, are its own structures, valid and not shared for the time of this call.
    let (watched, input, out) = unsafe {
        (
            data.cast::<Watched>().as_ref(),
            input.as_mut(),
            out.as_ref(),
        )
    };
    let Some(watched) = watched else { return };
    if kind == highs_sys::kHighsCallbackMipImprovingSolution {
        let solution = out.and_then(|out| {
            let len = usize::try_from(out.mip_solution_size).ok()?;
            // SAFETY: with this kind `mip_solution` is null or points to so many numbers, valid for the time of this call.
            (!out.mip_solution.is_null())
                .then(|| unsafe { std::slice::from_raw_parts(out.mip_solution, len) }.to_vec())
        });
        if let Some(solution) = solution {
            let mut best = watched.best.lock().unwrap_or_else(PoisonError::into_inner);
            *best = Some(solution);
        }
    } else if let Some(input) = input {
        input.user_interrupt = c_int::from(watched.is_due.load(Ordering::Relaxed));
    }
}
