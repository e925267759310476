//! The keys from which the real library makes each `RandomState`, and so the order of a `HashMap`:
//! it draws two at random for each thread of the operating system, keeps them in a thread-local
//! value, and counts the first one up. Each thread of a program has keys of its own here, which
//! its execution's seed decides.

use std::cell::Cell;
use std::hash::RandomState;
use std::mem;
use std::ops::Range;
use std::ptr;

const UNKNOWN: &str = "the keys are asked for only where they are known";

/// What one `RandomState` is made of.
pub type Keys = [u64; 2];

thread_local! {
    /// Where the real library keeps the keys of this thread of the operating system; null while
    /// that is not known.
    static PLACE: Cell<*mut Keys> = const { Cell::new(ptr::null_mut()) };
}

/// Finds out where the keys are kept, so that [`set`] changes them; whether that is known now.
///
/// The place is the only one, among the thread-local values of the executable, that holds what
/// the next `RandomState` will be made of; and what is written there is what the next is made of.
pub fn find() -> bool {
    let (one, two) = (made(), made());
    let [first, second] = [0, 1].map(|nth| two[nth].wrapping_add(two[nth].wrapping_sub(one[nth])));
    let mut places = thread_locals()
        .step_by(align_of::<Keys>())
        .filter(|&place| {
            // SAFETY: the thread-local values of this thread are mapped and aligned for any of them,
            // this thread alone uses them, and a volatile read only looks at bytes.
            let found = unsafe { ptr::with_exposed_provenance::<Keys>(place).read_volatile() };
            found == [first, second]
        });
    let (Some(place), None) = (places.next(), places.next()) else {
        return false;
    };
    PLACE.set(ptr::with_exposed_provenance_mut(place));
    let kept = get();
    set([1, 2]);
    let obeys = made() == [1, 2] && get() == [2, 2];
    set(kept);
    if !obeys {
        PLACE.set(ptr::null_mut());
    }
    are_known()
}

/// Whether it is known where the keys are kept.
pub fn are_known() -> bool {
    !PLACE.get().is_null()
}

/// What the next `RandomState` is made of.
fn made() -> Keys {
    // SAFETY: a `RandomState` is two words, as its size says, each of them initialised.
    unsafe { mem::transmute(RandomState::new()) }
}

/// The addresses at which the thread-local values of the executable begin to hold keys, for this
/// thread of the operating system.
fn thread_locals() -> Range<usize> {
    unsafe extern "C" fn look(
        info: *mut libc::dl_phdr_info,
        _: usize,
        found: *mut libc::c_void,
    ) -> i32 {
        // SAFETY: `dl_iterate_phdr` passes a description of an object that is loaded, with its
        // headers, and the pointer that it was called with.
        unsafe {
            let info = &*info;
            let headers = std::slice::from_raw_parts(info.dlpi_phdr, info.dlpi_phnum.into());
            let header = headers.iter().find(|header| header.p_type == libc::PT_TLS);
            if let Some(header) = header
                && !info.dlpi_tls_data.is_null()
            {
                let start = info.dlpi_tls_data.expose_provenance();
                let size = (header.p_memsz as usize).saturating_sub(size_of::<Keys>() - 1);
                *found.cast::<Range<usize>>() = start..start + size;
            }
        }
        // The executable is the first object, and the only one that is asked for.
        1
    }
    let mut found = 0..0;
    // SAFETY: the function takes what it is passed, and the range outlives the call.
    unsafe { libc::dl_iterate_phdr(Some(look), (&raw mut found).cast()) };
    found
}

/// What the next `RandomState` is made of. Only where it is known where that is kept.
#[inline(always)]
pub fn get() -> Keys {
    let place = PLACE.get();
    assert!(!place.is_null(), "{UNKNOWN}");
    // SAFETY: `find` has found two words there, which the real library changes only in
    // `RandomState::new`, on this thread, and never borrows for longer.
    unsafe { place.read() }
}

/// The next `RandomState` is made of these. Only where it is known where they are kept.
#[inline(always)]
pub fn set(keys: Keys) {
    let place = PLACE.get();
    assert!(!place.is_null(), "{UNKNOWN}");
    // SAFETY: likewise.
    unsafe { place.write(keys) };
}
