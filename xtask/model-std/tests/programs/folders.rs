//! Files and folders that a program makes, changes and takes away: the explorer's are in memory.

use std::fs::{self, File, FileTimes, OpenOptions, Permissions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use std::{env, process, thread};

fn kind<T>(result: io::Result<T>) -> String {
    match result {
        Ok(_) => "went well".to_string(),
        Err(error) => format!("{:?}", error.kind()),
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = fs::read_dir(folder)?.map(|entry| {
        let entry = entry?;
        let length = entry.metadata()?.len();
        let shown = if entry.file_type()?.is_file() { format!(" {length}") } else { "/".to_string() };
        Ok(entry.file_name().into_string().unwrap() + &shown)
    });
    let mut names: Vec<String> = entries.collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

fn main() -> io::Result<()> {
    let folder = env::temp_dir().join(format!("folders-of-{}", process::id()));
    println!("not there: {}", kind(fs::metadata(&folder)));
    fs::create_dir_all(folder.join("one/two"))?;
    println!("again: {}", kind(fs::create_dir(&folder)));
    contents(&folder)?;
    places(&folder)?;
    openings(&folder)?;
    links(&folder)?;
    changes(&folder)?;
    times(&folder)?;
    locks(&folder)?;
    threads(&folder)?;
    println!("{:?}", names(&folder)?);
    println!("a folder that is not empty: {}", kind(fs::remove_dir(folder.join("one"))));
    fs::remove_dir_all(&folder)?;
    println!("gone: {}, {}", folder.exists(), kind(File::open(&folder)));
    Ok(())
}

fn times(folder: &Path) -> io::Result<()> {
    let path = folder.join("times");
    let file = File::create(&path)?;
    let [early, late] = [SystemTime::UNIX_EPOCH - Duration::from_secs(5), SystemTime::UNIX_EPOCH];
    let show = || {
        let known = fs::metadata(&path)?;
        let (read, written) = (known.accessed()?, known.modified()?);
        println!("{} {} {}", read == early, written == early, written == late);
        println!("changed since: {}", known.ctime() > 0);
        io::Result::Ok(())
    };
    file.set_times(FileTimes::new().set_modified(early).set_accessed(early))?;
    show()?;
    file.set_modified(late)?;
    show()?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    fs::write(&path, "written")?;
    show()?;
    Ok(())
}

fn contents(folder: &Path) -> io::Result<()> {
    let text = folder.join("text");
    fs::write(&text, "one\ntwo\n")?;
    println!("{:?}", fs::read_to_string(&text)?);
    fs::write(&text, "three")?;
    println!("{:?}, {} bytes", fs::read_to_string(&text)?, fs::metadata(&text)?.len());
    let mut more = OpenOptions::new().append(true).open(&text)?;
    writeln!(more, " and four")?;
    more.sync_all()?;
    println!("{:?}", fs::read_to_string(&text)?);
    println!("copied {}", fs::copy(&text, folder.join("copy"))?);
    println!("{:?}", names(folder)?);
    let own = fs::read(env::current_exe()?)?;
    println!("a program: {:?}", &own[..4]);
    Ok(())
}

fn places(folder: &Path) -> io::Result<()> {
    let path = folder.join("places");
    let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&path)?;
    file.write_all(b"0123456789")?;
    println!("at {}", file.stream_position()?);
    file.seek(SeekFrom::Start(3))?;
    let mut two = [0; 2];
    file.read_exact(&mut two)?;
    println!("{two:?}, then at {}", file.seek(SeekFrom::Current(0))?);
    println!("before the beginning: {}", kind(file.seek(SeekFrom::End(-11))));
    file.seek(SeekFrom::End(2))?;
    file.write_all(b"x")?;
    println!("{:?}", fs::read(&path)?);
    file.write_all_at(b"AB", 1)?;
    file.read_exact_at(&mut two, 0)?;
    println!("{two:?}");
    let mut twin = file.try_clone()?;
    twin.rewind()?;
    println!("the other is at {}", file.stream_position()?);
    file.set_len(4)?;
    let mut left = String::new();
    twin.read_to_string(&mut left)?;
    println!("{left:?}");
    let mut reader = File::open(&path)?;
    println!("to write: {}", kind(reader.write(b"x")));
    println!("to cut: {}", kind(reader.set_len(0)));
    let mut parts = [io::IoSliceMut::new(&mut two)];
    println!("{} bytes", reader.read_vectored(&mut parts)?);
    Ok(())
}

fn openings(folder: &Path) -> io::Result<()> {
    let path = folder.join("text");
    let mut new = OpenOptions::new();
    new.write(true).create_new(true);
    println!("new: {}", kind(new.open(&path)));
    println!("in nothing: {}", kind(new.open(folder.join("none/new"))));
    println!("in a file: {}", kind(new.open(path.join("new"))));
    println!("a folder to write: {}", kind(OpenOptions::new().write(true).open(folder)));
    println!("a folder to read: {}", kind(fs::read(folder)));
    println!("names in a file: {}", kind(fs::read_dir(&path)));
    println!("empty: {}", kind(File::open("")));
    println!("a file as a folder: {}", kind(File::open(path.join(""))));
    println!("a folder: {}", kind(fs::metadata(folder.join(""))));
    let own = OpenOptions::new().write(true).create(true).mode(0o600).open(folder.join("own"))?;
    println!("{:o}", own.metadata()?.permissions().mode());
    fs::set_permissions(folder.join("own"), Permissions::from_mode(0o640))?;
    println!("{:o}", own.metadata()?.mode());
    let made = own.metadata()?.created().is_ok_and(|made| made <= SystemTime::now());
    println!("made before now: {made}");
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
    own.set_times(FileTimes::new().set_modified(time))?;
    println!("{:?}", own.metadata()?.modified()?.duration_since(SystemTime::UNIX_EPOCH));
    Ok(())
}

fn links(folder: &Path) -> io::Result<()> {
    symlink("text", folder.join("link"))?;
    println!("{:?}", fs::read_to_string(folder.join("link"))?);
    println!("leads to {:?}", fs::read_link(folder.join("link"))?);
    println!("no link: {}", kind(fs::read_link(folder.join("text"))));
    println!("{}", fs::symlink_metadata(folder.join("link"))?.is_symlink());
    symlink("loop", folder.join("loop"))?;
    println!("a circle: {}", fs::read(folder.join("loop")).unwrap_err().raw_os_error().unwrap());
    fs::hard_link(folder.join("text"), folder.join("name"))?;
    println!("{} names", fs::metadata(folder.join("name"))?.nlink());
    fs::write(folder.join("name"), "new")?;
    println!("{:?}", fs::read_to_string(folder.join("text"))?);
    let there = fs::canonicalize(folder.join("one/../link"))?;
    println!("{:?}", there.strip_prefix(fs::canonicalize(folder)?));
    println!("{}", kind(fs::canonicalize(folder.join("none"))));
    fs::remove_file(folder.join("loop"))
}

fn changes(folder: &Path) -> io::Result<()> {
    let (from, to) = (folder.join("copy"), folder.join("one/moved"));
    fs::rename(&from, &to)?;
    println!("{}, {}", from.exists(), to.exists());
    println!("again: {}", kind(fs::rename(&from, &to)));
    println!("over a folder: {}", kind(fs::rename(&to, folder.join("one/two"))));
    println!("a folder over a file: {}", kind(fs::rename(folder.join("one/two"), &to)));
    println!("into itself: {}", kind(fs::rename(folder.join("one"), folder.join("one/two/in"))));
    fs::create_dir(folder.join("other"))?;
    fs::rename(folder.join("one"), folder.join("other"))?;
    println!("{:?}, {:?}", names(folder)?, names(&folder.join("other"))?);
    fs::rename(folder.join("other"), folder.join("one"))?;
    println!("a folder as a file: {}", kind(fs::remove_file(folder.join("one"))));
    println!("a file as a folder: {}", kind(fs::remove_dir(&to)));
    let mut open = File::open(&to)?;
    fs::remove_file(&to)?;
    let mut text = String::new();
    open.read_to_string(&mut text)?;
    println!("{text:?} of {} names", open.metadata()?.nlink());
    Ok(())
}

fn locks(folder: &Path) -> io::Result<()> {
    let path = folder.join("locked");
    let (first, second) = (File::create(&path)?, File::open(&path)?);
    first.lock()?;
    println!("locked: {}", second.try_lock().is_err());
    let twin = first.try_clone()?;
    drop(first);
    println!("by its twin: {}", second.try_lock_shared().is_err());
    twin.unlock()?;
    second.lock_shared()?;
    println!("shared: {}", twin.try_lock_shared().is_ok());
    println!("not alone: {}", twin.try_lock().is_err());
    drop(second);
    println!("alone: {}", twin.try_lock().is_ok());
    let waiter = thread::spawn(move || File::open(path).and_then(|file| file.lock()));
    drop(twin);
    println!("let go: {}", kind(waiter.join().unwrap()));
    fs::remove_file(folder.join("locked"))
}

/// Each thread writes a file of its own, and both append to one.
fn threads(folder: &Path) -> io::Result<()> {
    let log = PathBuf::from(folder).join("log");
    File::create(&log)?;
    thread::scope(|scope| {
        for name in ["left", "right"] {
            let log = &log;
            scope.spawn(move || {
                fs::write(folder.join(name), name).unwrap();
                let mut log = OpenOptions::new().append(true).open(log).unwrap();
                log.write_all(b"line\n").unwrap();
            });
        }
    });
    println!("{:?}", fs::read_to_string(&log)?);
    Ok(())
}
