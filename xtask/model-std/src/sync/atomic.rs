//! Atomics, as `std::sync::atomic` has them.
//!
//! Memory is sequentially consistent, whichever ordering is asked for, unless the explorer says that
//! it is weak: then an operation may read an older value, or come before stores that were made earlier,
//! as far as the orderings allow ([`engine::memory`]). An ordering that the real operation refuses is
//! refused, and a weaker one than `SeqCst` is noted for the report. A weak compare-exchange fails for no
//! reason where threads wake up for none: once in each thread.

use std::fmt;
use std::sync::atomic as real;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release, SeqCst};

#[doc(no_inline)]
pub use crate::fidelity::passed::atomic::*;

use engine::memory::{self, Acted, Word};
use engine::{Access, AtomicUse, Object, Op};

/// What all atomic types have.
///
/// Each is in memory what the real one is, and nothing more: its size, its alignment, and which
/// bits it may have. So zeroed memory is one, a plain value may be used as one (`AtomicCell` in
/// crossbeam), and who is alone with one may read it as a plain value (`unsync_load` in tokio). Its
/// object is known by its address.
macro_rules! atomic {
    ($name:ident $(<$T:ident>)?, $value:ty, $show:expr) => {
        #[doc = concat!("`std::sync::atomic::", stringify!($name), "`.")]
        #[repr(transparent)]
        pub struct $name $(<$T>)? {
            value: real::$name $(<$T>)?,
        }

        impl $(<$T>)? $name $(<$T>)? {
            /// An atomic with this value.
            #[must_use]
            pub const fn new(value: $value) -> Self {
                Self {
                    value: real::$name::new(value),
                }
            }

            /// The atomic that stands where this pointer leads to.
            ///
            /// # Safety
            ///
            /// The same as for the real function: the pointer is aligned as the atomic is, and may
            /// be read and written for as long as the reference lives; meanwhile nobody else uses
            /// what is there other than as an atomic, unless something orders the two.
            #[must_use]
            #[allow(unsafe_code, reason = "the real function is `unsafe`, too")]
            pub const unsafe fn from_ptr<'a>(ptr: *mut $value) -> &'a Self {
                // SAFETY: the type is in memory what the real one is, which is what its value is;
                // the rest is the caller's promise.
                unsafe { &*ptr.cast() }
            }

            /// Where the value stands. What is done through the pointer is no operation.
            #[must_use]
            pub const fn as_ptr(&self) -> *mut $value {
                self.value.as_ptr()
            }

            /// The value in place, since nobody else has the atomic.
            pub fn get_mut(&mut self) -> &mut $value {
                self.value.get_mut()
            }

            /// The value, since nobody else has the atomic.
            #[must_use]
            pub const fn into_inner(self) -> $value {
                self.value.into_inner()
            }

            /// Reads the value.
            ///
            /// # Panics
            ///
            /// If the ordering is one for writing.
            #[track_caller]
            pub fn load(&self, order: Ordering) -> $value {
                let word = self.announce("load", Access::Read, order);
                let newest = self.value.load(order);
                let Some(older) = memory::load(word, order, newest.to_bits()) else {
                    engine::show(|| format!("➜ {}", $show(newest)));
                    return newest;
                };
                let value = Bits::from_bits(older);
                engine::show(|| format!("➜ {}, an older value", $show(value)));
                value
            }

            /// Writes the value.
            ///
            /// # Panics
            ///
            /// If the ordering is one for reading.
            #[track_caller]
            pub fn store(&self, value: $value, order: Ordering) {
                let word = self.announce("store", Access::Write, order);
                let before = self.value.load(Relaxed);
                self.value.store(value, order);
                if memory::store(word, order, [before, value].map(Bits::to_bits)) {
                    engine::show(|| format!("= {}", $show(value)));
                    return;
                }
                self.value.store(before, Relaxed);
                engine::show(|| {
                    format!("= {}, before the latest, {}", $show(value), $show(before))
                });
            }

            /// Writes the value, and returns the one before.
            #[track_caller]
            pub fn swap(&self, value: $value, order: Ordering) -> $value {
                self.change("swap", order, |_| value)
            }

            /// Writes the value if the current one is as expected, and returns the one before.
            #[deprecated(
                since = "1.50.0",
                note = "Use `compare_exchange` or `compare_exchange_weak` instead"
            )]
            #[track_caller]
            pub fn compare_and_swap(
                &self,
                current: $value,
                new: $value,
                order: Ordering,
            ) -> $value {
                let failure = match order {
                    Release | Relaxed => Relaxed,
                    Acquire | AcqRel => Acquire,
                    _ => SeqCst,
                };
                match self.compare_exchange(current, new, order, failure) {
                    Ok(value) | Err(value) => value,
                }
            }

            /// Writes the value if the current one is as expected.
            ///
            /// # Errors
            ///
            /// The current value, if it is another.
            ///
            /// # Panics
            ///
            /// If the ordering for a failure is one for writing.
            #[track_caller]
            pub fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                let order = match (success, failure) {
                    (_, SeqCst) => success,
                    (SeqCst | AcqRel, Acquire) => AcqRel,
                    (_, weaker) => weaker,
                };
                let word = self.announce("compare_exchange", Access::Write, order);
                let result = self.value.compare_exchange(current, new, success, failure);
                let (Ok(newest) | Err(newest)) = result;
                let acted = memory::exchange(
                    word,
                    [success, failure],
                    newest.to_bits(),
                    [current, new].map(Bits::to_bits),
                );
                if result.is_ok() && !(acted.writes && acted.is_last) {
                    self.value.store(newest, Relaxed);
                }
                let old = Bits::from_bits(acted.read);
                if acted.writes {
                    self.show_change(&acted, old, new);
                    return Ok(old);
                }
                engine::unchanged();
                engine::show(|| {
                    let older = if acted.is_last { "" } else { "an older value, " };
                    format!("➜ {}, {older}kept", $show(old))
                });
                Err(old)
            }

            /// The same; but once in each thread, where threads wake up for no reason, it fails
            /// for no reason too.
            ///
            /// # Errors
            ///
            /// The current value, if it is another, or for no reason.
            ///
            /// # Panics
            ///
            /// If the ordering for a failure is one for writing.
            #[track_caller]
            pub fn compare_exchange_weak(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                if !engine::may_fail_for_no_reason() {
                    return self.compare_exchange(current, new, success, failure);
                }
                self.announce("compare_exchange_weak", Access::Read, failure);
                let value = self.value.load(failure);
                engine::show(|| format!("➜ {}, kept", $show(value)));
                if value == current {
                    engine::failed_for_no_reason();
                    engine::show(|| format!("➜ {}, kept for no reason", $show(value)));
                }
                Err(value)
            }

            /// Computes the value from the current one, again when another thread has
            /// written meanwhile, and returns the one before.
            ///
            /// # Errors
            ///
            /// The current value, if the closure returns `None` for it.
            #[track_caller]
            pub fn fetch_update<F>(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                f: F,
            ) -> Result<$value, $value>
            where
                F: FnMut($value) -> Option<$value>,
            {
                self.try_update(set_order, fetch_order, f)
            }

            /// Computes the value from the current one, again when another thread has
            /// written meanwhile, and returns the one before.
            ///
            /// # Errors
            ///
            /// The current value, if the closure returns `None` for it.
            #[track_caller]
            pub fn try_update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                let mut old = self.load(fetch_order);
                while let Some(new) = f(old) {
                    match self.compare_exchange(old, new, set_order, fetch_order) {
                        Ok(old) => return Ok(old),
                        Err(other) => old = other,
                    }
                }
                Err(old)
            }

            /// Computes the value from the current one, again when another thread has
            /// written meanwhile, and returns the one before.
            #[track_caller]
            pub fn update(
                &self,
                set_order: Ordering,
                fetch_order: Ordering,
                mut f: impl FnMut($value) -> $value,
            ) -> $value {
                let mut old = self.load(fetch_order);
                loop {
                    match self.compare_exchange(old, f(old), set_order, fetch_order) {
                        Ok(old) => return old,
                        Err(other) => old = other,
                    }
                }
            }

            #[track_caller]
            fn announce(&self, verb: &'static str, access: Access, order: Ordering) -> Word {
                let (address, bytes) = (self.value.as_ptr().addr(), size_of::<Self>());
                let object = engine::object_standing("atomic", address, bytes);
                note(verb, order, object);
                Op::new(verb, object, access).perform();
                Word {
                    object,
                    address,
                    bytes,
                }
            }

            /// Changes the value to what this makes of it, as one operation, and returns the one
            /// before.
            #[track_caller]
            fn change(
                &self,
                verb: &'static str,
                order: Ordering,
                make: impl Fn($value) -> $value,
            ) -> $value {
                let word = self.announce(verb, Access::Write, order);
                let newest = self.value.load(Relaxed);
                let bits = |old| make(Bits::from_bits(old)).to_bits();
                let acted = memory::update(word, order, newest.to_bits(), bits);
                let old = Bits::from_bits(acted.read);
                let new = make(old);
                if acted.is_last {
                    self.value.store(new, Relaxed);
                }
                self.show_change(&acted, old, new);
                old
            }

            /// Shows a change.
            fn show_change(&self, acted: &Acted, old: $value, new: $value) {
                if new == old {
                    engine::wrote_the_same();
                }
                engine::show(|| {
                    let older = if acted.is_last { "" } else { ", older values" };
                    format!("➜ {}, = {}{older}", $show(old), $show(new))
                });
            }
        }

        impl $(<$T>)? From<$value> for $name $(<$T>)? {
            fn from(value: $value) -> Self {
                Self::new(value)
            }
        }

        impl $(<$T>)? fmt::Debug for $name $(<$T>)? {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.load(Relaxed), f)
            }
        }
    };
}

/// Notes the order of an operation, if it is weaker than the one that all have here. What it loads or
/// stores is `Relaxed` where the order is only for the other half of what it does.
#[track_caller]
#[inline(always)]
fn note(verb: &'static str, order: Ordering, atomic: Object) {
    let (name, is_relaxed) = match order {
        SeqCst => (None, false),
        Relaxed => (Some("Relaxed"), true),
        Acquire => (
            Some("Acquire"),
            !matches!(verb, "load" | "compare_exchange_weak"),
        ),
        Release => (Some("Release"), verb != "store"),
        AcqRel => (Some("AcqRel"), false),
        _ => (Some("a weak order"), true),
    };
    let reads = verb != "store";
    engine::note_order(
        name,
        AtomicUse {
            atomic,
            is_relaxed,
            reads,
        },
    );
}

/// A value as the engine keeps it.
trait Bits: Copy {
    fn to_bits(self) -> u64;
    fn from_bits(bits: u64) -> Self;
}

impl Bits for bool {
    fn to_bits(self) -> u64 {
        u64::from(self)
    }

    fn from_bits(bits: u64) -> Self {
        bits != 0
    }
}

impl<T> Bits for *mut T {
    fn to_bits(self) -> u64 {
        self.expose_provenance() as u64
    }

    fn from_bits(bits: u64) -> Self {
        std::ptr::with_exposed_provenance_mut(bits as usize)
    }
}

/// Functions that are the real type's own, as one operation each.
macro_rules! fetch {
    ($name:ident, $value:ty: $($method:ident)*) => {
        impl $name {
            $(
                #[doc = concat!("`", stringify!($method), "`: changes the value, and returns the one before.")]
                #[track_caller]
                pub fn $method(&self, value: $value, order: Ordering) -> $value {
                    self.change(stringify!($method), order, |old| {
                        let one = real::$name::new(old);
                        one.$method(value, Relaxed);
                        one.into_inner()
                    })
                }
            )*
        }
    };
}

macro_rules! atomic_integers {
    ($($name:ident: $value:ty, $bits:literal;)*) => {
        $(
            #[cfg(target_has_atomic = $bits)]
            atomic!($name, $value, std::convert::identity);
            #[cfg(target_has_atomic = $bits)]
            fetch!(
                $name, $value:
                fetch_add fetch_sub fetch_and fetch_nand fetch_or fetch_xor fetch_max fetch_min
            );

            #[cfg(target_has_atomic = $bits)]
            impl Bits for $value {
                fn to_bits(self) -> u64 {
                    self as u64
                }

                fn from_bits(bits: u64) -> Self {
                    bits as $value
                }
            }

            #[cfg(target_has_atomic = $bits)]
            impl Default for $name {
                fn default() -> Self {
                    Self::new(0)
                }
            }
        )*
    };
}

atomic_integers! {
    AtomicI8: i8, "8";
    AtomicU8: u8, "8";
    AtomicI16: i16, "16";
    AtomicU16: u16, "16";
    AtomicI32: i32, "32";
    AtomicU32: u32, "32";
    AtomicI64: i64, "64";
    AtomicU64: u64, "64";
    AtomicIsize: isize, "ptr";
    AtomicUsize: usize, "ptr";
}

atomic!(AtomicBool, bool, std::convert::identity);
fetch!(AtomicBool, bool: fetch_and fetch_nand fetch_or fetch_xor);

impl AtomicBool {
    /// `fetch_not`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_not(&self, order: Ordering) -> bool {
        self.change("fetch_not", order, |old| !old)
    }
}

impl Default for AtomicBool {
    fn default() -> Self {
        Self::new(false)
    }
}

atomic!(AtomicPtr<T>, *mut T, show_pointer);

/// How a table shows a pointer: the address is another on each run.
fn show_pointer<T>(pointer: *mut T) -> &'static str {
    if pointer.is_null() {
        "null"
    } else {
        "a pointer"
    }
}

impl<T> AtomicPtr<T> {
    /// `fetch_ptr_add`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_ptr_add(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_ptr_add", order, |pointer| pointer.wrapping_add(val))
    }

    /// `fetch_ptr_sub`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_ptr_sub(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_ptr_sub", order, |pointer| pointer.wrapping_sub(val))
    }

    /// `fetch_byte_add`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_byte_add(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_byte_add", order, |pointer| {
            pointer.wrapping_byte_add(val)
        })
    }

    /// `fetch_byte_sub`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_byte_sub(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_byte_sub", order, |pointer| {
            pointer.wrapping_byte_sub(val)
        })
    }

    /// `fetch_or`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_or(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_or", order, |pointer| {
            pointer.map_addr(|address| address | val)
        })
    }

    /// `fetch_and`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_and(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_and", order, |pointer| {
            pointer.map_addr(|address| address & val)
        })
    }

    /// `fetch_xor`: changes the value, and returns the one before.
    #[track_caller]
    pub fn fetch_xor(&self, val: usize, order: Ordering) -> *mut T {
        self.change("fetch_xor", order, |pointer| {
            pointer.map_addr(|address| address ^ val)
        })
    }
}

impl<T> Default for AtomicPtr<T> {
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}

impl<T> fmt::Pointer for AtomicPtr<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Pointer::fmt(&self.load(Relaxed), f)
    }
}

/// `std::sync::atomic::fence`: an operation where memory is weak, and nothing elsewhere.
///
/// # Panics
///
/// If the ordering is `Relaxed`.
#[track_caller]
pub fn fence(order: Ordering) {
    real::fence(order);
    memory::fence(order);
}

/// `std::sync::atomic::compiler_fence`: a fence where memory is weak, if the processor needs no other.
///
/// # Panics
///
/// If the ordering is `Relaxed`.
pub fn compiler_fence(order: Ordering) {
    real::compiler_fence(order);
    memory::compiler_fence(order);
}

/// Says that the thread waits in a loop: the others go first.
#[deprecated(since = "1.51.0", note = "use hint::spin_loop instead")]
#[track_caller]
pub fn spin_loop_hint() {
    crate::hint::spin_loop();
}

/// Constants from before there were `const` functions.
macro_rules! initialisers {
    ($($name:ident: $type:ident = $value:literal;)*) => {
        $(
            #[doc = concat!("`std::sync::atomic::", stringify!($name), "`.")]
            #[deprecated(since = "1.34.0", note = "the `new` function is now preferred")]
            #[allow(clippy::declare_interior_mutable_const)] // Each use makes a new one: that is its purpose.
            pub const $name: $type = $type::new($value);
        )*
    };
}

initialisers! {
    ATOMIC_BOOL_INIT: AtomicBool = false;
    ATOMIC_ISIZE_INIT: AtomicIsize = 0;
    ATOMIC_USIZE_INIT: AtomicUsize = 0;
}
