//! What is kept of the accesses to the program's memory: for each word of it the latest ones.
//!
//! A schedule may have a million accesses. So a record is short, and two of them stand in the word
//! itself. Where an access stands is known in full only if the execution is recorded, which each is
//! that a report shows; else one address tells it from others.

use std::collections::{BTreeMap, HashMap};
use std::iter;
use std::ops::Range;

use rustc_hash::FxBuildHasher;

use crate::conflict::{AccessKind, At, By, Conflict, MemoryAccess};
use crate::raw;

/// The bytes whose accesses are kept together.
const WORD: usize = 8;

/// All of them, as bits.
const ALL: u8 = 0xff;

/// The bytes of a page, and its words.
const PAGE: usize = 4096;
const WORDS: usize = PAGE / WORD;

/// So many pages are found without a search, if no other has the same remainder.
const FOUND: usize = 1024;

/// The records that a word has room for itself.
const INLINE: usize = 2;

/// What is kept of an access to a word: from the lowest bit on the thread's moment in 32, the thread in
/// 16, the kind in 8, and the bytes of the word, one bit for each. A number, since one that is written
/// field by field and then copied has to wait for itself.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Record(u64);

impl Record {
    /// None: it is about no byte.
    const NONE: Self = Self(0);

    #[inline(always)]
    fn new(accessor: &Accessor<impl Fn(u32) -> u32>) -> Self {
        let kind = (accessor.kind as u64) << 48;
        Self(u64::from(accessor.moment) | u64::from(accessor.thread) << 32 | kind)
    }

    #[inline(always)]
    fn of_bytes(self, bytes: u8) -> Self {
        Self(self.0 & (u64::MAX >> 8) | u64::from(bytes) << 56)
    }

    #[inline(always)]
    fn bytes(self) -> u8 {
        (self.0 >> 56) as u8
    }

    #[inline(always)]
    fn kind(self) -> AccessKind {
        AccessKind::of(self.0 >> 48)
    }

    #[inline(always)]
    fn thread(self) -> u32 {
        u32::from((self.0 >> 32) as u16)
    }

    #[inline(always)]
    fn moment(self) -> u32 {
        self.0 as u32
    }

    /// Whether it is of the same thread and no end.
    #[inline(always)]
    fn is_of_same(self, other: Self) -> bool {
        const THREAD: u64 = 0xffff << 32;
        const IS_END: u64 = (AccessKind::Free as u64) << 48;
        ((self.0 ^ other.0) & THREAD) | (self.0 & IS_END) == 0
    }

    /// Whether they are of the same thread, at the same moment of it.
    #[inline(always)]
    fn is_beside(self, other: Self) -> bool {
        (self.0 ^ other.0) & (u64::MAX >> 16) == 0
    }

    /// Whether nothing can conflict with this access that does not with the later one as well, which
    /// has seen it.
    #[inline(always)]
    fn is_behind(self, later: Self) -> bool {
        self.bytes() & !later.bytes() == 0 && later.kind().stands_for(self.kind())
    }

    /// Without these bytes; if it is about others.
    fn without(self, bytes: u8) -> Self {
        match self.bytes() & !bytes {
            0 => Self::NONE,
            rest => self.of_bytes(rest),
        }
    }
}

/// The accesses to a word.
#[derive(Clone, Copy)]
struct Word {
    /// Those for which there is room, the latest first.
    records: [Record; INLINE],
    /// The numbers of their places.
    sites: [u32; INLINE],
    /// The execution that they belong to.
    execution: u32,
    /// Where those are for which there is no room here: the number of the list, and 1.
    more: u32,
}

impl Word {
    const NONE: Self = Self {
        records: [Record::NONE; INLINE],
        sites: [0; INLINE],
        execution: 0,
        more: 0,
    };

    /// Takes in an access, unless another thread's may stand in its way. Whether it has.
    #[inline(always)]
    fn take(&mut self, new: Record, site: u32, execution: u32) -> bool {
        if self.execution == execution {
            let [latest, other] = self.records;
            let is_own = latest.is_of_same(new) && (other == Record::NONE || other.is_of_same(new));
            if self.more != 0 || !is_own {
                return false;
            }
            let is_new = !latest.is_behind(new);
            if is_new && new.is_beside(latest) && new.is_behind(latest) {
                return true;
            }
            match (is_new, other == Record::NONE || other.is_behind(new)) {
                (true, true) => {
                    self.records = [new, latest];
                    self.sites = [site, self.sites[0]];
                    return true;
                }
                (false, false) => {
                    (self.records[0], self.sites[0]) = (new, site);
                    return true;
                }
                (true, false) => return false,
                (false, true) => {}
            }
        }
        *self = Self {
            records: [new, Record::NONE],
            sites: [site, 0],
            execution,
            more: 0,
        };
        true
    }
}

/// The thread that accesses memory, and what it has seen of the others.
pub(crate) struct Accessor<S> {
    pub thread: u32,
    /// Its moment.
    pub moment: u32,
    pub kind: AccessKind,
    /// The latest moment of another thread before which it has seen all that this did.
    pub seen: S,
}

/// The accesses to the program's memory.
#[derive(Default)]
pub(crate) struct Shadow {
    /// The place of each page in `words`, by its number; none of a page that is not the program's.
    pages: BTreeMap<usize, Option<usize>>,
    words: Vec<Word>,
    /// Pages that were looked up, each with its place, at the remainder of its number.
    found: Vec<(usize, Option<usize>)>,
    /// The accesses to words that have no room for them, and which of these lists are free.
    lists: Vec<Vec<(Record, u32)>>,
    free: Vec<u32>,
    execution: u32,
    /// Whether a record has the number of its place here; if not, it has its site.
    keeps_places: bool,
    places: Places,
}

impl Shadow {
    /// Another execution begins.
    pub fn begin(&mut self, keeps_places: bool) {
        self.keeps_places = keeps_places;
        self.execution += 1;
        self.free.clear();
        self.free.extend(0..self.lists.len() as u32);
    }

    /// Whether memory was read or written in this execution, other than by an atomic operation.
    pub fn has_seen_any(&self) -> bool {
        let is_plain = |record: &Record| {
            *record != Record::NONE && matches!(record.kind(), AccessKind::Read | AccessKind::Write)
        };
        let mut words = self.words.iter();
        words.any(|word| word.execution == self.execution && word.records.iter().any(is_plain))
    }

    /// The place of the page that has this address, if it is the program's.
    #[inline(always)]
    fn page(&mut self, address: usize) -> Option<usize> {
        let number = address / PAGE;
        match self.found.get(number % FOUND) {
            Some(&(known, page)) if known == number => page,
            _ => self.look_up(address),
        }
    }

    #[cold]
    fn look_up(&mut self, address: usize) -> Option<usize> {
        let words = &mut self.words;
        let number = address / PAGE;
        let page = *self.pages.entry(number).or_insert_with(|| {
            let page = raw::is_programs(address).then_some(words.len())?;
            words.resize(page + WORDS, Word::NONE);
            Some(page)
        });
        self.found.resize(FOUND, (0, None));
        self.found[number % FOUND] = (number, page);
        page
    }

    /// Takes in an access to these addresses.
    ///
    /// # Errors
    ///
    /// It must not be: the two accesses.
    #[inline]
    pub fn access(
        &mut self,
        addresses: Range<usize>,
        accessor: &Accessor<impl Fn(u32) -> u32>,
        by: By,
    ) -> Result<(), Box<Conflict>> {
        let record = Record::new(accessor);
        let execution = self.execution;
        let site = match self.keeps_places {
            true => self.places.number(by.site(), by.at()),
            false => by.site(),
        };
        for addresses_of_page in pages(addresses.clone()) {
            let Some(page) = self.page(addresses_of_page.start) else {
                continue;
            };
            for (place, bytes) in words(addresses_of_page) {
                let index = page + place;
                let new = record.of_bytes(bytes);
                if !self.words[index].take(new, site, execution) {
                    self.add(index, (new, site), &accessor.seen)
                        .map_err(|earlier| {
                            Box::new(self.conflict((new, site), &addresses, earlier))
                        })?;
                }
            }
        }
        Ok(())
    }

    /// Takes in an access to the word with this index, where others to it are known.
    #[inline(never)]
    fn add(
        &mut self,
        index: usize,
        (new, site): (Record, u32),
        seen: impl Fn(u32) -> u32,
    ) -> Result<(), (Record, u32)> {
        let word = &mut self.words[index];
        // Whether the record is of no use any more; or the two must not be.
        let is_over = |record: Record, site: u32| {
            let is_seen =
                record.thread() == new.thread() || record.moment() <= seen(record.thread());
            let are_same_bytes = record.bytes() == new.bytes();
            let conflicts = record.kind().conflicts(new.kind(), are_same_bytes) && !is_seen;
            match record.bytes() & new.bytes() != 0 && (record.kind().is_end() || conflicts) {
                true => Err((record, site)),
                false => Ok(is_seen && record.is_behind(new)),
            }
        };
        let mut room = None;
        for place in 0..INLINE {
            let record = word.records[place];
            if record == Record::NONE || is_over(record, word.sites[place])? {
                room = Some(place);
            }
        }
        if let Some(list) = word.more.checked_sub(1) {
            let list = &mut self.lists[list as usize];
            let mut nth = 0;
            while let Some(&(record, site)) = list.get(nth) {
                match is_over(record, site)? {
                    true => drop(list.swap_remove(nth)),
                    false => nth += 1,
                }
            }
        }
        match room {
            Some(place) => {
                (word.records[place], word.sites[place]) = (word.records[0], word.sites[0]);
                (word.records[0], word.sites[0]) = (new, site);
            }
            None => self.add_to_list(index, (new, site)),
        }
        Ok(())
    }

    #[cold]
    fn add_to_list(&mut self, index: usize, new: (Record, u32)) {
        let word = &mut self.words[index];
        if word.more == 0 {
            let list = self.free.pop().unwrap_or(self.lists.len() as u32);
            if list as usize == self.lists.len() {
                self.lists.push(Vec::new());
            }
            self.lists[list as usize].clear();
            word.more = list + 1;
        }
        let earlier = (word.records[0], word.sites[0]);
        (word.records[0], word.sites[0]) = new;
        self.lists[word.more as usize - 1].push(earlier);
    }

    #[cold]
    fn conflict(
        &self,
        access: (Record, u32),
        addresses: &Range<usize>,
        earlier: (Record, u32),
    ) -> Conflict {
        let shown = |(record, site): (Record, u32)| {
            let (site, at) = match self.keeps_places {
                true => self.places.all[site as usize],
                false => (site, At::NOWHERE),
            };
            MemoryAccess {
                thread: record.thread(),
                kind: record.kind(),
                moment: record.moment(),
                site,
                at,
            }
        };
        Conflict {
            access: shown(access),
            bytes: addresses.len(),
            in_executable: raw::statics::has(addresses.start)
                .then(|| raw::statics::linked(addresses.start)),
            earlier: shown(earlier),
        }
    }

    /// What was done to these addresses was done to something else that stood there.
    pub fn forget(&mut self, addresses: Range<usize>) {
        // Most pages of a stack were never used.
        let known = self
            .pages
            .range(addresses.start / PAGE..addresses.end.div_ceil(PAGE));
        for (&number, &page) in known {
            let Some(page) = page else { continue };
            let start = addresses.start.max(number * PAGE);
            let end = addresses.end.min((number + 1) * PAGE);
            for (place, bytes) in words(start..end) {
                let word = &mut self.words[page + place];
                if bytes == ALL {
                    word.execution = 0;
                } else if word.execution == self.execution {
                    word.records = word.records.map(|record| record.without(bytes));
                    if let Some(list) = word.more.checked_sub(1) {
                        let list = &mut self.lists[list as usize];
                        list.retain_mut(|(record, _)| {
                            *record = record.without(bytes);
                            *record != Record::NONE
                        });
                    }
                }
            }
        }
    }
}

/// These addresses, those of each page by themselves.
#[inline(always)]
fn pages(addresses: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    let mut start = addresses.start;
    iter::from_fn(move || {
        let end = addresses.end.min((start / PAGE + 1) * PAGE);
        let page = (start < end).then_some(start..end);
        start = end;
        page
    })
}

/// The words of these addresses, all of one page: the place of each in the page, and the bytes of it
/// that are among them.
#[inline(always)]
fn words(addresses: Range<usize>) -> impl Iterator<Item = (usize, u8)> {
    let first = addresses.start % PAGE / WORD;
    let last = (addresses.end - 1) % PAGE / WORD;
    let of_first = ALL << (addresses.start % WORD);
    let of_last = ALL >> (WORD - 1 - (addresses.end - 1) % WORD);
    (first..last + 1).map(move |word| {
        let from = if word == first { of_first } else { ALL };
        let to = if word == last { of_last } else { ALL };
        (word, from & to)
    })
}

/// Places with their sites, each with a number.
#[derive(Default)]
struct Places {
    all: Vec<(u32, At)>,
    numbers: HashMap<(u32, At), u32, FxBuildHasher>,
}

impl Places {
    fn number(&mut self, site: u32, at: At) -> u32 {
        let next = self.all.len() as u32;
        let number = *self.numbers.entry((site, at)).or_insert(next);
        if number == next {
            self.all.push((site, at));
        }
        number
    }
}
