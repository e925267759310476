//! Channels, as `std::sync::mpsc` has them: senders, receivers and iterators.

mod channel;

use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::mem::{self, ManuallyDrop};
use std::rc::Rc;
use std::sync as real;
use std::time::Duration;

#[doc(no_inline)]
pub use crate::fidelity::passed::mpsc::*;

use channel::{Channel, Sent, Taken};
use engine::ChannelEnd;

use crate::raw::Confined;
use crate::shared::Shared;

/// `std::sync::mpsc::Sender`.
pub struct Sender<T>(Share<T>);

/// `std::sync::mpsc::SyncSender`.
pub struct SyncSender<T>(Share<T>);

/// `std::sync::mpsc::Receiver`.
pub struct Receiver<T> {
    shared: Shared<Messages<T>>,
    end: ChannelEnd,
    /// May be moved to another thread, but not shared with one.
    like: PhantomData<real::mpsc::Receiver<T>>,
}

/// What [`Receiver::iter`] returns.
#[derive(Debug)]
pub struct Iter<'a, T: 'a> {
    rx: &'a Receiver<T>,
}

/// What [`Receiver::try_iter`] returns.
#[derive(Debug)]
pub struct TryIter<'a, T: 'a> {
    rx: &'a Receiver<T>,
}

/// What a [`Receiver`] turns into for a loop.
#[derive(Debug)]
pub struct IntoIter<T> {
    rx: Receiver<T>,
}

/// One of the senders of a channel.
struct Share<T>(Shared<Messages<T>>, ChannelEnd);

/// A channel, and what the messages say that are there.
struct Messages<T> {
    channel: Channel,
    values: Confined<VecDeque<T>>,
}

/// A channel in which any number of messages may wait.
#[must_use]
#[track_caller]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let (share, receiver) = open(None);
    (Sender(share), receiver)
}

/// A channel in which so many messages may wait. With 0, who sends waits for who receives.
#[must_use]
#[track_caller]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    let (share, receiver) = open(Some(bound));
    (SyncSender(share), receiver)
}

/// Both ends of a new channel.
#[track_caller]
fn open<T>(bound: Option<usize>) -> (Share<T>, Receiver<T>) {
    let shared = Shared::new(Rc::new(Messages {
        channel: Channel::new(bound),
        values: Confined::new(VecDeque::new()),
    }));
    let receiver = Receiver {
        shared: Shared::clone(&shared),
        end: shared.channel.end(false),
        like: PhantomData,
    };
    let end = shared.channel.end(true);
    (Share(shared, end), receiver)
}

impl<T> Sender<T> {
    /// Sends a message.
    ///
    /// # Errors
    ///
    /// If the receiver is gone; the error has the message.
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        self.0.send(t)
    }
}

impl<T> SyncSender<T> {
    /// Sends a message as soon as there is room for it. In a rendezvous channel it returns
    /// when the message has been taken.
    ///
    /// # Errors
    ///
    /// If the receiver is gone by then; the error has the message.
    #[track_caller]
    pub fn send(&self, t: T) -> Result<(), SendError<T>> {
        self.0.send(t)
    }

    /// Sends a message if there is room for it; in a rendezvous channel, if the receiver
    /// waits for one.
    ///
    /// # Errors
    ///
    /// If not, or if the receiver is gone; the error has the message.
    #[track_caller]
    pub fn try_send(&self, t: T) -> Result<(), TrySendError<T>> {
        self.0.try_send(t)
    }
}

impl<T> Receiver<T> {
    /// Waits for a message.
    ///
    /// # Errors
    ///
    /// If there is none and no sender is left.
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        let taken = self.channel().recv(self.end)?;
        Ok(self.value(taken))
    }

    /// Takes a message if there is one; in a rendezvous channel, if a sender waits.
    ///
    /// # Errors
    ///
    /// If there is none. The error says whether a sender is left.
    #[track_caller]
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        let taken = self.channel().try_recv(self.end)?;
        Ok(self.value(taken))
    }

    /// Waits for a message for so long at most.
    ///
    /// # Errors
    ///
    /// If there is none by then, or no sender is left.
    #[track_caller]
    pub fn recv_timeout(&self, timeout: Duration) -> Result<T, RecvTimeoutError> {
        match self.channel().recv_timeout(self.end, timeout) {
            Ok(taken) => Ok(self.value(taken)),
            Err(TryRecvError::Empty) => Err(RecvTimeoutError::Timeout),
            Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
        }
    }

    /// The messages as they come, until no sender is left.
    pub fn iter(&self) -> Iter<'_, T> {
        Iter { rx: self }
    }

    /// The messages that are there.
    pub fn try_iter(&self) -> TryIter<'_, T> {
        TryIter { rx: self }
    }

    fn channel(&self) -> &Channel {
        &self.shared.channel
    }

    /// What the message says that was taken.
    #[track_caller]
    fn value(&self, taken: Taken) -> T {
        let value = self.shared.values.change(VecDeque::pop_front);
        taken.finish();
        value.expect("each message says something")
    }
}

impl<T> Share<T> {
    fn channel(&self) -> &Channel {
        &self.0.channel
    }

    #[track_caller]
    fn send(&self, value: T) -> Result<(), SendError<T>> {
        match self.channel().send(self.1) {
            Some(sent) => self.put(sent, value),
            None => Err(SendError(value)),
        }
    }

    #[track_caller]
    fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        match self.channel().try_send(self.1) {
            Ok(sent) => Ok(self.put(sent, value)?),
            Err(TrySendError::Full(())) => Err(TrySendError::Full(value)),
            Err(TrySendError::Disconnected(())) => Err(TrySendError::Disconnected(value)),
        }
    }

    /// Puts there what the message says that was sent.
    #[track_caller]
    fn put(&self, sent: Sent, value: T) -> Result<(), SendError<T>> {
        let values = &self.0.values;
        values.change(|values| values.push_back(value));
        self.channel().finish(sent).map_err(|refused| {
            let value = values.change(|values| values.remove(refused));
            SendError(value.expect("each message says something"))
        })
    }
}

impl<T> Clone for Share<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        self.channel().add_sender();
        Self(Shared::clone(&self.0), self.channel().end(true))
    }
}

impl<T> Drop for Share<T> {
    #[track_caller]
    fn drop(&mut self) {
        self.channel().drop_sender(self.1);
    }
}

impl<T> Drop for Receiver<T> {
    #[track_caller]
    fn drop(&mut self) {
        if self.channel().drop_receiver(self.end) {
            let unread = self.shared.values.change(mem::take);
            // May be operations, even on this channel: a message can be a sender of it. If one panics,
            // nobody drops those behind it.
            let mut unread = ManuallyDrop::new(unread);
            while let Some(message) = unread.pop_front() {
                drop(message);
            }
            drop(ManuallyDrop::into_inner(unread));
        }
    }
}

impl<T> Clone for Sender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Clone for SyncSender<T> {
    #[track_caller]
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T> Iterator for Iter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.rx.recv().ok()
    }
}

impl<T> Iterator for TryIter<'_, T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.rx.try_recv().ok()
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    #[track_caller]
    fn next(&mut self) -> Option<T> {
        self.rx.recv().ok()
    }
}

impl<'a, T> IntoIterator for &'a Receiver<T> {
    type Item = T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.iter()
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        IntoIter { rx: self }
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for SyncSender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SyncSender").finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}
