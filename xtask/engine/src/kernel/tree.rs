//! The files and folders that an execution sees: those of the real system, and above them what it has
//! made, changed and taken away. All of that is in memory, and nothing is written to the disk.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::ffi::{OsStr, OsString, c_int};
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Component, Path, PathBuf};
use std::rc::Rc;
use std::time::SystemTime;

use rustc_hash::FxBuildHasher;

use super::answer::Answer;
use crate::object::Object;
use crate::raw::host::{self, is_allowed};

/// So many symbolic links are followed on the way to a file.
const LINKS: usize = 40;

/// The inodes of what an execution makes begin here.
const INODES: u64 = 1 << 40;

/// Permissions, as in a mode.
pub(super) const READS: u32 = 0o4;
pub(super) const WRITES: u32 = 0o2;
const SEARCHES: u32 = 0o1;

/// The longest name, and the longest path with the zero at its end, as Linux has them.
const LONGEST_NAME: usize = 255;
const LONGEST_PATH: usize = 4096;

/// `resolve` returns this for a path through `/proc/PID/fd`, which leads to an open descriptor. It is no
/// error number.
pub(super) const MADE_UP: c_int = -1;

/// What stands at a path.
enum Entry {
    /// The node with this number.
    Node(usize),
    /// Nothing: what the real system has there was taken away.
    Gone,
}

/// What a node is.
pub(super) enum Content {
    File(Rc<Vec<u8>>),
    /// Whether the real system has nothing below it that is to be seen.
    Folder {
        is_new: bool,
    },
    Link(PathBuf),
    /// A Unix socket that has this path as its address, by its number among all things.
    Socket(usize),
}

/// A file, folder, socket or symbolic link that the execution has made, or whose content it has asked for.
pub(super) struct Node {
    pub content: Content,
    /// Its permissions.
    pub mode: u32,
    /// By how many names it is known.
    links: u64,
    /// When it was read, written and changed; `None` where that is as it was found. To read does not
    /// count, as on many systems.
    pub times: [Option<Time>; 3],
    /// When the execution has made it, if it has.
    made: Option<Time>,
    /// As what it was found, if it was.
    found: Option<Metadata>,
    /// What operations on its content touch.
    pub object: Object,
    /// The lock on it, once somebody has asked for that.
    pub lock: Option<Object>,
}

/// Seconds and nanoseconds since the epoch.
pub(crate) type Time = (i64, i64);

/// The system gives a file space in clusters of so many bytes, and counts it in blocks.
const CLUSTER: u64 = 4096;
const BLOCK: u64 = 512;

/// What is known of a file or folder (stat(2)).
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Status {
    pub device: u64,
    pub inode: u64,
    pub mode: u32,
    pub links: u64,
    pub user: u32,
    pub group: u32,
    pub size: u64,
    /// Its space, in blocks of 512 bytes.
    pub blocks: u64,
    /// When it was read, written and changed, in seconds and nanoseconds since the epoch.
    pub times: [Time; 3],
    /// When it was made, if that is known.
    pub made: Option<Time>,
}

/// What was found at a path.
pub(super) enum Found {
    Nothing,
    Node(usize),
    /// A file of the real system.
    Real(Metadata),
}

/// A name in a folder.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub name: OsString,
    pub inode: u64,
    /// The part of its mode that tells files from folders.
    pub sort: u32,
}

/// The files of an execution.
pub(super) struct Tree {
    entries: BTreeMap<PathBuf, Entry>,
    pub nodes: Vec<Node>,
    /// What real files have, which is read once for all executions.
    originals: HashMap<PathBuf, Rc<Vec<u8>>, FxBuildHasher>,
    /// What operations on names touch.
    pub names: Option<Object>,
}

/// The number of an error of the real system.
pub(super) fn number(error: &io::Error) -> c_int {
    error.raw_os_error().unwrap_or(libc::EIO)
}

impl Tree {
    pub const fn new() -> Self {
        Self {
            entries: BTreeMap::new(),
            nodes: Vec::new(),
            originals: HashMap::with_hasher(FxBuildHasher),
            names: None,
        }
    }

    /// Begins an execution.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.nodes.clear();
        self.names = None;
    }

    /// What stands at this path, whose folder is known to be there.
    pub fn look(&self, path: &Path) -> Answer<Found> {
        match self.entries.get(path) {
            Some(Entry::Node(node)) => return Ok(Found::Node(*node)),
            Some(Entry::Gone) => return Ok(Found::Nothing),
            None if self.is_covered(path) => return Ok(Found::Nothing),
            None => {}
        }
        match fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Found::Real(metadata)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
            Err(error) => Err(number(&error)),
        }
    }

    /// Whether what the real system has at this path is not to be seen.
    fn is_covered(&self, path: &Path) -> bool {
        path.parent().is_some_and(|folder| self.hides_real(folder))
    }

    /// Whether what the real system has in this folder is not to be seen.
    fn hides_real(&self, folder: &Path) -> bool {
        folder
            .ancestors()
            .any(|folder| match self.entries.get(folder) {
                Some(Entry::Node(node)) => {
                    matches!(self.nodes[*node].content, Content::Folder { is_new: true })
                }
                Some(Entry::Gone) => true,
                None => false,
            })
    }

    /// The path without links and dots; of the last part, only if links are followed there too. The
    /// last part need not be there.
    ///
    /// # Errors
    ///
    /// Something on the way is no folder, or is not there.
    pub fn resolve(&self, base: &Path, path: &Path, follows: bool) -> Answer<PathBuf> {
        if path.as_os_str().is_empty() {
            return Err(libc::ENOENT);
        }
        if path.as_os_str().len() >= LONGEST_PATH {
            return Err(libc::ENAMETOOLONG);
        }
        let is_of_folder = names_folder(path);
        let mut at = base.to_path_buf();
        let mut left: VecDeque<OsString> = parts(path).collect();
        let mut links = 0;
        while let Some(part) = left.pop_front() {
            match part.as_encoded_bytes() {
                b"/" => at = PathBuf::from("/"),
                b".." => drop(at.pop()),
                name if name.len() > LONGEST_NAME => return Err(libc::ENAMETOOLONG),
                _ => at.push(&part),
            }
            let is_last = left.is_empty();
            let found = self.look(&at)?;
            match self.link(&at, &found)? {
                Some(target) if !is_last || follows || is_of_folder => {
                    links += 1;
                    if links > LINKS {
                        return Err(libc::ELOOP);
                    }
                    if at.starts_with("/proc") && at.parent().is_some_and(|fds| fds.ends_with("fd"))
                    {
                        return Err(MADE_UP);
                    }
                    at.pop();
                    for part in parts(&target).collect::<Vec<_>>().into_iter().rev() {
                        left.push_front(part);
                    }
                }
                _ if matches!(found, Found::Nothing) && is_last => {}
                _ if matches!(found, Found::Nothing) => return Err(libc::ENOENT),
                _ if is_last && !is_of_folder => {}
                _ if self.sort(&found) != libc::S_IFDIR => return Err(libc::ENOTDIR),
                _ if !is_last && !self.is_searched(&at, &found) => return Err(libc::EACCES),
                _ => {}
            }
        }
        Ok(at)
    }

    /// Where a symbolic link leads, if this is one.
    pub fn link(&self, path: &Path, found: &Found) -> Answer<Option<PathBuf>> {
        match found {
            Found::Node(node) => Ok(match &self.nodes[*node].content {
                Content::Link(target) => Some(target.clone()),
                _ => None,
            }),
            Found::Real(metadata) if metadata.is_symlink() => {
                let target = fs::read_link(path);
                target.map(Some).map_err(|error| number(&error))
            }
            _ => Ok(None),
        }
    }

    /// The part of a mode that tells files from folders; 0 if there is nothing.
    pub fn sort(&self, found: &Found) -> u32 {
        match found {
            Found::Nothing => 0,
            Found::Real(metadata) => metadata.mode() & libc::S_IFMT,
            Found::Node(node) => self.nodes[*node].sort(),
        }
    }

    /// Whether the program may do this to what was found.
    pub fn allows(&self, path: &Path, found: &Found, wants: u32) -> bool {
        match found {
            Found::Nothing => true,
            Found::Real(_) => is_allowed(path, wants),
            Found::Node(node) => {
                let Status {
                    user, group, mode, ..
                } = self.node_status(*node);
                let [own, own_group] = host::user();
                let bits = match () {
                    () if own == 0 => return true,
                    () if own == user => mode >> 6,
                    () if own_group == group => mode >> 3,
                    () => mode,
                };
                bits & wants == wants
            }
        }
    }

    /// Whether the program may go through a folder. Of its own ones the real system says so itself.
    fn is_searched(&self, path: &Path, found: &Found) -> bool {
        !matches!(found, Found::Node(_)) || self.allows(path, found, SEARCHES)
    }

    /// Whether the program may change the permissions and the times of what was found.
    pub fn owns(&self, found: &Found) -> bool {
        let own = host::user()[0];
        own == 0 || self.status(found).is_ok_and(|status| status.user == own)
    }

    /// The content of a folder has changed: of the folders in it there are so many more.
    pub fn touch(&mut self, node: usize, at: Time, more: i64) {
        let node = &mut self.nodes[node];
        node.wrote(at);
        // Some file systems do not count them.
        if node.links >= 2 {
            node.links = node.links.saturating_add_signed(more);
        }
    }

    /// What is known of what was found.
    pub fn status(&self, found: &Found) -> Answer<Status> {
        match found {
            Found::Nothing => Err(libc::ENOENT),
            Found::Real(metadata) => Ok(Status::from(metadata)),
            Found::Node(node) => Ok(self.node_status(*node)),
        }
    }

    pub fn node_status(&self, number: usize) -> Status {
        let node = &self.nodes[number];
        let known = node.found.as_ref().map(Status::from);
        let mut status = known.unwrap_or_else(|| {
            let [user, group] = host::user();
            Status {
                device: 1,
                inode: INODES + number as u64,
                user,
                group,
                ..Status::default()
            }
        });
        status.mode = node.sort() | node.mode;
        status.links = node.links;
        status.size = match &node.content {
            Content::File(bytes) => bytes.len() as u64,
            Content::Link(target) => target.as_os_str().len() as u64,
            Content::Folder { .. } => 4096,
            Content::Socket(_) => 0,
        };
        if node.times[1].is_some() {
            status.blocks = status.size.div_ceil(CLUSTER) * (CLUSTER / BLOCK);
        }
        for (known, own) in status.times.iter_mut().zip(node.times) {
            *known = own.unwrap_or(*known);
        }
        status.made = node.made.or(status.made);
        status
    }

    /// The names in a folder, in the order of the alphabet.
    pub fn list(&self, folder: &Path) -> Answer<Vec<Listed>> {
        let mut names = BTreeMap::new();
        if !self.hides_real(folder) {
            for entry in fs::read_dir(folder).map_err(|error| number(&error))? {
                let entry = entry.map_err(|error| number(&error))?;
                let metadata = entry.metadata().map_err(|error| number(&error))?;
                let sort = metadata.mode() & libc::S_IFMT;
                names.insert(entry.file_name(), (metadata.ino(), sort));
            }
        }
        let below = self.entries.range(folder.to_path_buf()..);
        let below = below.take_while(|(path, _)| path.starts_with(folder));
        for (path, entry) in below.filter(|(path, _)| path.parent() == Some(folder)) {
            let name = path.file_name().unwrap_or_default().to_os_string();
            match entry {
                Entry::Gone => drop(names.remove(&name)),
                Entry::Node(node) => {
                    let Status { inode, mode, .. } = self.node_status(*node);
                    names.insert(name, (inode, mode & libc::S_IFMT));
                }
            }
        }
        let names = names.into_iter();
        Ok(names
            .map(|(name, (inode, sort))| Listed { name, inode, sort })
            .collect())
    }

    /// A file or folder of the real system, as a node. What a file has is read once for all executions.
    ///
    /// # Errors
    ///
    /// That of the real system: the file cannot be read.
    pub fn take(&mut self, path: &Path, found: Metadata, object: Object) -> Answer<usize> {
        let content = if found.is_dir() {
            Content::Folder { is_new: false }
        } else if found.is_symlink() {
            Content::Link(fs::read_link(path).map_err(|error| number(&error))?)
        } else {
            Content::File(self.original(path)?)
        };
        let node = Node {
            content,
            mode: found.mode() & !libc::S_IFMT,
            links: found.nlink(),
            times: [None; 3],
            made: None,
            found: Some(found),
            object,
            lock: None,
        };
        Ok(self.add(path, node))
    }

    fn add(&mut self, path: &Path, node: Node) -> usize {
        let number = self.nodes.len();
        self.nodes.push(node);
        self.entries.insert(path.to_path_buf(), Entry::Node(number));
        number
    }

    fn original(&mut self, path: &Path) -> Answer<Rc<Vec<u8>>> {
        if let Some(known) = self.originals.get(path) {
            return Ok(Rc::clone(known));
        }
        let bytes = fs::read(path).map_err(|error| number(&error))?;
        let bytes = Rc::new(bytes);
        self.originals.insert(path.to_path_buf(), Rc::clone(&bytes));
        Ok(bytes)
    }

    /// Makes something new at this path, where there is nothing.
    pub fn make(
        &mut self,
        path: &Path,
        (content, mode): (Content, u32),
        at: Time,
        object: Object,
    ) -> usize {
        let links = match content {
            Content::Folder { .. } => 2,
            Content::File(_) | Content::Link(_) | Content::Socket(_) => 1,
        };
        let node = Node {
            content,
            mode,
            links,
            times: [Some(at); 3],
            made: Some(at),
            found: None,
            object,
            lock: None,
        };
        self.add(path, node)
    }

    /// One more name for a file.
    pub fn name(&mut self, path: &Path, node: usize) {
        self.nodes[node].links += 1;
        self.entries.insert(path.to_path_buf(), Entry::Node(node));
    }

    /// There is nothing at this path any more. What is open stays as it is.
    pub fn remove(&mut self, path: &Path) {
        if let Some(Entry::Node(node)) = self.entries.insert(path.to_path_buf(), Entry::Gone) {
            let links = &mut self.nodes[node].links;
            *links = links.saturating_sub(1);
        }
    }

    /// What is at the first path is at the second one from here on, with all that is below it: of a
    /// folder, that is in memory.
    pub fn rename(&mut self, from: &Path, to: &Path) {
        let below = self.entries.range(from.to_path_buf()..);
        let below = below.take_while(|(path, _)| path.starts_with(from));
        let moved: Vec<PathBuf> = below.map(|(path, _)| path.clone()).collect();
        for path in moved {
            let new = match path.strip_prefix(from) {
                Ok(rest) if !rest.as_os_str().is_empty() => to.join(rest),
                _ => to.to_path_buf(),
            };
            if let Some(entry) = self.entries.insert(path, Entry::Gone) {
                self.entries.insert(new, entry);
            }
        }
    }
}

impl Node {
    /// Its content was written.
    pub fn wrote(&mut self, at: Time) {
        let [_, written, changed] = &mut self.times;
        (*written, *changed) = (Some(at), Some(at));
    }

    fn sort(&self) -> u32 {
        match self.content {
            Content::File(_) => libc::S_IFREG,
            Content::Folder { .. } => libc::S_IFDIR,
            Content::Link(_) => libc::S_IFLNK,
            Content::Socket(_) => libc::S_IFSOCK,
        }
    }
}

impl From<&Metadata> for Status {
    fn from(metadata: &Metadata) -> Self {
        Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            mode: metadata.mode(),
            links: metadata.nlink(),
            user: metadata.uid(),
            group: metadata.gid(),
            size: metadata.len(),
            blocks: metadata.blocks(),
            times: [
                (metadata.atime(), metadata.atime_nsec()),
                (metadata.mtime(), metadata.mtime_nsec()),
                (metadata.ctime(), metadata.ctime_nsec()),
            ],
            made: metadata.created().ok().and_then(|made| {
                let since = made.duration_since(SystemTime::UNIX_EPOCH).ok()?;
                Some((since.as_secs() as i64, since.subsec_nanos().into()))
            }),
        }
    }
}

/// Whether a path can only be that of a folder, as it ends.
pub(super) fn names_folder(path: &Path) -> bool {
    let path = path.as_os_str().as_encoded_bytes();
    path.ends_with(b"/") || path.ends_with(b"/.")
}

/// The parts of a path: a name, `/` or `..` each.
fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|part| match part {
        Component::RootDir => Some(OsStr::new("/").to_os_string()),
        Component::ParentDir => Some(OsStr::new("..").to_os_string()),
        Component::Normal(name) => Some(name.to_os_string()),
        Component::CurDir | Component::Prefix(_) => None,
    })
}
