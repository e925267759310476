//! What the ends of a channel share, and what they do with it.
//!
//! A channel is three objects, so that what commutes in a channel commutes in the search:
//!
//! - The *queue*. A send and a receive commute, as they are at its two ends; two sends do
//!   not. Its counter is the number of messages, or endless once no sender is left.
//! - The *ends*: that a sender is gone, that the receiver waits. These commute with each
//!   other and with all that merely sends and receives. Only who asks and does not wait
//!   can tell (`try_recv`, `recv_timeout`, `try_send`).
//! - The *room*, which senders wait for. In a bounded channel its counter is the number of
//!   free places. In a rendezvous channel there are none, and it is the number of messages
//!   that have been taken. Endless once the receiver is gone. No operation touches it by
//!   itself: what changes it touches the queue.
//!
//! A message carries the operation that sent it, a place the one that freed it: so the
//! engine knows which receive could not have come before which send, and the reverse.

use std::cell::RefMut;
use std::collections::VecDeque;
use std::sync::mpsc::{RecvError, SendError, TryRecvError, TrySendError};
use std::time::Duration;

use crate::raw::{Confined, Held};
use engine::{Access, ChannelEnd, Object, Op, StepId, Thread};

/// A counter that satisfies everybody.
const ENDLESS: i64 = i64::MAX;

/// A channel, which its ends share.
pub struct Channel<T> {
    bound: Option<usize>,
    /// Whether threads wait in it as in the real library, by parking.
    parks: bool,
    queue: Object,
    room: Object,
    ends: Object,
    state: Confined<State<T>>,
}

struct State<T> {
    /// What has been sent and not been taken, oldest first.
    messages: VecDeque<Message<T>>,
    /// How many have been sent since the beginning.
    sent: i64,
    senders: usize,
    /// Where each thread has dropped a sender last.
    senders_dropped: Vec<(Thread, StepId)>,
    /// Where the receiver was dropped, if it was.
    receiver_dropped: Option<StepId>,
    room: Room,
    /// Who has found nothing to do and parks, where the program parks threads itself.
    parked: Parked,
}

/// Threads that wait in a channel as the real library has them wait: they are registered, and
/// park until they are unparked. Who takes one from here unparks it, as its next operation.
#[derive(Default)]
struct Parked {
    receiver: Option<Thread>,
    /// In the order in which they came.
    senders: VecDeque<Thread>,
    /// The sender of the message that was taken last, if it parked until then.
    served: Option<Thread>,
}

struct Message<T> {
    value: T,
    number: i64,
    sent: StepId,
    /// Who parks until the message is taken, in a rendezvous channel.
    sender: Option<Thread>,
}

enum Room {
    Unbounded,
    Bounded {
        /// Places that no message has been in yet.
        unused: usize,
        /// The receives that freed the other places, oldest first.
        freed: VecDeque<StepId>,
    },
    Rendezvous {
        receiver_waits: bool,
        /// The receive of each message that has been taken.
        takings: Vec<StepId>,
    },
}

impl Room {
    fn new(bound: Option<usize>) -> Self {
        match bound {
            None => Room::Unbounded,
            Some(0) => Room::Rendezvous {
                receiver_waits: false,
                takings: Vec::new(),
            },
            Some(unused) => Room::Bounded {
                unused,
                freed: VecDeque::new(),
            },
        }
    }
}

impl<T> Channel<T> {
    /// A channel with a sender and a receiver, in which so many messages may wait.
    #[track_caller]
    pub fn new(bound: Option<usize>) -> Self {
        Self {
            bound,
            parks: engine::parks(),
            queue: engine::object("channel", 0),
            room: engine::object("room in a channel", count(bound.unwrap_or(0))),
            ends: engine::object("ends of a channel", 0),
            state: Confined::new(State {
                // To make room for the first ones here is cheaper than to grow at the first.
                messages: VecDeque::with_capacity(4),
                sent: 0,
                senders: 1,
                senders_dropped: Vec::new(),
                receiver_dropped: None,
                room: Room::new(bound),
                parked: Parked::default(),
            }),
        }
    }

    /// One of its ends, made by the running thread.
    #[inline]
    #[track_caller]
    pub fn end(&self, sends: bool) -> ChannelEnd {
        ChannelEnd::made(self.queue, sends)
    }

    /// There is one more sender.
    #[inline]
    pub fn add_sender(&self) {
        // Nobody can tell: it takes a sender to make one, so none was the last.
        self.state().senders += 1;
    }

    #[inline]
    #[track_caller]
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        if self.parks {
            return self.send_parking(value);
        }
        let op = Op::new("send", self.queue, Access::Send);
        match self.bound > Some(0) {
            true => op.guard(self.room, 1).perform(),
            false => op.perform(),
        };
        let mut state = self.state();
        if let Some(dropped) = state.receiver_dropped {
            engine::after(dropped);
            engine::unchanged();
            engine::show(|| "closed".to_string());
            return Err(SendError(value));
        }
        self.put(&mut state, value);
        if self.bound != Some(0) {
            return Ok(());
        }
        let number = state.sent;
        drop(state);

        Op::new("wait for the receiver", self.room, Access::Await)
            .guard(self.room, number)
            .perform();
        self.outcome_of(number)
            .expect("who is not served waits until the receiver is gone")
    }

    /// What became of the message with this number, in a rendezvous channel; `None` if it still
    /// waits to be taken.
    fn outcome_of(&self, number: i64) -> Option<Result<(), SendError<T>>> {
        let mut state = self.state();
        if let Some(taking) = state.taking(number) {
            engine::after(taking);
            return Some(Ok(()));
        }
        let dropped = state.receiver_dropped?;
        let refused = state.messages.iter().position(|m| m.number == number);
        let message = refused.and_then(|index| state.messages.remove(index));
        engine::after(dropped);
        engine::show(|| "closed".to_string());
        let message = message.expect("what was not taken is there");
        Some(Err(SendError(message.value)))
    }

    #[track_caller]
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        let mut op = Op::new("try_send", self.queue, Access::Write);
        if self.bound == Some(0) {
            op = op.and(self.ends, Access::Write);
        }
        op.perform();
        let mut state = self.state();
        if state.receiver_dropped.is_some() {
            engine::unchanged();
            engine::show(|| "closed".to_string());
            return Err(TrySendError::Disconnected(value));
        }
        if !state.has_room() {
            engine::unchanged();
            engine::show(|| "full".to_string());
            return Err(TrySendError::Full(value));
        }
        self.put(&mut state, value);
        let receiver = state.parked.receiver.take();
        drop(state);
        unpark(receiver);
        Ok(())
    }

    #[inline]
    #[track_caller]
    pub fn recv(&self) -> Result<T, RecvError> {
        if self.parks {
            return self.recv_parking("recv", None).map_err(|_| RecvError);
        }
        self.announce_receiver();
        Op::new("recv", self.queue, Access::Receive)
            .guard(self.queue, 1)
            .perform();
        self.take().map_err(|_| RecvError)
    }

    /// Receives at once, or by the deadline. That there is nothing is an answer too, so
    /// this commutes with nothing that could change it.
    #[track_caller]
    pub fn recv_by(
        &self,
        verb: &'static str,
        deadline: Option<Duration>,
    ) -> Result<T, TryRecvError> {
        if self.parks && deadline.is_some() {
            return self.recv_parking(verb, deadline);
        }
        let mut op = Op::new(verb, self.queue, Access::Write).and(self.ends, Access::Write);
        if let Some(deadline) = deadline {
            op = op.guard(self.queue, 1).deadline(deadline);
        }
        op.perform();
        let result = self.take();
        // A receiver that no longer waits in a rendezvous channel is a change.
        if result.is_err() && (deadline.is_none() || self.bound != Some(0)) {
            engine::unchanged();
        }
        if self.parks && result.is_ok() {
            self.unpark_sender();
        }
        result
    }

    /// Receives as the real library does: a thread that finds nothing parks, and looks again
    /// when it goes on. So it uses up a token that it was given before, and keeps one that it
    /// is given after it has seen the message.
    #[track_caller]
    fn recv_parking(
        &self,
        verb: &'static str,
        deadline: Option<Duration>,
    ) -> Result<T, TryRecvError> {
        loop {
            Op::new(verb, self.queue, Access::Write)
                .and(self.ends, Access::Write)
                .perform();
            self.state().parked.receiver = None;
            let result = self.take();
            let is_late = deadline.is_some_and(|deadline| engine::now() >= deadline);
            if !matches!(result, Err(TryRecvError::Empty)) || is_late {
                if result.is_ok() {
                    self.unpark_sender();
                }
                return result;
            }
            let mut state = self.state();
            state.parked.receiver = Some(engine::current());
            state.set_receiver_waits(true);
            drop(state);
            engine::park_in(verb, self.queue, deadline);
        }
    }

    /// Sends as the real library does, likewise.
    #[track_caller]
    fn send_parking(&self, value: T) -> Result<(), SendError<T>> {
        let is_rendezvous = self.bound == Some(0);
        loop {
            Op::new("send", self.queue, Access::Write)
                .and(self.ends, Access::Write)
                .perform();
            let mut state = self.state();
            let here = engine::current();
            state.parked.senders.retain(|sender| *sender != here);
            if state.receiver_dropped.is_some() {
                engine::show(|| "closed".to_string());
                return Err(SendError(value));
            }
            let receiver = state.parked.receiver.take();
            if is_rendezvous || state.has_room() {
                self.put(&mut state, value);
                if !is_rendezvous || receiver.is_some() {
                    drop(state);
                    unpark(receiver);
                    return Ok(());
                }
                break;
            }
            state.parked.senders.push_back(here);
            drop(state);
            engine::park_in("send", self.room, None);
        }
        // Nobody receives yet.
        let mut state = self.state();
        let number = state.sent;
        let last = state.messages.back_mut().expect("it was just put there");
        last.sender = Some(engine::current());
        drop(state);
        loop {
            Op::new("wait for the receiver", self.queue, Access::Read).perform();
            if let Some(result) = self.outcome_of(number) {
                return result;
            }
            engine::park_in("wait for the receiver", self.room, None);
        }
    }

    /// Drops a sender, which had this end.
    #[inline]
    #[track_caller]
    pub fn drop_sender(&self, end: ChannelEnd) {
        Op::new("drop a sender", self.ends, Access::LockShared).perform();
        engine::changed(self.ends);
        let mut state = self.state();
        state.senders -= 1;
        end.dropped();
        let here = engine::current();
        state.senders_dropped.retain(|(thread, _)| *thread != here);
        state.senders_dropped.push((here, engine::latest()));
        self.publish(&state);
        engine::show(|| format!("{} left", state.senders));
        let receiver = match state.senders {
            0 => state.parked.receiver.take(),
            _ => None,
        };
        drop(state);
        unpark(receiver);
    }

    /// Drops the receiver, which had this end.
    #[inline]
    #[track_caller]
    pub fn drop_receiver(&self, end: ChannelEnd) {
        Op::new("drop the receiver", self.queue, Access::Write).perform();
        let mut state = self.state();
        state.receiver_dropped = Some(engine::latest());
        end.dropped();
        let unread = match state.room {
            // The senders wait, and take their messages back.
            Room::Rendezvous { .. } => VecDeque::new(),
            _ => std::mem::take(&mut state.messages),
        };
        self.publish(&state);
        let refused = state.messages.iter().filter_map(|message| message.sender);
        let senders: Vec<Thread> = refused
            .chain(state.parked.senders.iter().copied())
            .collect();
        state.parked.senders.clear();
        drop(state);
        senders.into_iter().for_each(|sender| unpark(Some(sender)));
        // May be operations, even on this channel: a message can be a sender of it.
        drop(unread);
    }

    /// In a rendezvous channel the receiver is there for `try_send` from here on.
    #[inline(always)]
    #[track_caller]
    pub fn announce_receiver(&self) {
        if self.bound == Some(0) {
            Op::new("wait for a sender", self.ends, Access::LockShared).perform();
            engine::changed(self.ends);
            self.state().set_receiver_waits(true);
        }
    }

    /// Adds a message, for which there is room.
    #[inline(always)]
    fn put(&self, state: &mut State<T>, value: T) {
        let here = match &mut state.room {
            Room::Bounded { unused: 0, freed } => {
                engine::after(freed.pop_front().expect("a free place"))
            }
            Room::Bounded { unused, .. } => {
                *unused -= 1;
                engine::latest()
            }
            _ => engine::latest(),
        };
        state.sent += 1;
        state.messages.push_back(Message {
            value,
            number: state.sent,
            sent: here,
            sender: None,
        });
        self.publish(state);
        engine::show(|| format!("{} waiting", state.messages.len()));
    }

    /// Takes the first message, if there is one.
    #[inline(always)]
    fn take(&self) -> Result<T, TryRecvError> {
        let mut state = self.state();
        state.set_receiver_waits(false);
        let Some(message) = state.messages.pop_front() else {
            if state.senders > 0 {
                engine::show(|| "empty".to_string());
                return Err(TryRecvError::Empty);
            }
            for (_, dropped) in &state.senders_dropped {
                engine::after(*dropped);
            }
            engine::show(|| "closed".to_string());
            return Err(TryRecvError::Disconnected);
        };
        let here = engine::after(message.sent);
        match &mut state.room {
            Room::Unbounded => {}
            Room::Bounded { freed, .. } => freed.push_back(here),
            Room::Rendezvous { takings, .. } => takings.push(here),
        }
        self.publish(&state);
        engine::show(|| format!("{} waiting", state.messages.len()));
        if message.sender.is_some() {
            state.parked.served = message.sender;
        }
        Ok(message.value)
    }

    /// Lets the sender go on that parks until there is room, if there is some now.
    #[track_caller]
    fn unpark_sender(&self) {
        let mut state = self.state();
        let Parked {
            senders, served, ..
        } = &mut state.parked;
        let sender = served.take().or_else(|| senders.pop_front());
        drop(state);
        unpark(sender);
    }

    /// Sets the counters to what the state now is.
    #[inline]
    fn publish(&self, state: &State<T>) {
        let queue = match state.senders {
            0 => ENDLESS,
            _ => count(state.messages.len()),
        };
        let room = match &state.room {
            Room::Unbounded => ENDLESS,
            _ if state.receiver_dropped.is_some() => ENDLESS,
            Room::Bounded { unused, freed } => count(unused.saturating_add(freed.len())),
            Room::Rendezvous { takings, .. } => count(takings.len()),
        };
        Object::set_counters([(self.queue, queue), (self.room, room)]);
    }

    fn state(&self) -> Held<RefMut<'_, State<T>>> {
        self.state.borrow_mut()
    }
}

/// Lets a thread go on that parks in a channel, if there is one.
#[track_caller]
fn unpark(thread: Option<Thread>) {
    if let Some(thread) = thread {
        thread.unpark("unpark");
    }
}

/// A number as a counter.
fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(ENDLESS)
}

impl<T> State<T> {
    fn has_room(&self) -> bool {
        match &self.room {
            Room::Unbounded => true,
            Room::Bounded { unused, freed } => *unused > 0 || !freed.is_empty(),
            Room::Rendezvous { receiver_waits, .. } => *receiver_waits && self.messages.is_empty(),
        }
    }

    fn set_receiver_waits(&mut self, waits: bool) {
        if let Room::Rendezvous { receiver_waits, .. } = &mut self.room {
            *receiver_waits = waits;
        }
    }

    /// The receive that took the message with this number, if it has been taken.
    fn taking(&self, number: i64) -> Option<StepId> {
        match &self.room {
            Room::Rendezvous { takings, .. } => {
                let index = usize::try_from(number - 1).ok()?;
                takings.get(index).copied()
            }
            _ => None,
        }
    }
}
