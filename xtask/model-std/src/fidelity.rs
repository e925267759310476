/// Makes of the table the re-exports of what is passed through.
macro_rules! reexports {
    ($(
        $(#[doc = $note:literal])*
        $title:literal $name:ident in ::$($path:ident)::+ {
            $(modelled { $($modelled:ident),* $(,)? })?
            $(passed { $($(#[cfg($when:meta)])? $passed:ident),* $(,)? })?
            $(called $effect:literal { $($called:ident),* $(,)? })*
            $(refused $why:literal { $($($refused:ident)::+),* $(,)? })*
        }
    )*) => {
        /// For each section of the table, whether this compiler, for this machine, has each of the
        /// items that are passed through.
        #[doc(hidden)]
        pub const HERE: &[&[bool]] = &[$(&[$($(true $(&& cfg!($when))?),*)?]),*];

        /// What is passed through, module by module. The facade's modules re-export these
        /// by a glob, so that what they define themselves comes first.
        pub(crate) mod passed {$(
            #[allow(unused_imports, reason = "a module may pass nothing through")]
            pub mod $name {
                use ::$($path)::+ as real;

                $($(
                    $(#[cfg($when)])?
                    #[allow(
                        deprecated,
                        clippy::legacy_numeric_constants,
                        reason = "a program may be older than what replaces it"
                    )]
                    pub use real::$passed;
                )*)?
                $($(pub use real::$called;)*)*
            }
        )*}
    };
}

::fidelity::with_table!(reexports);
