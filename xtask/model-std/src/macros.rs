//! The macros that print, and the one that declares thread-local values.

/// Prints to the standard output, as one operation.
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => {
        $crate::io::_print($crate::format_args!($($arg)*))
    };
}

/// Prints to the standard output, with a newline, as one operation.
#[macro_export]
macro_rules! println {
    () => {
        $crate::print!("\n")
    };
    ($($arg:tt)*) => {
        $crate::io::_println($crate::format_args!($($arg)*))
    };
}

/// Prints to the standard error, as one operation.
#[macro_export]
macro_rules! eprint {
    ($($arg:tt)*) => {
        $crate::io::_eprint($crate::format_args!($($arg)*))
    };
}

/// Prints to the standard error, with a newline, as one operation.
#[macro_export]
macro_rules! eprintln {
    () => {
        $crate::eprint!("\n")
    };
    ($($arg:tt)*) => {
        $crate::io::_eprintln($crate::format_args!($($arg)*))
    };
}

/// Prints a value to the standard error, with its expression and its place, and returns it.
#[macro_export]
macro_rules! dbg {
    () => {
        $crate::eprintln!(
            "[{}:{}:{}]",
            $crate::__harness::shown_file($crate::file!()),
            $crate::line!(),
            $crate::column!()
        )
    };
    ($value:expr $(,)?) => {
        // A `match`, so that temporaries in the expression live as long as its value.
        match $value {
            value => {
                $crate::eprintln!(
                    "[{}:{}:{}] {} = {:#?}",
                    $crate::__harness::shown_file($crate::file!()),
                    $crate::line!(),
                    $crate::column!(),
                    $crate::stringify!($value),
                    &value
                );
                value
            }
        }
    };
    ($($value:expr),+ $(,)?) => {
        ($($crate::dbg!($value)),+,)
    };
}

/// Declares thread-local values, each a [`LocalKey`](crate::thread::LocalKey).
#[macro_export]
macro_rules! thread_local {
    () => {};
    (
        $(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = const $value:block
        $(; $($rest:tt)*)?
    ) => {
        $(#[$attribute])* $visibility static $name: $crate::thread::LocalKey<$type> =
            $crate::thread::LocalKey::_new(|| const $value);
        $($crate::thread_local!($($rest)*);)?
    };
    (
        $(#[$attribute:meta])* $visibility:vis static $name:ident: $type:ty = $value:expr
        $(; $($rest:tt)*)?
    ) => {
        $(#[$attribute])* $visibility static $name: $crate::thread::LocalKey<$type> =
            $crate::thread::LocalKey::_new(|| $value);
        $($crate::thread_local!($($rest)*);)?
    };
}
