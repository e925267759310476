//! What belongs to one operating system.

#[doc(no_inline)]
pub use crate::fidelity::passed::os::*;

#[cfg(unix)]
pub mod unix {
    //! What belongs to Unix.

    #[doc(no_inline)]
    pub use crate::fidelity::passed::unix::*;

    pub mod prelude {
        //! What is often used of it.

        #[doc(no_inline)]
        pub use crate::fidelity::passed::unix_prelude::*;

        #[doc(inline)]
        pub use super::thread::JoinHandleExt;
    }

    pub mod thread {
        //! The system's own handle of a thread: no thread of the program has one.

        #[doc(no_inline)]
        pub use crate::fidelity::passed::unix_thread::*;

        use crate::thread::JoinHandle;

        /// The system's own handle of a thread.
        pub trait JoinHandleExt {
            /// The handle of the thread.
            fn as_pthread_t(&self) -> RawPthread;
            /// The handle of the thread, which is then the caller's to join.
            fn into_pthread_t(self) -> RawPthread;
        }

        impl<T> JoinHandleExt for JoinHandle<T> {
            /// Ends the execution: there is no such handle.
            fn as_pthread_t(&self) -> RawPthread {
                refuse()
            }

            /// Ends the execution: there is no such handle.
            fn into_pthread_t(self) -> RawPthread {
                refuse()
            }
        }

        fn refuse() -> ! {
            engine::refuse(
                "`std::os::unix::thread::JoinHandleExt`",
                "a thread of the program is none of the operating system",
            )
        }
    }
}
