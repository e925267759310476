//! The functions of the C library that have the names of those which are defined here.

use std::ffi::{CStr, c_int, c_void};
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering::Relaxed};

/// A function of the C library. It is given more than it looks at: the platforms that the engine is
/// for pass what a function takes in the same way, whatever comes behind it.
type Function = unsafe extern "C" fn(usize, usize, usize, usize, usize, usize, usize) -> usize;

/// How many numbers and addresses a function takes at most.
const MOST: usize = 7;

/// The C library's function that has the name of one that is defined here.
pub struct Real {
    name: &'static CStr,
    /// Null until somebody has called it.
    address: AtomicPtr<c_void>,
}

impl Real {
    pub const fn new(name: &'static CStr) -> Self {
        Self {
            name,
            address: AtomicPtr::new(ptr::null_mut()),
        }
    }

    /// Calls the function. It fails if the C library has none of this name.
    ///
    /// # Safety
    ///
    /// The arguments are numbers and addresses, and as the function asks for them.
    pub unsafe fn call<const N: usize>(&self, arguments: [usize; N]) -> usize {
        let mut address = self.address.load(Relaxed);
        if address.is_null() {
            // SAFETY: the name ends as one does in C.
            address = unsafe { libc::dlsym(libc::RTLD_NEXT, self.name.as_ptr()) };
            self.address.store(address, Relaxed);
        }
        if address.is_null() {
            return fail(libc::ENOSYS) as usize;
        }
        let mut all = [0; MOST];
        all[..N].copy_from_slice(&arguments);
        let [first, second, third, fourth, fifth, sixth, seventh] = all;
        // SAFETY: the next library that has this name is the C library, and there it is a function.
        // The caller says that it is given what it asks for; what is beyond that it does not look at.
        unsafe {
            let function = mem::transmute::<*mut c_void, Function>(address);
            function(first, second, third, fourth, fifth, sixth, seventh)
        }
    }
}

/// What a call returns that has failed with this error.
pub fn fail(error: c_int) -> isize {
    // SAFETY: it is this thread's own.
    unsafe { *libc::__errno_location() = error };
    -1
}

/// The name of a C string that a macro has made.
pub const fn c_name(name: &'static str) -> &'static CStr {
    match CStr::from_bytes_with_nul(name.as_bytes()) {
        Ok(name) => name,
        Err(_) => panic!("a name ends in the only zero that it has"),
    }
}
