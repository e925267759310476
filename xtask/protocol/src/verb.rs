//! What an operation does, in one word or a few.

use std::fmt;

use serde::{Deserialize, Serialize};

/// An end of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The one that sends.
    Sender,
    /// The one that receives.
    Receiver,
}

/// The verbs that mean something to a report, each with its words.
macro_rules! verbs {
    ($($(#[$doc:meta])* $verb:ident = $words:literal,)*) => {
        /// What an operation does.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(into = "String", from = "String")]
        pub enum Verb {
            $($(#[$doc])* $verb,)*
            /// Any other, such as the name of an atomic's method.
            Other(String),
        }

        impl Verb {
            /// Its words.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Verb::$verb => $words,)*
                    Verb::Other(words) => words,
                }
            }
        }

        impl From<&str> for Verb {
            fn from(words: &str) -> Self {
                match words {
                    $($words => Verb::$verb,)*
                    other => Verb::Other(other.to_string()),
                }
            }
        }
    };
}

verbs! {
    /// Ends the process with a signal.
    Abort = "abort",
    /// Comes to a barrier.
    Arrive = "arrive",
    /// Exchanges an atomic's value, and may fail for no reason.
    CompareExchangeWeak = "compare_exchange_weak",
    /// Takes one from the count of an `Arc`.
    CountDown = "count down",
    /// Adds one to it.
    CountUp = "count up",
    /// Drops the end of a channel that receives.
    DropReceiver = "drop the receiver",
    /// Drops an end of a channel that sends.
    DropSender = "drop a sender",
    /// Waits for all threads of a scope to end.
    EndScope = "end the scope",
    /// Ends the process.
    Exit = "exit",
    /// Ends a thread.
    Finish = "finish",
    /// Wakes threads that wait at a futex.
    FutexWake = "futex_wake",
    /// Waits for a thread to end.
    Join = "join",
    /// Leaves a barrier.
    Leave = "leave",
    /// A thread of a scope ends.
    LeaveScope = "leave the scope",
    /// Wakes all that wait for a condition.
    NotifyAll = "notify_all",
    /// Wakes one that waits for a condition.
    NotifyOne = "notify_one",
    /// Panics.
    Panic = "panic",
    /// Waits for its token.
    Park = "park",
    /// Prints.
    Print = "print",
    /// Reads from a file, a connection or a pipe.
    Read = "read",
    /// Waits for a message.
    Recv = "recv",
    /// Waits for a message, and not for ever.
    RecvTimeout = "recv_timeout",
    /// Sends a message.
    Send = "send",
    /// Waits for a time.
    Sleep = "sleep",
    /// Starts a thread.
    Spawn = "spawn",
    /// Writes an atomic's value.
    Store = "store",
    /// Takes a message if there is one.
    TryRecv = "try_recv",
    /// Sends a message if there is room.
    TrySend = "try_send",
    /// Gives a thread its token.
    Unpark = "unpark",
    /// Gives its token to the thread that waits for a scope to end.
    UnparkOwner = "unpark the scope's owner",
    /// Waits in a rendezvous until its message has been taken.
    WaitForReceiver = "wait for the receiver",
    /// Waits in a rendezvous until there is a message.
    WaitForSender = "wait for a sender",
    /// Comes back from waiting for a condition.
    Wake = "wake",
    /// Comes back from waiting at a futex.
    WakeUp = "wake up",
}

impl Verb {
    /// Whether a message is received: this takes one, or waits for one.
    pub fn receives(&self) -> bool {
        matches!(self, Verb::Recv | Verb::RecvTimeout)
    }

    /// Whether it wakes threads that wait for a condition.
    pub fn notifies(&self) -> bool {
        matches!(self, Verb::NotifyAll | Verb::NotifyOne)
    }

    /// Whether it gives a thread its token.
    pub fn unparks(&self) -> bool {
        matches!(self, Verb::Unpark | Verb::UnparkOwner)
    }

    /// The end of a channel that it is done with, or to.
    pub fn side(&self) -> Option<Side> {
        match self {
            Verb::Send | Verb::TrySend | Verb::DropSender | Verb::WaitForSender => {
                Some(Side::Sender)
            }
            Verb::Recv
            | Verb::RecvTimeout
            | Verb::TryRecv
            | Verb::DropReceiver
            | Verb::WaitForReceiver => Some(Side::Receiver),
            _ => None,
        }
    }

    /// Its words without the end of a channel that they name, if they do.
    pub fn without_side(&self) -> Option<&'static str> {
        match self {
            Verb::DropSender | Verb::DropReceiver => Some("drop"),
            Verb::WaitForSender | Verb::WaitForReceiver => Some("wait for"),
            _ => None,
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl From<String> for Verb {
    fn from(words: String) -> Self {
        Self::from(words.as_str())
    }
}

impl From<Verb> for String {
    fn from(verb: Verb) -> Self {
        verb.as_str().to_string()
    }
}
