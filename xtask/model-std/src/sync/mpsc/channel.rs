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
//!
//! What the messages say is not here, so that this is compiled once and not with each program: there it
//! would be compiled for each type of message, and each access to it be announced.

use std::cell::RefMut;
use std::collections::VecDeque;
use std::sync::mpsc::{RecvError, TryRecvError, TrySendError};
use std::time::Duration;

use crate::raw::Confined;
use engine::{Access, ChannelEnd, Object, Op, StepId, Thread};

/// A counter that satisfies everybody.
const ENDLESS: i64 = i64::MAX;

/// A channel but for what its messages say, which its ends share.
pub struct Channel {
    bound: Option<usize>,
    /// Whether threads wait in it as in the real library, by parking.
    parks: bool,
    queue: Object,
    room: Object,
    ends: Object,
    state: Confined<State>,
}

struct State {
    /// What has been sent and not been taken, oldest first.
    messages: VecDeque<Message>,
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
}

struct Message {
    number: i64,
    sent: StepId,
    /// Who parks until the message is taken, in a rendezvous channel.
    sender: Option<Thread>,
}

/// A message has its place in the channel, and is to be put there.
pub struct Sent {
    number: i64,
    then: Then,
}

/// What is left to do for the sender of a message that is there.
enum Then {
    Nothing,
    /// This thread, which waits for a message, goes on.
    Unpark(Thread),
    /// It waits until the message is taken.
    Wait,
    /// The same, and parks meanwhile.
    Park,
}

/// The first message was taken, and is the receiver's. This sender goes on, which parks.
pub struct Taken(Option<Thread>);

enum Room {
    Unbounded,
    Bounded {
        /// Places that no message has been in yet.
        unused: usize,
        /// The receives that freed the other places, oldest first.
        freed: VecDeque<StepId>,
    },
    Rendezvous {
        /// With which operation the receiver has begun to wait, if it does.
        receiver_waits: Option<StepId>,
        /// The receive of each message that has been taken.
        takings: Vec<StepId>,
    },
}

impl Room {
    fn new(bound: Option<usize>) -> Self {
        match bound {
            None => Room::Unbounded,
            Some(0) => Room::Rendezvous {
                receiver_waits: None,
                takings: Vec::new(),
            },
            Some(unused) => Room::Bounded {
                unused,
                freed: VecDeque::new(),
            },
        }
    }
}

impl Channel {
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
    #[track_caller]
    pub fn end(&self, sends: bool) -> ChannelEnd {
        ChannelEnd::made(self.queue, sends)
    }

    /// There is one more sender.
    pub fn add_sender(&self) {
        // Nobody can tell: it takes a sender to make one, so none was the last.
        self.state().senders += 1;
    }

    /// Sends a message, which the caller puts there; then it has to call [`finish`](Self::finish).
    /// `None` if the receiver is gone.
    #[track_caller]
    pub fn send(&self, end: ChannelEnd) -> Option<Sent> {
        end.used();
        if self.parks {
            return self.send_parking();
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
            return None;
        }
        let then = match self.bound {
            Some(0) => Then::Wait,
            _ => Then::Nothing,
        };
        Some(self.put(&mut state, then))
    }

    /// What a sender does after its message is there. If the receiver is gone before the message is
    /// taken, it is the sender's again, and this says which of those that are there it is.
    #[track_caller]
    pub fn finish(&self, sent: Sent) -> Result<(), usize> {
        let number = sent.number;
        match sent.then {
            Then::Nothing => Ok(()),
            Then::Unpark(receiver) => {
                receiver.unpark("unpark");
                Ok(())
            }
            Then::Wait => {
                Op::new("wait for the receiver", self.room, Access::Await)
                    .guard(self.room, number)
                    .perform();
                self.outcome_of(number)
                    .expect("who is not served waits until the receiver is gone")
            }
            Then::Park => loop {
                Op::new("wait for the receiver", self.queue, Access::Read).perform();
                if let Some(result) = self.outcome_of(number) {
                    return result;
                }
                engine::park_in("wait for the receiver", self.room, None);
            },
        }
    }

    /// What became of the message with this number, in a rendezvous channel; `None` if it still
    /// waits to be taken.
    fn outcome_of(&self, number: i64) -> Option<Result<(), usize>> {
        let mut state = self.state();
        if let Some(taking) = state.taking(number) {
            engine::after(taking);
            return Some(Ok(()));
        }
        let dropped = state.receiver_dropped?;
        let refused = state.messages.iter().position(|m| m.number == number);
        let refused = refused.expect("what was not taken is there");
        state.messages.remove(refused);
        engine::after(dropped);
        engine::show(|| "closed".to_string());
        Some(Err(refused))
    }

    /// Sends a message if that need not wait, as [`send`](Self::send) does.
    #[track_caller]
    pub fn try_send(&self, end: ChannelEnd) -> Result<Sent, TrySendError<()>> {
        end.used();
        let mut op = Op::new("try_send", self.queue, Access::Write);
        if self.bound == Some(0) {
            op = op.and(self.ends, Access::Write);
        }
        op.perform();
        let mut state = self.state();
        if state.receiver_dropped.is_some() {
            engine::unchanged();
            engine::show(|| "closed".to_string());
            return Err(TrySendError::Disconnected(()));
        }
        if !state.has_room() {
            engine::unchanged();
            engine::show(|| "full".to_string());
            return Err(TrySendError::Full(()));
        }
        if let Room::Rendezvous {
            receiver_waits: Some(since),
            ..
        } = state.room
        {
            engine::after(since);
        }
        let receiver = state.parked.receiver.take();
        let then = receiver.map_or(Then::Nothing, Then::Unpark);
        Ok(self.put(&mut state, then))
    }

    /// Takes the first message, as soon as there is one. The caller takes what it says, and then has to
    /// call [`Taken::finish`].
    #[track_caller]
    pub fn recv(&self, end: ChannelEnd) -> Result<Taken, RecvError> {
        end.used();
        if self.parks {
            return self.recv_parking("recv", None).map_err(|_| RecvError);
        }
        self.announce_receiver();
        Op::new("recv", self.queue, Access::Receive)
            .guard(self.queue, 1)
            .perform();
        self.take().map_err(|_| RecvError)
    }

    /// The same, if there is one now.
    #[track_caller]
    pub fn try_recv(&self, end: ChannelEnd) -> Result<Taken, TryRecvError> {
        end.used();
        self.recv_by("try_recv", None)
    }

    /// The same, if there is one within this time.
    #[track_caller]
    pub fn recv_timeout(&self, end: ChannelEnd, timeout: Duration) -> Result<Taken, TryRecvError> {
        end.used();
        self.announce_receiver();
        match engine::now().checked_add(timeout) {
            Some(deadline) => self.recv_by("recv_timeout", Some(deadline)),
            None => Ok(self.recv(end)?),
        }
    }

    /// Receives at once, or by the deadline. That there is nothing is an answer too, so
    /// this commutes with nothing that could change it.
    #[track_caller]
    fn recv_by(
        &self,
        verb: &'static str,
        deadline: Option<Duration>,
    ) -> Result<Taken, TryRecvError> {
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
    ) -> Result<Taken, TryRecvError> {
        loop {
            // To look at the clock may be an operation, and none may come between looking for a message
            // and registering.
            let is_late = deadline.is_some_and(|deadline| engine::now() >= deadline);
            Op::new(verb, self.queue, Access::Write)
                .and(self.ends, Access::Write)
                .perform();
            self.state().parked.receiver = None;
            let result = self.take();
            if !matches!(result, Err(TryRecvError::Empty)) || is_late {
                return result;
            }
            let mut state = self.state();
            state.parked.receiver = Some(engine::current());
            state.set_receiver_waits(Some(engine::latest()));
            drop(state);
            engine::park_in(verb, self.queue, deadline);
        }
    }

    /// Sends as the real library does, likewise.
    #[track_caller]
    fn send_parking(&self) -> Option<Sent> {
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
                return None;
            }
            let receiver = state.parked.receiver.take();
            if is_rendezvous || state.has_room() {
                let then = match receiver {
                    Some(receiver) => Then::Unpark(receiver),
                    None if is_rendezvous => Then::Park,
                    None => Then::Nothing,
                };
                let nobody_receives = matches!(then, Then::Park);
                let sent = self.put(&mut state, then);
                if nobody_receives {
                    let last = state.messages.back_mut().expect("it was just put there");
                    last.sender = Some(here);
                }
                return Some(sent);
            }
            state.parked.senders.push_back(here);
            drop(state);
            engine::park_in("send", self.room, None);
        }
    }

    /// Drops a sender, which had this end.
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

    /// Drops the receiver, which had this end, and says whether the messages that are there go with it.
    /// Otherwise their senders wait, and take them back.
    #[track_caller]
    pub fn drop_receiver(&self, end: ChannelEnd) -> bool {
        Op::new("drop the receiver", self.queue, Access::Write).perform();
        let mut state = self.state();
        state.receiver_dropped = Some(engine::latest());
        end.dropped();
        let is_rendezvous = matches!(state.room, Room::Rendezvous { .. });
        if !is_rendezvous {
            state.messages.clear();
        }
        self.publish(&state);
        let refused = state.messages.iter().filter_map(|message| message.sender);
        let senders: Vec<Thread> = refused
            .chain(state.parked.senders.iter().copied())
            .collect();
        state.parked.senders.clear();
        drop(state);
        senders.into_iter().for_each(|sender| unpark(Some(sender)));
        !is_rendezvous
    }

    /// In a rendezvous channel the receiver is there for `try_send` from here on.
    #[inline(always)]
    #[track_caller]
    fn announce_receiver(&self) {
        if self.bound == Some(0) {
            Op::new("wait for a sender", self.ends, Access::LockShared).perform();
            engine::changed(self.ends);
            self.state().set_receiver_waits(Some(engine::latest()));
        }
    }

    /// Adds a message, for which there is room.
    #[inline(always)]
    fn put(&self, state: &mut State, then: Then) -> Sent {
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
        let number = state.sent;
        state.messages.push_back(Message {
            number,
            sent: here,
            sender: None,
        });
        self.publish(state);
        engine::show(|| format!("{} waiting", state.messages.len()));
        Sent { number, then }
    }

    /// Takes the first message, if there is one.
    #[inline(always)]
    fn take(&self) -> Result<Taken, TryRecvError> {
        let mut state = self.state();
        state.set_receiver_waits(None);
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
        // Who parks until there is room goes on, if there is some now.
        let sender = message.sender;
        Ok(Taken(sender.or_else(|| state.parked.senders.pop_front())))
    }

    /// Sets the counters to what the state now is.
    #[inline]
    fn publish(&self, state: &State) {
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

    fn state(&self) -> RefMut<'_, State> {
        self.state.borrow_mut()
    }
}

impl Taken {
    /// What the receiver does once it has what the message says.
    #[track_caller]
    pub fn finish(self) {
        unpark(self.0);
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

impl State {
    fn has_room(&self) -> bool {
        match &self.room {
            Room::Unbounded => true,
            Room::Bounded { unused, freed } => *unused > 0 || !freed.is_empty(),
            Room::Rendezvous { receiver_waits, .. } => {
                receiver_waits.is_some() && self.messages.is_empty()
            }
        }
    }

    fn set_receiver_waits(&mut self, since: Option<StepId>) {
        if let Room::Rendezvous { receiver_waits, .. } = &mut self.room {
            *receiver_waits = since;
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
