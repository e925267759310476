//! Operations on the names of files: each looks at all names or changes some, as another thread may
//! notice.

use std::env;
use std::ffi::c_int;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use super::answer::Answer;
use super::table::{File, Held, Kind, Thing};
use super::tree::{
    Content, Found, Listed, MADE_UP, READS, Status, Time, WRITES, names_folder, number,
};
use crate::access::Access;
use crate::clock::EPOCH;
use crate::execution::Execution;
use crate::object::Object;
use crate::operation::Op;
use crate::perform::{refuse, show, unchanged};
use crate::raw::host::{umask, why_not};
use crate::running::with;

const DESCRIPTORS: &str = "the path leads to another open descriptor";
const FOLDER: &str = "a folder that was there before the program is not moved";

/// A path, and the folder from which it leads if it is not absolute.
#[derive(Debug, Clone)]
pub(crate) struct At {
    pub base: PathBuf,
    pub path: PathBuf,
}

impl At {
    /// This path, from the folder in which the program runs.
    pub fn here(path: &Path) -> Answer<Self> {
        Ok(Self {
            base: env::current_dir().map_err(|error| number(&error))?,
            path: path.to_path_buf(),
        })
    }

    /// This path, which is absolute.
    pub fn of(path: PathBuf) -> Self {
        Self {
            base: PathBuf::from("/"),
            path,
        }
    }
}

/// Why an operation is not done.
enum Unable {
    /// This error of the C library's.
    Error(c_int),
    /// It is not modelled.
    Refused(&'static str),
}

impl From<c_int> for Unable {
    fn from(error: c_int) -> Self {
        match error {
            MADE_UP => Self::Refused(DESCRIPTORS),
            error => Self::Error(error),
        }
    }
}

type Done<T> = Result<T, Unable>;

impl Execution {
    /// What operations on names touch.
    pub(super) fn names(&mut self) -> Object {
        match self.kernel.tree.names {
            Some(names) => names,
            None => {
                let names = self.system_object("files");
                *self.kernel.tree.names.insert(names)
            }
        }
    }

    fn resolve(&self, at: &At, follows: bool) -> Answer<PathBuf> {
        self.kernel.tree.resolve(&at.base, &at.path, follows)
    }

    /// What is there, and where.
    fn find(&self, at: &At, follows: bool) -> Answer<(PathBuf, Found)> {
        let path = self.resolve(at, follows)?;
        let found = self.kernel.tree.look(&path)?;
        Ok((path, found))
    }

    /// What was found, as a node.
    fn take(&mut self, path: &Path, found: Found) -> Done<usize> {
        let metadata = match found {
            Found::Nothing => return Err(Unable::Error(libc::ENOENT)),
            Found::Node(node) => return Ok(node),
            Found::Real(metadata) => metadata,
        };
        if let Some(why) = why_not(path, &metadata) {
            return Err(Unable::Refused(why));
        }
        let object = self.system_object("file");
        Ok(self.kernel.tree.take(path, metadata, object)?)
    }

    /// Whether something can be made here, where there is nothing, or be taken away: the folder.
    fn folder_of<'p>(&self, path: &'p Path) -> Answer<(&'p Path, Found)> {
        let tree = &self.kernel.tree;
        let folder = path.parent().ok_or(libc::EBUSY)?;
        let found = tree.look(folder)?;
        match tree.allows(folder, &found, WRITES) {
            true => Ok((folder, found)),
            false => Err(libc::EACCES),
        }
    }

    /// The folder in which this stands has changed.
    fn touch_folder_of(&mut self, path: &Path, more: i64) -> Done<()> {
        let (folder, found) = self.folder_of(path)?;
        let node = self.take(folder, found)?;
        let now = self.now_of_files();
        self.kernel.tree.touch(node, now, more);
        Ok(())
    }

    /// Makes something here, where nothing may be.
    fn make(&mut self, at: &At, content: Content, mode: u32) -> Done<usize> {
        let (path, found) = self.find(at, false)?;
        match found {
            Found::Nothing => self.make_at(&path, content, mode),
            _ => Err(Unable::Error(libc::EEXIST)),
        }
    }

    fn make_at(&mut self, path: &Path, content: Content, mode: u32) -> Done<usize> {
        let is_folder = matches!(content, Content::Folder { .. });
        self.touch_folder_of(path, i64::from(is_folder))?;
        let object = self.system_object("file");
        let mask = if matches!(content, Content::Link(_)) {
            0
        } else {
            umask()
        };
        let (content, now) = ((content, mode & 0o7777 & !mask), self.now_of_files());
        Ok(self.kernel.tree.make(path, content, now, object))
    }

    /// The same as files have it.
    pub(super) fn now_of_files(&self) -> Time {
        let now = self.time_of_day();
        (now.as_secs() as i64, now.subsec_nanos().into())
    }

    /// The time by the clock of the system.
    pub(super) fn time_of_day(&self) -> Duration {
        EPOCH + Duration::from_nanos(self.now)
    }

    /// Opens what is there, or makes a file; the descriptor, and what of files has changed.
    fn open(&mut self, at: &At, flags: c_int, mode: u32) -> Done<(c_int, Changed)> {
        let has = |flag: c_int| flags & flag == flag;
        if has(libc::O_TMPFILE) {
            return Err(Unable::Error(libc::EOPNOTSUPP));
        }
        let wants = match flags & libc::O_ACCMODE {
            libc::O_RDONLY => READS,
            libc::O_WRONLY => WRITES,
            _ => READS | WRITES,
        };
        let is_only_new = has(libc::O_CREAT | libc::O_EXCL);
        let follows = !has(libc::O_NOFOLLOW) && !is_only_new;
        let (path, found) = self.find(at, follows)?;
        let sort = self.kernel.tree.sort(&found);
        match sort {
            0 if !has(libc::O_CREAT) => return Err(Unable::Error(libc::ENOENT)),
            0 if names_folder(&at.path) => return Err(Unable::Error(libc::EISDIR)),
            0 => {
                let node = self.make_at(&path, Content::File(Rc::default()), mode)?;
                let descriptor = self.open_node(node, wants, has(libc::O_APPEND));
                return Ok((descriptor, Changed::Names));
            }
            _ if is_only_new => return Err(Unable::Error(libc::EEXIST)),
            libc::S_IFLNK => return Err(Unable::Error(libc::ELOOP)),
            libc::S_IFDIR if wants != READS || has(libc::O_CREAT) => {
                return Err(Unable::Error(libc::EISDIR));
            }
            libc::S_IFDIR => {}
            libc::S_IFSOCK => return Err(Unable::Error(libc::ENXIO)),
            _ if has(libc::O_DIRECTORY) => return Err(Unable::Error(libc::ENOTDIR)),
            _ => {}
        }
        if !self.kernel.tree.allows(&path, &found, wants) {
            return Err(Unable::Error(libc::EACCES));
        }
        if sort == libc::S_IFDIR {
            if let Found::Real(metadata) = &found
                && let Some(why) = why_not(&path, metadata)
            {
                return Err(Unable::Refused(why));
            }
            let thing = self.kernel.add(Thing::new(Kind::Folder(path), None, false));
            return Ok((self.kernel.open(thing, self.current), Changed::Nothing));
        }
        let node = self.take(&path, found)?;
        let mut changed = Changed::Nothing;
        if has(libc::O_TRUNC) && wants & WRITES != 0 {
            self.resize(node, 0);
            changed = Changed::Content(self.kernel.tree.nodes[node].object);
        }
        Ok((self.open_node(node, wants, has(libc::O_APPEND)), changed))
    }

    fn open_node(&mut self, node: usize, allows: u32, appends: bool) -> c_int {
        let file = File {
            node,
            offset: 0,
            allows,
            appends,
            place: self.system_object("place in a file"),
            held: Held::Not,
        };
        let thing = self.kernel.add(Thing::new(Kind::File(file), None, false));
        self.kernel.open(thing, self.current)
    }

    fn remove(&mut self, at: &At, is_folder: bool) -> Done<()> {
        let (path, found) = self.find(at, false)?;
        self.folder_of(&path)?;
        let tree = &self.kernel.tree;
        match (tree.sort(&found), is_folder) {
            (0, _) => return Err(Unable::Error(libc::ENOENT)),
            (libc::S_IFDIR, false) => return Err(Unable::Error(libc::EISDIR)),
            (libc::S_IFDIR, true) if !tree.list(&path)?.is_empty() => {
                return Err(Unable::Error(libc::ENOTEMPTY));
            }
            (libc::S_IFDIR, true) | (_, false) => {}
            (_, true) => return Err(Unable::Error(libc::ENOTDIR)),
        }
        self.touch_folder_of(&path, -i64::from(is_folder))?;
        self.kernel.tree.remove(&path);
        Ok(())
    }

    fn rename(&mut self, from: &At, aim: &At, keeps: bool) -> Done<()> {
        let (from, found) = self.find(from, false)?;
        let (to, replaced) = self.find(aim, false)?;
        let tree = &self.kernel.tree;
        let is_folder = match tree.sort(&found) {
            0 => return Err(Unable::Error(libc::ENOENT)),
            sort => sort == libc::S_IFDIR,
        };
        match (tree.sort(&replaced), is_folder) {
            (0, _) => {}
            _ if keeps => return Err(Unable::Error(libc::EEXIST)),
            (libc::S_IFDIR, true) if from == to || tree.list(&to)?.is_empty() => {}
            (libc::S_IFDIR, true) => return Err(Unable::Error(libc::ENOTEMPTY)),
            (libc::S_IFDIR, false) => return Err(Unable::Error(libc::EISDIR)),
            (_, true) => return Err(Unable::Error(libc::ENOTDIR)),
            (_, false) => {}
        }
        self.folder_of(&from)?;
        self.folder_of(&to)?;
        if !is_folder && names_folder(&aim.path) {
            return Err(Unable::Error(libc::ENOTDIR));
        }
        if is_folder && to != from && to.starts_with(&from) {
            return Err(Unable::Error(libc::EINVAL));
        }
        let node = self.take(&from, found)?;
        let is_new = matches!(
            self.kernel.tree.nodes[node].content,
            Content::Folder { is_new: true }
        );
        if is_folder && !is_new {
            return Err(Unable::Refused(FOLDER));
        }
        // Two names of one file stay two.
        let is_same = matches!(replaced, Found::Node(other) if other == node);
        if !is_same {
            let moved = i64::from(is_folder);
            let replaced = matches!(self.kernel.tree.sort(&replaced), libc::S_IFDIR);
            self.touch_folder_of(&from, -moved)?;
            self.touch_folder_of(&to, moved - i64::from(replaced))?;
            self.kernel.tree.remove(&to);
            self.kernel.tree.rename(&from, &to);
        }
        Ok(())
    }
}

impl Execution {
    /// Gives a socket a path as its address: it stands there as a file does.
    pub(super) fn bind_path(&mut self, path: &Path, thing: usize) -> Answer<()> {
        let (path, found) = self.find(&At::here(path)?, false)?;
        match found {
            Found::Nothing => match self.make_at(&path, Content::Socket(thing), 0o777) {
                Ok(_) => Ok(()),
                Err(Unable::Error(error)) => Err(error),
                // Of a folder nothing is read.
                Err(Unable::Refused(_)) => Err(libc::EACCES),
            },
            Found::Node(_) | Found::Real(_) => Err(libc::EADDRINUSE),
        }
    }

    /// The socket that has this path as its address; `None` if a process outside may have it.
    pub(super) fn socket_at(&self, path: &Path) -> Answer<Option<usize>> {
        let (_, found) = self.find(&At::here(path)?, true)?;
        match found {
            Found::Nothing => Err(libc::ENOENT),
            Found::Real(_) => Ok(None),
            Found::Node(node) => match self.kernel.tree.nodes[node].content {
                Content::Socket(thing) => Ok(Some(thing)),
                _ => Err(libc::ECONNREFUSED),
            },
        }
    }
}

/// What of files an operation has changed.
enum Changed {
    Nothing,
    Names,
    /// The content of the file whose object this is.
    Content(Object),
}

/// Announces that the running thread looks at names or changes some, and does that: a change that fails
/// has changed nothing.
fn perform<T>(
    verb: &'static str,
    (access, at): (Access, &At),
    act: impl FnOnce(&mut Execution) -> Done<T>,
) -> Answer<T> {
    let names = with(Execution::names);
    Op::new(verb, names, access).perform_by_calls();
    let done = with(act);
    match (access, &done) {
        (Access::Write, Ok(_)) => with(|running| running.reaches_out = true),
        (Access::Write, Err(_)) => unchanged(),
        _ => {}
    }
    show(|| {
        let failed = if done.is_err() { " ✗" } else { "" };
        format!("{}{failed}", at.path.display())
    });
    match done {
        Ok(done) => Ok(done),
        Err(Unable::Error(error)) => Err(error),
        Err(Unable::Refused(why)) => refuse(&format!("`{verb}` of {}", at.path.display()), why),
    }
}

/// Opens a file or a folder, or makes a file: a descriptor.
pub(crate) fn open(at: &At, flags: c_int, mode: u32) -> Answer<c_int> {
    let access = match flags & (libc::O_CREAT | libc::O_TRUNC) {
        0 => Access::Read,
        _ => Access::Write,
    };
    let (descriptor, changed) = perform("open", (access, at), |running| {
        running.open(at, flags, mode)
    })?;
    match changed {
        Changed::Names => {}
        Changed::Nothing if access == Access::Read => {}
        Changed::Nothing => unchanged(),
        Changed::Content(content) => {
            with(|running| running.touches_too(content, Access::Write));
        }
    }
    Ok(descriptor)
}

/// What is known of a file or folder; of a symbolic link's target, if links are followed.
pub(crate) fn status(at: &At, follows: bool) -> Answer<Status> {
    let (status, content) = perform("stat", (Access::Read, at), |running| {
        let (_, found) = running.find(at, follows)?;
        let tree = &running.kernel.tree;
        let content = match found {
            Found::Node(node) => Some(tree.nodes[node].object),
            _ => None,
        };
        Ok((tree.status(&found)?, content))
    })?;
    if let Some(content) = content {
        with(|running| running.touches_too(content, Access::Read));
    }
    Ok(status)
}

/// Whether the program may do this to a file or folder that is there, as in `libc::W_OK`.
pub(crate) fn may(at: &At, wants: u32, follows: bool) -> Answer<()> {
    perform("access", (Access::Read, at), |running| {
        let (path, found) = running.find(at, follows)?;
        let tree = &running.kernel.tree;
        match (tree.sort(&found), tree.allows(&path, &found, wants)) {
            (0, _) => Err(Unable::Error(libc::ENOENT)),
            (_, false) => Err(Unable::Error(libc::EACCES)),
            _ => Ok(()),
        }
    })
}

/// Makes a folder.
pub(crate) fn make_folder(at: &At, mode: u32) -> Answer<()> {
    perform("mkdir", (Access::Write, at), |running| {
        let folder = Content::Folder { is_new: true };
        running.make(at, folder, mode).map(drop)
    })
}

/// Makes a symbolic link that leads there.
pub(crate) fn make_link(target: PathBuf, at: &At) -> Answer<()> {
    perform("symlink", (Access::Write, at), |running| {
        if target.as_os_str().is_empty() {
            return Err(Unable::Error(libc::ENOENT));
        }
        running.make(at, Content::Link(target), 0o777).map(drop)
    })
}

/// Gives a file another name.
pub(crate) fn name(from: &At, to: &At, follows: bool) -> Answer<()> {
    perform("link", (Access::Write, to), |running| {
        let (path, found) = running.find(from, follows)?;
        match running.kernel.tree.sort(&found) {
            0 => return Err(Unable::Error(libc::ENOENT)),
            libc::S_IFDIR => return Err(Unable::Error(libc::EPERM)),
            _ => {}
        }
        let (to, replaced) = running.find(to, false)?;
        if !matches!(replaced, Found::Nothing) {
            return Err(Unable::Error(libc::EEXIST));
        }
        running.touch_folder_of(&to, 0)?;
        let node = running.take(&path, found)?;
        running.kernel.tree.name(&to, node);
        Ok(())
    })
}

/// Takes away a name, or a folder that is empty.
pub(crate) fn remove(at: &At, is_folder: bool) -> Answer<()> {
    let verb = if is_folder { "rmdir" } else { "unlink" };
    perform(verb, (Access::Write, at), |running| {
        running.remove(at, is_folder)
    })
}

/// Gives a file or folder another name in place of its own, and takes away what had that, unless it is
/// to be kept.
pub(crate) fn rename(from: &At, to: &At, keeps: bool) -> Answer<()> {
    perform("rename", (Access::Write, to), |running| {
        running.rename(from, to, keeps)
    })
}

/// Where a symbolic link leads.
pub(crate) fn target(at: &At) -> Answer<PathBuf> {
    perform("readlink", (Access::Read, at), |running| {
        let (path, found) = running.find(at, false)?;
        let tree = &running.kernel.tree;
        match tree.link(&path, &found)? {
            Some(target) => Ok(target),
            None if tree.sort(&found) == 0 => Err(Unable::Error(libc::ENOENT)),
            None => Err(Unable::Error(libc::EINVAL)),
        }
    })
}

/// The path of what is there, without links and dots.
pub(crate) fn canonical(at: &At) -> Answer<PathBuf> {
    perform("realpath", (Access::Read, at), |running| {
        let (path, found) = running.find(at, true)?;
        match running.kernel.tree.sort(&found) {
            0 => Err(Unable::Error(libc::ENOENT)),
            _ => Ok(path),
        }
    })
}

/// The names in a folder.
pub(crate) fn list(at: &At) -> Answer<Vec<Listed>> {
    perform("read the names", (Access::Read, at), |running| {
        let (path, found) = running.find(at, true)?;
        let tree = &running.kernel.tree;
        match tree.sort(&found) {
            0 => Err(Unable::Error(libc::ENOENT)),
            libc::S_IFDIR => Ok(tree.list(&path)?),
            _ => Err(Unable::Error(libc::ENOTDIR)),
        }
    })
}

/// Changes a file or folder as this does with its node.
pub(crate) fn change_node(
    verb: &'static str,
    at: &At,
    follows: bool,
    change: impl FnOnce(&mut Execution, usize) -> Answer<()>,
) -> Answer<()> {
    let content = perform(verb, (Access::Write, at), |running| {
        let (path, found) = running.find(at, follows)?;
        match running.kernel.tree.sort(&found) {
            0 => return Err(Unable::Error(libc::ENOENT)),
            _ if !running.kernel.tree.owns(&found) => return Err(Unable::Error(libc::EPERM)),
            _ => {}
        }
        let node = running.take(&path, found)?;
        change(running, node)?;
        Ok(running.kernel.tree.nodes[node].object)
    })?;
    with(|running| running.touches_too(content, Access::Write));
    Ok(())
}
